// Blanks comments and strings out of source text, so that patterns meet code only; offsets and lines stay.
// Never in here: anything that must be exact. It is for languages the audit has no parser for.
import type { Family } from '../languages.ts'

interface Marks {
  line: string[]
  block: [open: string, close: string][]
  quotes: string[]
}

const marks: Readonly<Record<Family, Marks>> = {
  js: { line: ['//'], block: [['/*', '*/']], quotes: ['"', "'", '`'] },
  c: { line: ['//'], block: [['/*', '*/']], quotes: ['"', '`'] },
  hash: {
    line: ['#'],
    block: [
      ['"""', '"""'],
      ["'''", "'''"],
    ],
    quotes: ['"', "'"],
  },
  markup: { line: [], block: [['<!--', '-->']], quotes: [] },
  none: { line: [], block: [], quotes: [] },
}

const spaces = (text: string): string => text.replace(/[^\n]/g, ' ')

const endOfString = (text: string, start: number, quote: string): number => {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === quote) return at + 1
    else if (text[at] === '\n' && quote !== '`') return at
  }
  return text.length
}

/** The same text with every comment replaced by spaces and, unless `keepStrings`, every string's inside too. */
export const blank = (text: string, family: Family, { keepStrings = false } = {}): string => {
  const { line, block, quotes } = marks[family]
  const out: string[] = []
  let from = 0
  let at = 0
  const hide = (start: number, end: number): void => {
    out.push(text.slice(from, start), spaces(text.slice(start, end)))
    from = end
    at = end
  }
  while (at < text.length) {
    const opened = block.find(([open]) => text.startsWith(open, at))
    if (opened !== undefined) {
      const close = text.indexOf(opened[1], at + opened[0].length)
      hide(at, close < 0 ? text.length : close + opened[1].length)
    } else if (line.some(mark => text.startsWith(mark, at))) {
      const end = text.indexOf('\n', at)
      hide(at, end < 0 ? text.length : end)
    } else if (quotes.includes(text[at] ?? '')) {
      const end = endOfString(text, at, text[at] ?? '')
      if (keepStrings) at = end
      else hide(at + 1, Math.max(at + 1, end - 1))
      at = end
    } else at++
  }
  return out.join('') + text.slice(from)
}
