/** stator history: the signals of a run, its steps and what is below them, oldest first. */
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import { checkAddress, idOf, KINDS, type Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import { cursorOf, positionOf } from '../runtime/cursor.ts'
import { scan } from '../runtime/scan.ts'
import type { JournalReader } from '../sqlite/index.ts'
import { common, type Answer, type Common, type Declare } from './answer.ts'
import { upTo, words } from './arguments.ts'
import { reading } from './journal.ts'
import type { Style } from './style.ts'
import { table, type Cell } from './table.ts'
import { timeOf } from './time.ts'

interface Options extends Common {
  readonly types?: readonly string[]
  readonly after?: string
  readonly limit: number
}

interface Page {
  readonly run: Address
  readonly signals: readonly Signal[]
  /** Give it as `after` for what follows; null: that was all, so far. */
  readonly next: string | null
}

export const declareHistory: Declare = (program, reply) => {
  common(program.command('history'))
    .description('Shows the signals of a run and of all below it, oldest first.')
    .argument('<journal>', 'the file of the journal')
    .argument('<run>', 'the id of the run, or any address: workflow/release, task/release/build')
    .option('--types <types>', 'only these types or names, with commas between them', words)
    .option('--after <cursor>', 'what follows a page that was shown before')
    .option('--limit <n>', 'at most so many', upTo(10_000), 200)
    .action(async (file: string, run: string, options: Options) =>
      reply(options, ({ cwd }) => reading(file, cwd, journal => history(journal, run, options))),
    )
}

function history(journal: JournalReader, run: string, options: Options): Answer {
  const page = read(journal, addressOf(run), options)
  return { json: page, text: style => text(page, style), code: 0 }
}

/** @throws StatorError ADDRESS_INVALID */
function addressOf(run: string): Address {
  const isAddress = KINDS.some(kind => run.startsWith(`${kind}/`))
  return checkAddress(isAddress ? run : `workflow/${run}`, 'run')
}

/** @throws StatorError NOT_FOUND, INPUT_INVALID (no cursor) */
function read(journal: JournalReader, run: Address, { types, after = 'start', limit }: Options): Page {
  const [first] = journal.query({ actor: run, limit: 1 })
  if (first === undefined) throw new StatorError('NOT_FOUND', { address: run })
  const { correlationId } = first
  const below = `${idOf(run)}/`
  const belongs = ({ to }: Signal): boolean =>
    correlationId === run || to === run || idOf(to).startsWith(below)
  const filter = { correlationId, after: positionOf(after), ...(types === undefined ? {} : { types }) }
  const signals: Signal[] = []
  for (const signal of scan(journal, filter)) {
    if (!belongs(signal)) continue
    if (signals.length === limit) return { run, signals, next: cursorOf(signals.at(-1) ?? signal) }
    signals.push(signal)
  }
  return { run, signals, next: null }
}

const HEAD = ['POSITION', 'TIME', 'SIGNAL', 'TO', 'FROM', 'STATE', 'WHY']

function text({ run, signals, next }: Page, style: Style): string {
  if (signals.length === 0) return `No such signals of ${run}.\n`
  const more = next === null ? '' : `${style.dim(`There are more: --after ${next}`)}\n`
  return `${table(
    HEAD,
    signals.map(signal => row(signal, style)),
    style,
  )}${more}`
}

function row(signal: Signal, style: Style): Cell[] {
  const { seq, at, name, to, from, fromState, toState } = signal
  const state = fromState === toState || fromState === null ? (toState ?? '') : `${fromState} → ${toState}`
  return [
    String(seq),
    timeOf(at),
    name,
    to,
    from,
    { text: state, paint: style.state(toState ?? '') },
    why(signal, style),
  ]
}

/** Why it was refused, or what failed, or for which reason somebody asked for it. */
function why({ refused, data }: Signal, style: Style): Cell {
  if (refused !== null) return { text: `${refused.code}: ${refused.message}`, paint: style.bad }
  const { error, reason } = told.safeParse(data).data ?? {}
  if (error === undefined) return reason ?? ''
  return {
    text: error.code === undefined ? error.message : `${error.code}: ${error.message}`,
    paint: style.bad,
  }
}

/** What a message may say of itself; those of users say anything by these names. */
const told = z.object({
  error: z.object({ code: z.string().optional(), message: z.string() }).optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
})
