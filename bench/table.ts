/** Table: figures for people. Pure; the colours are handed in. */
import type { Figure } from './figures.ts'

export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
}

const HEADS = ['variant', 'metric', 'median', 'min – max', 'ratio']

/** One block for each workload; a variant is named in its first row. `titles` are the words of workloads by name. */
export function table(figures: readonly Figure[], titles: ReadonlyMap<string, string>, paint: Paint): string {
  const names = [...new Set(figures.map(({ workload }) => workload))]
  const widths = widthsOf([HEADS, ...figures.map(cells)])
  return names
    .map(name => {
      const rows = figures.filter(({ workload }) => workload === name)
      return [
        paint.bold(`${name}  ${titles.get(name) ?? ''}`.trimEnd()),
        paint.dim(line(HEADS, widths)),
        ...rows.flatMap((figure, index) => {
          const [variant = '', ...rest] = cells(figure)
          const text = line([rows[index - 1]?.variant === variant ? '' : variant, ...rest], widths)
          const others = (figure.others ?? []).map(other => line(['', '', '', '', compared(other)], widths))
          return [figure.variant.startsWith('limit ') ? paint.dim(text) : text, ...others]
        }),
      ].join('\n')
    })
    .join('\n\n')
}

function cells(figure: Figure): string[] {
  const { variant, metric, median, min, max, limit, ratio } = figure
  return [
    variant,
    metric,
    number(median),
    min === max ? '' : `${number(min)} – ${number(max)}`,
    limit === undefined || ratio === undefined ? '' : compared({ limit, ratio }),
  ]
}

const compared = ({ limit, ratio }: { readonly limit: string; readonly ratio: number }): string =>
  `${ratio} × ${limit}`

/** With thousands marked, and as many decimals as count. */
export function number(value: number): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 3
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  return HEADS.map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)))
}

/** Words to the left, numbers to the right. */
function line(row: readonly string[], widths: readonly number[]): string {
  const padded = row.map((cell, column) => {
    const width = widths[column] ?? 0
    return column === 2 || column === 3 ? cell.padStart(width) : cell.padEnd(width)
  })
  return padded.join('  ').trimEnd()
}
