/** Text: values as people read them in labels and as identities of states. Decides nothing. */
import type { AnyMachineSnapshot } from 'xstate'
import { StatorError } from '../../errors.ts'

/** JSON that also tells apart what JSON does not: maps, sets, dates, big integers, errors, not-a-number. */
export function textOf(value: unknown): string {
  return (
    JSON.stringify(value, function (this: Record<string, unknown>, key, shown: unknown) {
      // A date has become text before a replacer sees it.
      const raw = this[key]
      if (raw instanceof Date) return { date: shown }
      if (raw instanceof Map) return { map: [...raw] as unknown[] }
      if (raw instanceof Set) return { set: [...raw] as unknown[] }
      if (raw instanceof Error) return { error: raw.name, message: raw.message }
      if (typeof raw === 'bigint') return { bigint: String(raw) }
      if (typeof raw === 'number' && !Number.isFinite(raw)) return { number: String(raw) }
      return shown
    }) ?? 'undefined'
  )
}

/** ` {"amount":1}`, cut to what fits in a line; nothing for no data. */
export function dataText(data: unknown, limit = 100): string {
  if (data === undefined) return ''
  const text = data instanceof Error ? `${data.name}: ${data.message}` : safeText(data)
  return text === '{}' ? '' : ` ${clip(visible(text), limit)}`
}

/** Characters that no one can see, or that turn the line around, by their number. */
const visible = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu,
    found => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`,
  )

/** As textOf, for whatever value: a cycle is said, not thrown. */
export function safeText(value: unknown): string {
  try {
    return textOf(value)
  } catch {
    return '(a value that refers to itself)'
  }
}

export const clip = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, limit - 3)}...`

/** In one line. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ')

/** What tells two snapshots apart: value, history, context, and how it ended. */
export function identityOf({ status, value, context, historyValue }: AnyMachineSnapshot): string {
  const remembered = Object.entries(
    (historyValue ?? {}) as Record<string, readonly { readonly id: string }[]>,
  )
  try {
    return textOf([status, value, remembered.map(([id, nodes]) => [id, nodes.map(node => node.id)]), context])
  } catch (cause) {
    throw new StatorError(
      'CHECK_INVALID',
      { reason: 'the context is no tree of data: give the option identity' },
      { cause },
    )
  }
}
