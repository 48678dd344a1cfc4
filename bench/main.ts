/** npm run bench: measures the workloads that were asked for and their limits, prints a table, writes JSON. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import pc from 'picocolors'
import { parseCommand, type BenchOptions } from './cli.ts'
import { figuresOf, type Figure } from './figures.ts'
import { measure } from './measure.ts'
import { table } from './table.ts'

const invocation = parseCommand(process.argv.slice(2), process.cwd())
if (invocation.kind === 'run') await bench(invocation.options)
else {
  const stream = invocation.code === 0 ? process.stdout : process.stderr
  stream.write(invocation.text)
  process.exitCode = invocation.code
}

async function bench({ workloads, runs, scale, json, dir }: BenchOptions): Promise<void> {
  // A place that cannot be written is found now, not after minutes.
  if (json !== undefined) {
    mkdirSync(dirname(json), { recursive: true })
    writeFileSync(json, '[]\n')
  }
  mkdirSync(dir, { recursive: true })
  const titles = new Map(workloads.map(({ name, what }) => [name, what]))
  const figures: Figure[] = []
  for (const { cases } of workloads) {
    const onStart = (of: { workload: string; subject: string; size: string }, round: number): void =>
      progress(`${of.workload}  ${of.subject}${of.size === '' ? '' : `, ${of.size}`}  ${round}/${runs}`)
    const measured = await measure(cases(scale), { runs, dir, onStart })
    const found = figuresOf(measured)
    figures.push(...found)
    progress('')
    console.log(`${table(found, titles, pc)}\n`)
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`)
  }
}

/** One line that is written over, and only where somebody looks. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[2K${pc.dim(text)}`)
}
