/** Retention: which finished runs are old enough to be erased, and which prefix of the journal nobody needs. */
import { CONTEXT_WRITES } from '../messages/context.ts'
import { GATE_ENDINGS } from '../messages/gate.ts'
import { RUN_ENDINGS } from '../messages/workflow.ts'
import { kindOf } from '../messages/address.ts'
import type { Checkpoint, Journal } from './journal.ts'
import type { Population } from './population.ts'
import { scan } from './scan.ts'
import type { SignalStream } from './signal-stream.ts'

const ENDINGS = [
  ...['completed', 'failed', 'cancelled', 'blocked'].flatMap(state => [`task.${state}`, `group.${state}`]),
  ...RUN_ENDINGS.map(state => `workflow.${state}`),
  'budget.closed',
  'post.sent',
  ...GATE_ENDINGS.map(state => `gate.${state}`),
]
/** What brings those to life. */
const BEGINNINGS = ['workflow.start', 'task.create', 'group.create', 'gate.open', 'budget.open', 'post.send']

interface RetentionParts {
  readonly journal: Journal
  readonly population: Population
  readonly stream: SignalStream
}

/** Erases what ended before `until`, and cached results that have expired by `now`. Returns how many runs, tasks, groups, gates and budgets. */
export function prune(
  { journal, population, stream }: RetentionParts,
  { until, now }: { readonly until: number; readonly now: number },
): number {
  const old = new Set<string>()
  const whole: string[] = []
  // A run may end before the steps that it blocks: it is over when nothing of it is on its way.
  const coming = new Set(journal.pending().map(({ correlationId }) => correlationId))
  const spoken = conversations(journal, population)
  for (const signal of scan(journal, { types: ENDINGS, until })) {
    const isWhole = !coming.has(signal.to) && !spoken.has(signal.to)
    if (!signal.final || signal.to !== signal.correlationId || !isWhole) continue
    old.add(signal.to)
    // An earlier prune erased the rest: its headers stand as long as something before them is needed.
    if (signal.data !== null) whole.push(signal.to)
  }
  journal.prune({
    correlationIds: whole,
    dropTo: Math.min(firstNeeded(journal, population, old), firstVersion(journal, until)) - 1,
    now,
  })
  stream.pruned()
  return whole.length
}

/** What living messages belong to, which agents have said: it may have ended, and is not over. */
function conversations(journal: Journal, population: Population): ReadonlySet<string> {
  const found = new Set<string>()
  const add = ({ address, correlationId }: Pick<Checkpoint, 'address' | 'correlationId'>): void => {
    if (kindOf(address) === 'task' && correlationId !== address) found.add(correlationId)
  }
  for (const cell of population.cells()) add(cell)
  for (const checkpoint of journal.checkpoints({ kind: 'task' })) add(checkpoint)
  return found
}

/** The first record of a run, task, group, gate or budget that stays. What comes before it is of pruned runs, agents and the hub. */
function firstNeeded(journal: Journal, population: Population, old: ReadonlySet<string>): number {
  for (const signal of scan(journal, { types: BEGINNINGS })) {
    // Of what was erased nobody needs the headers, also where those of its end were dropped already.
    if (signal.data === null) continue
    if (!old.has(signal.correlationId)) return signal.seq
  }
  return population.oldestDirty() ?? Number.MAX_SAFE_INTEGER
}

/** The first version of a project's values that is not older: their history stays for as long as was asked for. */
function firstVersion(journal: Journal, until: number): number {
  for (const { to, seq } of scan(journal, { types: CONTEXT_WRITES, since: until + 1 }))
    if (to.startsWith('context/project/')) return seq
  return Number.MAX_SAFE_INTEGER
}
