/**
 * What if nothing were different? A fork at any position, run on with the same outcomes, comes to the same ends: random graphs whose
 * tasks fail, are tried again and wait, each position of what they left.
 */
import { describe, expect, test } from 'vitest'
import {
  agent,
  createRuntime,
  cursorOf,
  fork,
  graph,
  memory,
  task,
  type GraphStep,
  type Journal,
  type Runtime,
  type TaskContext,
} from 'stator'
import { Dice, VirtualClock } from 'stator/testing'
import { settled } from '../ledger/support.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const job = task('job', { retry: { maxAttempts: 2, initialInterval: 100, jitter: 'none' } })
const start = Date.UTC(2030, 0, 1)

/** What a task does is known from where it is, and which attempt it is: whoever does it. */
function outcome(ctx: TaskContext): string {
  const sum = ctx.task.split('').reduce((all, letter) => (all * 31 + letter.charCodeAt(0)) % 9973, 7)
  if (sum % 5 === 0 || (sum % 3 === 0 && ctx.attempt === 1)) throw new Error('not this time')
  return `${ctx.task} ${ctx.attempt}`
}

async function open(
  journal: Journal,
  now: number,
  isFork: boolean,
): Promise<{ runtime: Runtime; clock: VirtualClock }> {
  const clock = new VirtualClock(now)
  const runtime = await createRuntime({
    journal,
    logger: quiet,
    host: { clock, random: () => 0.5 },
    agents: [agent('ann', { capacity: 2 }).handle(job, (_, ctx) => outcome(ctx))],
    ...(isFork ? { effects: { job: (_: unknown, ctx: TaskContext) => outcome(ctx) } } : {}),
  })
  return { runtime, clock }
}

function draw(dice: Dice): GraphStep[] {
  return Array.from({ length: 1 + dice.below(5) }, (_, index) => ({
    id: `s${index}`,
    task: job,
    after: index === 0 || dice.chance(0.3) ? [] : [`s${dice.below(index)}`],
  }))
}

async function runOn({ clock }: { readonly clock: VirtualClock }): Promise<void> {
  do await settled()
  while (clock.fire())
}

const endsOf = (runtime: Runtime): Map<string, unknown> =>
  new Map(
    runtime
      .history({ limit: 10_000 })
      .filter(({ final }) => final)
      .map(({ to, toState, data }) => [to, { toState, data }]),
  )

/** A history of two graphs and a task that waits for a time, and how it all ended. */
async function lived(seed: number): Promise<{ journal: Journal; ends: Map<string, unknown>; last: Runtime }> {
  const dice = new Dice(seed)
  const journal = memory()
  const life = await open(journal, start, false)
  await life.runtime.startGraph(graph(draw(dice), { limit: 2 }), { id: 'one' })
  await life.runtime.submit(job, null, { id: 'later', startAt: start + 5_000 })
  await settled()
  await life.runtime.startGraph(graph(draw(dice)), { id: 'two' })
  await runOn(life)
  return { journal, ends: endsOf(life.runtime), last: life.runtime }
}

describe('a fork that is run on with the same outcomes comes to the same ends', () => {
  test.each([1, 2, 3, 4, 5, 6])('from every position of a history (seed %i)', async seed => {
    const { ends, last } = await lived(seed)
    const history = last.history({ limit: 10_000 })
    for (const signal of history) {
      const other = await open(last.fork({ at: cursorOf(signal) }), signal.at, true)
      await runOn(other)
      expect(other.runtime.held()).toEqual([])
      for (const [address, end] of endsOf(other.runtime))
        expect([address, end]).toEqual([address, ends.get(address)])
      // All of those come to an end that were there.
      expect(other.runtime.actors.list({ kind: 'task' })).toEqual([])
      expect(other.runtime.actors.list({ kind: 'workflow' })).toEqual([])
      expect(other.runtime.verify()).toBeNull()
      await other.runtime.close()
    }
    expect(last.history({ limit: 10_000 })).toEqual(history)
    await last.close()
  })
})

test('timers that are overdue fire at once; with the time of the fork they wait as they did', async () => {
  const { last } = await lived(7)
  const made = last.history({ types: ['task.create'], actor: 'task/later' })[0]
  if (made === undefined) throw new Error('it was not made')
  const [then, now] = [last.fork({ at: cursorOf(made) }), last.fork({ at: cursorOf(made) })]
  const early = await open(then, made.at, true)
  await settled()
  expect(early.runtime.tasks.list({ state: 'scheduled' }).tasks).toHaveLength(1)
  const late = await open(now, start + 60_000, true)
  await settled()
  expect(endsOf(late.runtime).has('task/later')).toBe(true)
  for (const each of [early.runtime, late.runtime, last]) await each.close()
})

test('a fork of a fork is the same again', async () => {
  const { journal, last } = await lived(8)
  await last.close()
  const once = fork(journal)
  const twice = fork(once, { at: '5' })
  const direct = fork(journal, { at: '5' })
  const rows = [twice, direct].map(each => {
    each.open({ newId: () => 'never' })
    return each.read({ after: 0, limit: 10 })
  })
  expect(rows[0]).toEqual(rows[1])
  expect(rows[0]).toHaveLength(5)
})
