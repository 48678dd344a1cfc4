/** Table: rows as aligned columns for people. It knows nothing of what is in them. */
import { plain, type Paint, type Style } from './style.ts'

/** What is in a cell, and how it is shown. */
export type Cell = string | { readonly text: string; readonly paint: Paint }

/** Longer ones would push the rest off the screen; all of them is in the JSON. */
const WIDEST = 100

export function table(head: readonly string[], rows: readonly (readonly Cell[])[], style: Style): string {
  const cells = rows.map(row => row.map(shown))
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map(row => row[column]?.text.length ?? 0)),
  )
  const line = (row: readonly { text: string; paint: Paint }[]): string =>
    row
      .map(({ text, paint }, column) => paint(text) + ' '.repeat((widths[column] ?? 0) - text.length))
      .join('  ')
      .trimEnd()
  return [line(head.map(text => ({ text, paint: style.bold }))), ...cells.map(line)]
    .map(row => `${row}\n`)
    .join('')
}

function shown(cell: Cell): { text: string; paint: Paint } {
  const { text, paint } = typeof cell === 'string' ? { text: cell, paint: (same: string) => same } : cell
  const clean = plain(text)
  return { text: clean.length > WIDEST ? `${clean.slice(0, WIDEST - 1)}…` : clean, paint }
}
