/** stator runs: which runs a journal holds, and where they stand. */
import { common, type Answer, type Common, type Declare } from './answer.ts'
import { upTo } from './arguments.ts'
import { reading } from './journal.ts'
import { listRuns, type RunListOptions, type RunPage } from './run-list.ts'
import type { RunSummary } from './run-summary.ts'
import { spanOf, timeOf } from './time.ts'
import type { Style } from './style.ts'
import { table, type Cell } from './table.ts'

type Options = Common & RunListOptions

export const declareRuns: Declare = (program, reply) => {
  common(program.command('runs'))
    .description('Lists the runs of a journal, newest first, also while their owner works.')
    .argument('<journal>', 'the file of the journal')
    .option('--state <state>', 'only those in this state, such as running or failed')
    .option('--limit <n>', 'at most so many', upTo(10_000), 100)
    .option('--after <cursor>', 'those older than a page that was listed before')
    .option('--all', 'also runs that are steps of others')
    .action(async (file: string, options: Options) =>
      reply(options, io => reading(file, io.cwd, journal => runs(listRuns(journal, options), io.now()))),
    )
}

function runs(page: RunPage, now: number): Answer {
  return { json: page, text: style => text(page, now, style), code: 0 }
}

const HEAD = ['RUN', 'WORKFLOW', 'VERSION', 'STATE', 'STARTED', 'DURATION', 'STEPS', 'HELD']

function text({ runs: found, next }: RunPage, now: number, style: Style): string {
  if (found.length === 0) return 'No runs.\n'
  const more = next === null ? '' : `${style.dim(`There are older ones: --after ${next}`)}\n`
  return `${table(
    HEAD,
    found.map(run => row(run, now, style)),
    style,
  )}${more}`
}

function row(run: RunSummary, now: number, style: Style): Cell[] {
  const { id, workflow, version, started, ended, held, progress } = run
  return [
    id,
    workflow,
    version,
    { text: run.state, paint: style.state(run.state) },
    started === null ? '' : timeOf(started),
    started === null ? '' : spanOf((ended ?? Math.max(now, started)) - started),
    progress === null ? '' : `${progress.done}${progress.total === null ? '' : `/${progress.total}`}`,
    held === null ? '' : `${held.code}: ${held.reason}`,
  ]
}
