/**
 * Patterns: text that a regular expression matches, as far as fast-check can make it. What it cannot say (looking
 * around, word boundaries, ignoring case) is left out: the schema refuses what then does not match.
 */
import * as fc from 'fast-check'
import { StatorError } from '../../errors.ts'

/** Repeats one character or class without a bound: its length can be chosen. */
const REPEATED = /^\^(\[(?:\\.|[^\]\\])+\]|\\[dws])([*+])\$$/

/** Longer texts than this are not made only because they are allowed. */
const LONG = 100

/** @throws StatorError ARBITRARY_UNKNOWN, for an expression that is beyond us */
export function matching(
  source: string,
  flags: string,
  [min, max]: readonly [min: number, max: number],
  at: string,
): fc.Arbitrary<string> {
  const [, atom, times] = REPEATED.exec(source) ?? []
  const least = times === '+' ? Math.max(min, 1) : min
  const counted = atom !== undefined && least <= max
  const exact = counted ? `^${atom}{${least},${max === Infinity ? '' : max}}$` : source
  const sizes =
    counted && max <= LONG ? (['xsmall', 'small', 'max'] as const) : (['xsmall', 'small'] as const)
  try {
    const regex = new RegExp(withoutLooking(exact), flags.replaceAll(/[^msu]/g, ''))
    return fc.oneof(...sizes.map(size => fc.stringMatching(regex, { size })))
  } catch (error) {
    const reason = `the pattern ${source}: ${(error as Error).message}`
    throw new StatorError('ARBITRARY_UNKNOWN', { at, reason }, { cause: error })
  }
}

/** A text that several patterns match: one of them may do, or one after the other, as in a prefix and a suffix. */
export function matchingAll(parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0]
  return fc.oneof(
    fc.tuple(...parts).map(texts => texts.join('')),
    ...parts,
  )
}

/** Those that begin a text first, those that end it last. */
export function inOrder(sources: readonly string[]): readonly string[] {
  const place = (source: string): number => (source.startsWith('^') ? -1 : source.endsWith('$') ? 1 : 0)
  return [...sources].sort((one, other) => place(one) - place(other))
}

/** An expression without the parts that look at what they do not take. */
function withoutLooking(source: string): string {
  let kept = ''
  for (let at = 0; at < source.length;) {
    const rest = source.slice(at)
    const whole = /^(?:\\.|\[(?:\\.|[^\]\\])*\])/su.exec(rest)?.[0]
    if (whole !== undefined) {
      if (!/^\\b$/i.test(whole)) kept += whole
      at += whole.length
    } else if (/^\(\?<?[=!]/.test(rest)) at += groupLength(rest)
    else {
      kept += source[at]
      at++
    }
  }
  return kept
}

/** From its opening parenthesis to the closing one. */
function groupLength(source: string): number {
  let open = 0
  for (const { 0: token, index } of source.matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|[()]/gsu)) {
    if (token === '(') open++
    if (token === ')' && --open === 0) return index + 1
  }
  return source.length
}
