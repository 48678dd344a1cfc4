/**
 * Invariant 14: history, then live, without gap or duplicate. In every process life somebody reads everything; in some of them, by
 * choice, also somebody slow, somebody picky, somebody who never reads and somebody who throws. All of them see what is recorded, and
 * the hub waits for none.
 */
import type { Signal } from '../../messages/signal.ts'
import { cursorAt } from '../../runtime/cursor.ts'
import type { HistoryFilter } from '../../runtime/journal.ts'
import type { ReadOptions } from '../../runtime/options.ts'
import type { Life } from '../host/life.ts'
import { Dice } from '../host/random.ts'
import { settled } from '../host/scheduler.ts'
import type { Watcher } from '../host/watcher.ts'
import type { Invariant } from './invariant.ts'
import { Past } from './past.ts'
import { Reader } from './reader.ts'
import { follow, type Followed } from './followed.ts'

export const readable: Invariant = {
  number: 14,
  promise: 'History-then-live reading has no gap and no duplicate; a slow reader never blocks the hub.',
  watch: watchReaders,
}

/** One life in so many has readers beside the one who reads everything. */
const SELDOM = 4
const CHOICES = 1024

interface Readers {
  /** The last signal that subscribers were given. */
  seen: number
  readonly quick: Reader[]
  readonly slow: Reader | undefined
  run: Followed | undefined
  /** Undefined where nobody else reads. */
  readonly dice: Dice | undefined
}

function watchReaders(): Watcher {
  const readers = new WeakMap<Life, Readers>()
  return {
    starting: ({ simulation }) => void Past.of(simulation),
    up: life => void readers.set(life, begin(life)),
    durable: (batch, life) => {
      Past.of(life.simulation).take(batch)
      const mine = readers.get(life)
      if (mine?.dice === undefined || mine.run !== undefined) return
      // What is below another run is seen with that one.
      const start = batch.signals.find(
        ({ type, refused, to, correlationId }) =>
          type === 'workflow.start' && refused === null && correlationId === to,
      )
      if (start !== undefined) mine.run = follow(life, start.to)
    },
    seen: ({ seq }, life) => {
      const mine = readers.get(life)
      if (mine === undefined) return
      if (seq !== mine.seen + 1) say(life, `a subscriber was given signal ${seq} after ${mine.seen}`)
      mine.seen = seq
    },
    between: life => {
      const { slow, dice } = readers.get(life) ?? {}
      if (dice?.chance(0.1) === true) slow?.pull(1 + dice.below(6))
    },
    drained: async life => {
      const mine = readers.get(life)
      if (mine === undefined) return
      mine.slow?.pull(mine.slow.rest())
      // Who is far behind is given a page a turn.
      do await settled()
      while (life.simulation.scheduler.run())
      for (const reader of mine.quick) reader.finish()
      mine.slow?.finish()
      mine.run?.finish()
      const { position } = Past.of(life.simulation)
      if (mine.seen !== position)
        say(life, `subscribers were given signals up to ${mine.seen} of ${position}`)
      looksBack(life)
    },
  }
}

const say = (life: Life, detail: string): void => life.simulation.break(14, detail)

function begin(life: Life): Readers {
  const { simulation, runtime } = life
  const { position, expected } = Past.of(simulation)
  const all = new Reader(life, 'of everything', { from: 'start' })
  all.keep()
  const chosen = simulation.choices.below(CHOICES)
  if (chosen % SELDOM !== SELDOM - 1)
    return { seen: position, quick: [all], slow: undefined, run: undefined, dice: undefined }
  const dice = new Dice(chosen)
  const { seq: first } = expected.anchor
  const from = cursorAt(first + dice.below(position - first + 1))
  const slow = new Reader(life, 'a slow one', { from })
  const only = dice.pick(picks(life))
  const picky = new Reader(life, JSON.stringify(only), { from: dice.chance(0.5) ? from : 'start', ...only })
  picky.keep()
  // Asks once, and never again.
  new Reader(life, 'one who sleeps', { from: 'start' }).pull(1)
  runtime.signals$.subscribe(() => {
    throw new Error('a subscriber that throws')
  })
  return { seen: position, quick: [all, picky], slow, run: undefined, dice }
}

/** What somebody may want to read only. */
function picks(life: Life): ReadOptions[] {
  const { standing } = Past.of(life.simulation)
  const run = [...standing.actors.keys()].find(address => address.startsWith('workflow/'))
  return [
    { types: ['task.started'] },
    { types: ['task.done', 'task.failed', 'agent.busy'] },
    ...(life.simulation.setup(life).agents ?? []).map(({ id }) => ({ agent: id })),
    ...(run === undefined ? [] : [{ workflow: run.slice('workflow/'.length) }]),
  ]
}

/** History as it is asked for, and the latest signals, are those that are recorded. */
function looksBack(life: Life): void {
  const { runtime, simulation } = life
  if (runtime.status().hub === 'closed') return
  const { signals: all, position, expected } = Past.of(simulation)
  const signals = all.filter(({ seq }) => seq > expected.anchor.seq)
  const recent = runtime.recent().map(({ seq }) => seq)
  if (recent.some((seq, index) => seq !== position - recent.length + 1 + index))
    say(life, `the latest signals are ${recent.join(', ')}, and the last one is ${position}`)
  const dice = new Dice(expected.records.at(-1)?.sum ?? 0)
  const some = signals[dice.below(signals.length)]
  if (some === undefined) return
  const after = expected.anchor.seq + dice.below(signals.length)
  const filter: HistoryFilter = {
    ...(dice.chance(0.5) ? { after } : { before: after + 1 }),
    ...(dice.chance(0.3) ? { types: [dice.chance(0.5) ? some.type : some.name] } : {}),
    ...(dice.chance(0.3) ? { actor: some.to } : {}),
    ...(dice.chance(0.3) ? { correlationId: some.correlationId } : {}),
    ...(dice.chance(0.3) ? { since: some.at } : {}),
    ...(dice.chance(0.3) ? { until: some.at } : {}),
    order: dice.chance(0.5) ? 'asc' : 'desc',
    limit: 1 + dice.below(40),
  }
  const found = runtime.history(filter).map(({ seq }) => seq)
  const wanted = select(signals, filter).map(({ seq }) => seq)
  if (found.join() !== wanted.join())
    say(life, `history of ${JSON.stringify(filter)} is ${found.join(', ')}, recorded is ${wanted.join(', ')}`)
}

function select(signals: readonly Signal[], filter: HistoryFilter): Signal[] {
  const { types, actor, correlationId, after = 0, before = Infinity, since = 0, until = Infinity } = filter
  const found = signals.filter(
    signal =>
      signal.seq > after &&
      signal.seq < before &&
      signal.at >= since &&
      signal.at <= until &&
      (types === undefined || types.includes(signal.type) || types.includes(signal.name)) &&
      (actor ?? signal.to) === signal.to &&
      (correlationId ?? signal.correlationId) === signal.correlationId,
  )
  return (filter.order === 'desc' ? found.toReversed() : found).slice(0, filter.limit)
}
