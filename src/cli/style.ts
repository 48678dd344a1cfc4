/**
 * Style: colours where they are wanted, and text that can do a terminal no harm. What comes from journals and modules was written by
 * others: their control characters are shown, never sent.
 */
import { styleText } from 'node:util'

export type Paint = (text: string) => string

export interface Style {
  readonly bold: Paint
  readonly dim: Paint
  readonly good: Paint
  readonly poor: Paint
  readonly bad: Paint
  /** For what is in a state of that name. */
  state(name: string): Paint
}

export function styleOf(colours: boolean): Style {
  const paint =
    (format: 'bold' | 'dim' | 'green' | 'yellow' | 'red'): Paint =>
    text =>
      colours && text !== '' ? styleText(format, text, { validateStream: false }) : text
  const [good, poor, bad] = [paint('green'), paint('yellow'), paint('red')]
  const states: Readonly<Record<string, Paint>> = {
    completed: good,
    failed: bad,
    held: bad,
    cancelled: poor,
    blocked: poor,
    compensated: poor,
    terminated: poor,
  }
  return { bold: paint('bold'), dim: paint('dim'), good, poor, bad, state: name => states[name] ?? unpainted }
}

const unpainted: Paint = text => text

/** On one line, and without anything that a terminal would obey. */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(
      /[\p{Cc}\p{Bidi_Control}]/gu,
      letter => `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
    )
}
