/**
 * Each sentence of the checks of invariants 4 and 7 to 11 complains of what it is there for: what a good simulation showed is shown
 * again with one thing changed. And what is written down by hand beside the machines is what the machines do.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import {
  agent,
  agentMachine,
  graph,
  graphMachine,
  groupMachine,
  hubMachine,
  StatorError,
  task,
  taskMachine,
  type Address,
  type Signal,
} from 'stator'
import { INVARIANTS, invariants, Simulation, type Life, type Setup } from 'stator/testing'
import { z } from 'zod'
import type { Batch } from '../../src/runtime/journal.ts'
import { isFinal, LIFECYCLES } from '../../src/testing/invariants/lifecycles.ts'
import { batches, signal, Tape, type Told } from './tape.ts'

const count = z.object({ n: z.int() })
const retry = { maxAttempts: 2, initialInterval: 40, jitter: 'none' } as const
const job = task('job', { input: count, output: count, retry })
const heavy = task('heavy', { input: count, role: 'smith', timeout: 100 })

/** Negative numbers fail at the first attempt, zero hangs, others work. */
const setup = (life: Life): Setup => ({
  agents: ['ann', 'bob'].map(id =>
    agent(id, id === 'ann' ? { role: 'smith' } : {})
      .handle(
        job,
        life.handler(async ({ n }, ctx) => {
          const made = await ctx.do('make', () => n + 1)
          await life.wait(5)
          if (n < 0 && ctx.attempt === 1) throw new Error('not yet')
          return { n: made }
        }),
      )
      .handle(
        heavy,
        life.handler(async () => life.wait(1_000_000)),
      ),
  ),
})

const plan = graph(
  [
    { id: 'a', task: job, input: { n: -1 } },
    { id: 'b', task: job, input: { n: 2 }, group: 'one' },
    { id: 'c', task: job, input: { n: 3 }, group: 'one', after: ['a'] },
    { id: 'd', task: heavy, input: { n: 0 }, after: ['a'] },
    { id: 'e', task: job, input: { n: 5 }, after: ['d'] },
  ],
  { groups: { one: { limit: 1 } } },
)

let tape: Tape

beforeAll(async () => {
  tape = new Tape({ seed: 5, setup, limits: { batchDeliveries: 2, idle: 20, inbox: 20 } })
  const { world } = tape
  const first = await world.boot()
  const startAt = world.clock.now() + 30
  await first.until(first.runtime.submit(job, { n: 1 }, { id: 'later', startAt }))
  await first.until(first.runtime.submit(heavy, { n: 0 }, { id: 'doomed' }))
  await first.until(first.runtime.startGraph(plan, { id: 'run' }))
  for (const priority of ['low', 'high'] as const)
    await first.until(first.runtime.submit(job, { n: 7 }, { id: priority, priority }))
  await first.until(first.runtime.send({ type: 'task.retry', to: 'task/later' }).catch(() => {}))
  await world.pass(first, 3)
  world.kill()
  const second = await world.boot()
  await second.until(second.runtime.task('doomed').cancel('enough'))
  await second.until(second.runtime.run('run').outcome())
  await world.drain(second)
})

const is =
  (type: string, to?: Address, more: (signal: Signal) => boolean = () => true) =>
  (each: Signal): boolean =>
    each.type === type && (to === undefined || each.to === to) && more(each)
const taken = ({ refused }: Signal): boolean => refused === null
const derived = ({ causationId }: Signal): boolean => causationId > 0
const change =
  (find: (signal: Signal) => boolean, to: (found: { -readonly [K in keyof Signal]: Signal[K] }) => void) =>
  (told: Told[]): void =>
    to(signal(told, find))
const data = (to: object) => (found: { data: unknown }) => {
  found.data = { ...(found.data as object), ...to }
}
const batchOf = (told: Told[], find: (batch: Batch) => boolean): { -readonly [K in keyof Batch]: Batch[K] } =>
  batches(told).find(find) as Batch
const holding =
  (find: (signal: Signal) => boolean) =>
  (batch: Batch): boolean =>
    batch.signals.some(find)
const after = (told: Told[], find: (each: Told) => boolean): Told => told[told.findIndex(find) + 1] as Told
const hears = (told: Told[], like: Told, more: Partial<Told>): void => {
  told.splice(told.indexOf(like), 0, { ...like, ...more })
}
const someLife = (told: Told[]): unknown => told.find(({ hook }) => hook === 'between')?.args[0]
/** The hub rests just before that was durable. */
const restBefore = (told: Told[], find: (signal: Signal) => boolean, more: Partial<Told> = {}): void => {
  const like = told.find(
    ({ hook, args }) => hook === 'durable' && (args[0] as Batch).signals.some(find),
  ) as Told
  const rest = { hook: 'between', args: [someLife(told)], waiting: 0, ...more } as Partial<Told>
  hears(told, like, rest)
}
const drained = (told: Told[]): Told => told.find(({ hook }) => hook === 'drained') as Told
const done = is('task.done', 'task/run/b', taken)
const retried = is('task.failed', 'task/run/a', taken)
const timer = is('hub.timer', undefined, taken)

const COMPLAINTS: readonly [number: number, what: string, change: (told: Told[]) => void, says: RegExp][] = [
  [
    4,
    'what must be refused is taken',
    change(is('task.retry'), each => (each.refused = null)),
    /taken instead of EVENT_REFUSED/,
  ],
  [
    4,
    'what must be taken is refused',
    change(done, each => (each.refused = { code: 'EVENT_REFUSED', message: '', allowed: [] })),
    /instead of taken/,
  ],
  [
    4,
    'a refusal has another reason',
    change(is('task.retry'), each => (each.refused = { code: 'STALE_TIMER', message: '', allowed: [] })),
    /refused with STALE_TIMER/,
  ],
  [
    4,
    'a refusal names other events',
    change(is('task.retry'), each => (each.refused = { code: 'EVENT_REFUSED', message: '', allowed: ['x'] })),
    /as if it took x/,
  ],
  [
    4,
    'a state is another one',
    change(done, each => (each.toState = 'failed')),
    /recorded in failed instead of completed/,
  ],
  [
    4,
    'the state before is another one',
    change(done, each => (each.fromState = 'queued')),
    /recorded from queued/,
  ],
  [4, 'an end is no end', change(done, each => (each.final = false)), /it has ended, and is not final/],
  [4, 'what goes on is an end', change(retried, each => (each.final = true)), /final, and has not ended/],
  [4, 'a refusal ends somebody', change(is('task.retry'), each => (each.final = true)), /ended by it/],
  [
    4,
    'a transition is called otherwise',
    change(done, each => (each.name = 'task.failed')),
    /called task.failed/,
  ],
  [4, 'a report of another attempt is taken', change(done, data({ turn: 9 })), /taken instead of/],
  [
    4,
    'an agent begins that is not there',
    change(is('task.start', undefined, taken), data({ agent: 'agent/eve' })),
    /who is not there/,
  ],
  [
    4,
    'an agent begins more than it may',
    change(is('task.start', 'task/low'), data({ agent: 'agent/ann' })),
    /which runs 1 already/,
  ],
  [
    4,
    'an agent begins in a role that it has not',
    change(is('task.create', 'task/doomed'), each => (each.stamp = { agent: 'agent/bob' })),
    /which is not meant to/,
  ],
  [
    4,
    'an agent begins that is paused',
    change(is('agent.online', 'agent/bob'), data({ ready: false })),
    /instead of idle|which is idle/,
  ],
  [
    4,
    'a step begins before its time',
    change(is('task.create', 'task/run/b'), data({ step: 4 })),
    /e begins before d|is job and not/,
  ],
  [
    4,
    'a step is another task',
    change(is('task.create', 'task/run/b'), data({ task: 'heavy' })),
    /b is job and not heavy/,
  ],
  [4, 'a step begins twice', change(is('task.create', 'task/run/c'), data({ step: 1 })), /begins twice/],
  [
    4,
    'a step is blocked by what it does not wait for',
    change(is('task.create', 'task/run/e'), data({ blocked: { by: 'a', code: 'X' } })),
    /which it does not wait for/,
  ],
  [
    4,
    'a run is told otherwise',
    change(is('step.done', 'workflow/run'), data({ status: 'failed' })),
    /told that .* is failed, which is completed/,
  ],
  [
    7,
    'a message arrives that nobody sent',
    change(is('step.done', 'workflow/run', derived), each => (each.output = 5)),
    /nobody sent it/,
  ],
  [
    7,
    'its recipient is another one',
    change(is('task.create', 'task/run/b'), each => (each.to = 'task/run/x')),
    /its recipient is/,
  ],
  [7, 'its data is other data', change(is('step.done', 'workflow/run'), data({ more: 1 })), /its data is/],
  [
    7,
    'its sender is another one',
    change(is('step.done', 'workflow/run'), each => (each.from = 'task/x')),
    /its sender is/,
  ],
  [
    7,
    'its type is another one',
    change(is('step.done', 'workflow/run'), each => (each.type = 'workflow.cancel')),
    /its type is/,
  ],
  [
    7,
    'its priority is lost',
    change(is('step.done', 'workflow/run'), each => (each.priority = 'low')),
    /its priority is/,
  ],
  [
    7,
    'its correlation is lost',
    change(is('step.done', 'workflow/run'), each => (each.correlationId = 'x')),
    /its correlation is/,
  ],
  [
    7,
    'its hops are not counted',
    change(is('step.done', 'workflow/run'), each => (each.hops = 0)),
    /its hops is 0/,
  ],
  [
    7,
    'its depth is not inherited',
    change(is('step.done', 'workflow/run'), each => (each.depth = 3)),
    /its depth is 3/,
  ],
  [
    7,
    'it is that of another step',
    change(is('task.create', 'task/run/b'), data({ step: 3 })),
    /its step is 3/,
  ],
  [
    7,
    'it is neither delivered nor pending',
    told => (batchOf(told, ({ pending }) => pending.length > 0).pending = []),
    /neither delivered nor pending/,
  ],
  [
    7,
    'a row is made that nobody is owed',
    told => {
      const batch = batchOf(told, ({ pending }) => pending.some(({ causationId }) => causationId > 0))
      batch.pending = [...batch.pending, ...batch.pending.map(row => ({ ...row, id: 99, output: 77 }))]
    },
    /nobody is owed it/,
  ],
  [
    7,
    'a row takes the place of another',
    told => {
      const [one, other] = batches(told).filter(
        ({ pending, delivered }) => pending.length > 0 && delivered.length === 0,
      )
      for (const row of [...(one?.pending ?? []), ...(other?.pending ?? [])]) (row as { id: number }).id = 1
      for (const batch of batches(told)) if (batch.delivered.length > 0) batch.delivered = []
    },
    /took the place of another|is delivered, and still pending/,
  ],
  [
    7,
    'a row is still there after its message arrived',
    told => (batchOf(told, ({ delivered }) => delivered.length > 0).delivered = []),
    /is delivered, and still pending/,
  ],
  [
    7,
    'a row is taken away without its message',
    told => {
      const batch = batchOf(told, ({ delivered }) => delivered.length > 0)
      const index = batches(told).indexOf(batch) - 1
      const before = batches(told)[index] as { delivered: readonly number[] }
      before.delivered = [...before.delivered, ...batch.delivered]
    },
    /never was pending|was dropped/,
  ],
  [
    7,
    'a row changes on the disk',
    told => {
      const at = told.findIndex(
        ({ hook, args }) => hook === 'durable' && (args[0] as Batch).pending.length > 0,
      )
      const lost = ((told[at] as Told).args[0] as Batch).pending[0]
      hears(told, drained(told), {
        hook: 'durable',
        args: [
          {
            ...batches(told)[0],
            records: [],
            signals: [],
            delivered: [],
            pending: [{ ...lost, id: 500 }],
            results: [],
            keys: [],
            cached: [],
          },
          someLife(told),
        ],
      })
    },
    /never delivered|nobody is owed it|is pending/,
  ],
  [
    7,
    'a result has no sub-step',
    told => (batchOf(told, ({ results }) => results.length > 0).results = []),
    /sub-steps are recorded with 0 results/,
  ],
  [
    7,
    'a result is that of another',
    told => {
      const batch = batchOf(told, ({ results }) => results.length > 0)
      batch.results = batch.results.map(result => ({ ...result, value: 'else' }))
    },
    /is not what was recorded/,
  ],
  [
    7,
    'a key names nobody',
    told => {
      const batch = batchOf(told, ({ keys }) => keys.length > 0)
      batch.keys = batch.keys.map(key => ({ ...key, seq: key.seq + 1 }))
    },
    /which created nobody/,
  ],
  [
    7,
    'what was accepted is not recorded',
    told => {
      const heard = told.find(({ hook, args }) => hook === 'acknowledged' && args[0] === 'task/low') as Told
      heard.args[0] = 'task/lost'
    },
    /nothing is recorded of it/,
  ],
  [
    7,
    'a client creates what nobody asked for',
    told => {
      told.splice(0, told.length, ...told.filter(({ hook }) => hook !== 'asked'))
    },
    /nobody asked for it/,
  ],
  [
    7,
    'the clock says something else',
    change(done, each => (each.from = 'system/clock')),
    /the clock does not say that/,
  ],
  [
    7,
    'the dispatcher says something else',
    change(done, each => (each.from = 'system/dispatcher')),
    /the dispatcher does not say that/,
  ],
  [
    7,
    'the hub says something else',
    change(done, each => (each.from = 'system/hub')),
    /the hub does not say that/,
  ],
  [
    7,
    'somebody says what only agents do',
    change(done, each => (each.from = 'client/x' as Address)),
    /does not say that/,
  ],
  [7, 'a timer comes that never was', change(timer, data({ setSeq: 1 })), /never was a timer/],
  [7, 'a timer stands for something else', change(timer, data({ event: 'x' })), /the timer stands for/],
  [7, 'there was no such attempt', change(done, data({ turn: 9 })), /there was no attempt 9/],
  [
    7,
    'it was the attempt of another',
    change(done, each => (each.from = each.from === 'agent/ann' ? 'agent/bob' : 'agent/ann')),
    /was that of/,
  ],
  [
    7,
    'an interruption is told of what did not run',
    change(is('task.interrupted'), each => (each.to = 'task/later')),
    /not found running/,
  ],
  [8, 'a timer is early', change(timer, each => ((each as { at: number }).at -= 29)), /ms early/],
  [
    8,
    'an attempt fails before its deadline',
    change(is('task.failed', 'task/run/d'), each => ((each as { at: number }).at -= 50)),
    /had \d+ ms left/,
  ],
  [
    8,
    'a retry waits too long',
    change(is('task.create', 'task/run/a'), data({ retry: { ...retry, backoff: 2, maxInterval: 20 } })),
    /waits 40 ms instead of 20|early|due and did not fire|wakes/,
  ],
  [
    8,
    'nobody wakes for a timer',
    told => restBefore(told, timer, { next: undefined }),
    /nobody wakes for timer/,
  ],
  [
    8,
    'nobody wakes for a deadline',
    told => restBefore(told, is('task.failed', 'task/run/d'), { next: undefined }),
    /nobody wakes for the deadline/,
  ],
  [
    8,
    'a timer was due and did not fire',
    told => {
      const fires = batchOf(told, holding(timer))
      const index = batches(told).indexOf(fires)
      for (const late of batches(told).slice(0, index).slice(-1))
        for (const each of late.signals) (each as { at: number }).at += 1_000_000
    },
    /was due and did not fire|early/,
  ],
  [
    9,
    'a client is not answered',
    told => {
      const asked = told.find(({ hook }) => hook === 'asked') as Told
      const next = after(told, each => each === asked)
      for (const hook of ['between', 'between'] as const)
        hears(told, next, { hook, args: [someLife(told)], waiting: 0, next: 0 })
    },
    /a client asked for \w+ .*nobody will answer/,
  ],
  [
    9,
    'a row is not delivered',
    told =>
      restBefore(
        told,
        each => batchOf(told, holding(is('task.create', 'task/run/b'))).signals.includes(each),
        { next: 0 },
      ),
    /nobody will/,
  ],
  [
    9,
    'a handler has ended, and nobody tells',
    told => restBefore(told, done, { next: 0 }),
    /has ended, and nobody will tell it/,
  ],
  [
    9,
    'a start never ends',
    told => hears(told, told.find(({ hook }) => hook === 'up') as Told, { hook: 'stuck' }),
    /a start never comes to an end/,
  ],
  [
    9,
    'the hub turns for nothing',
    told => {
      const last = drained(told)
      for (let n = 0; n < 1_010; n++)
        hears(told, last, { hook: 'between', waiting: 1, steps: last.steps + n + 1 })
    },
    /and nothing happened/,
  ],
  [
    9,
    'messages are left',
    told => (drained(told).status = { ...drained(told).status, inbox: 1 }),
    /left in the inbox/,
  ],
  [
    9,
    'tasks are said to wait',
    told => (drained(told).status = { ...drained(told).status, waitingTasks: 1 }),
    /1 tasks are said to wait/,
  ],
  [
    9,
    'tasks are said to run',
    told => (drained(told).status = { ...drained(told).status, runningTasks: 1 }),
    /1 tasks are said to run/,
  ],
  [
    9,
    'a task is left running',
    told => {
      const at = told.findIndex(
        ({ hook, args }) =>
          hook === 'durable' && (args[0] as Batch).signals.some(is('task.failed', 'task/run/d')),
      )
      told.splice(at, told.length - at, { ...drained(told) })
    },
    /is left running/,
  ],
  [
    9,
    'an agent is told otherwise',
    told => {
      const load = batches(told)
        .flatMap(({ signals }) => signals)
        .findLast(is('agent.load')) as Signal
      ;(load as { data: unknown }).data = { ...(load.data as object), running: 1 }
    },
    /was told that it runs 1 tasks/,
  ],
  [9, 'it takes too long', told => (drained(told).steps += 200_000), /steps for/],
  [
    9,
    'a failed journal is not told',
    told => {
      const asked = told.find(({ hook }) => hook === 'asked') as Told
      const next = after(told, each => each === asked)
      hears(told, next, { hook: 'crashed', args: [{ write: 1, point: 'refused' }, someLife(told)] })
      for (const hook of ['between', 'between'] as const)
        hears(told, next, { hook, args: [someLife(told)], isUp: false })
    },
    /the journal failed, and who waits/,
  ],
  [
    10,
    'a busy hub is not busy',
    told => {
      const refused = told.find(({ hook }) => hook === 'refused') as Told
      refused.args = refused.args.map(arg => (arg instanceof Error ? new StatorError('HUB_BUSY', {}) : arg))
    },
    /was refused with HUB_BUSY while/,
  ],
  [
    10,
    'more wait than there is room for',
    told => {
      const asked = told.find(({ hook, args }) => hook === 'asked' && args[0] === 'submit') as Told
      const next = after(told, each => each === asked)
      for (let number = 100; number < 125; number++)
        hears(told, next, {
          ...asked,
          args: asked.args.map(arg =>
            typeof arg === 'object' && arg !== null && 'number' in arg ? { ...arg, number, args: [] } : arg,
          ),
        })
      for (const hook of ['between', 'between'] as const) hears(told, next, { hook, args: [someLife(told)] })
    },
    /submissions wait, and the inbox holds 20/,
  ],
  [
    10,
    'who has waited longer goes later',
    told => {
      for (const batch of batches(told))
        for (const each of batch.signals as readonly { to: string; priority: string }[])
          if (each.to === 'task/low' || each.to === 'task/high') each.priority = 'normal'
    },
    /task\/high goes before task\/run\/b, of the same priority/,
  ],
  [
    10,
    'who has just come takes a place',
    change(is('task.create', 'task/high'), each => (each.stamp = { agent: 'agent/bob' })),
    /takes the place of/,
  ],
  [
    11,
    'a task fails of what its handler did not throw',
    change(retried, data({ error: { name: 'Error', message: 'else', code: 'HANDLER_FAILED' } })),
    /its handler threw .*not yet/,
  ],
  [
    11,
    'a task fails while its handler runs',
    change(
      is('task.failed', 'task/run/d'),
      data({ error: { name: 'Error', message: 'else', code: 'HANDLER_FAILED' } }),
    ),
    /its handler still runs/,
  ],
  [11, 'a task has another output', change(done, data({ output: { n: 77 } })), /its handler returned/],
  [
    11,
    'a task fails whose handler returned',
    change(done, each =>
      Object.assign(each, {
        type: 'task.failed',
        data: { ...(each.data as object), error: { name: 'Error', message: 'x', code: 'HANDLER_FAILED' } },
      }),
    ),
    /and its handler returned/,
  ],
  [
    11,
    'a crash is told as a close',
    change(is('task.interrupted'), data({ clean: true })),
    /told that the hub had closed/,
  ],
  [
    11,
    'the hub is not running',
    told => (drained(told).status = { ...drained(told).status, hub: 'failed' }),
    /the hub is failed by itself/,
  ],
  [
    11,
    'the hub stops by itself',
    told => {
      const refused = told.find(({ hook }) => hook === 'refused') as Told
      refused.args = refused.args.map(arg =>
        arg instanceof Error ? new StatorError('JOURNAL_FAILED', {}) : arg,
      )
    },
    /the hub has stopped by itself/,
  ],
  [
    11,
    'an error escapes',
    told => hears(told, drained(told), { hook: 'escaped', args: [new Error('out'), someLife(told)] }),
    /would have ended the process/,
  ],
  [
    11,
    'a handler hangs for ever',
    told => restBefore(told, is('task.failed', 'task/run/d'), { next: undefined }),
    /nobody wakes for the deadline/,
  ],
  [
    11,
    'a handler ends and nobody takes note',
    told => restBefore(told, done, { next: 0 }),
    /nobody took note/,
  ],
  [
    11,
    'a sub-step begins after its attempt',
    told => {
      const sub = told.find(
        ({ hook, args }) => hook === 'outside' && (args[0] as { what: string }).what === 'sub',
      ) as Told
      hears(told, drained(told), { hook: 'outside', args: sub.args })
    },
    /and the attempt was over/,
  ],
  [
    11,
    'a handler goes on after the journal failed',
    told => {
      const sub = told.find(
        ({ hook, args }) => hook === 'outside' && (args[0] as { what: string }).what === 'sub',
      ) as Told
      hears(told, sub, { hook: 'crashed', args: [{ write: 1, point: 'refused' }, someLife(told)] })
    },
    /goes on after the journal failed/,
  ],
]

describe('a good simulation', () => {
  test.each([4, 7, 8, 9, 10, 11])('is complained of by nobody: %i', number => {
    expect(tape.replay(number)).toEqual([])
  })

  test('may be looked at by two of each', async () => {
    const world = new Simulation({ seed: 1, setup, watchers: [...invariants(), ...invariants()] })
    const life = await world.boot()
    const run = await life.until(life.runtime.startGraph(plan, { id: 'run' }))
    await life.until(run.outcome())
    await world.drain(life)
    expect(world.broken).toEqual([])
  })
})

test.each(COMPLAINTS)('invariant %i complains that %s', (number, _what, changed, says) => {
  const broken = tape.replay(number, changed)
  expect(broken.find(each => says.test(each)) ?? broken.slice(0, 3)).toMatch(says)
})

test('every number has an invariant that looks', () => {
  expect(INVARIANTS.filter(({ watch }) => watch === null)).toEqual([])
  expect(INVARIANTS.map(({ number }) => number)).toEqual(Array.from({ length: 15 }, (_, n) => n + 1))
})

interface Node {
  readonly key: string
  readonly type: string
  readonly transitions: ReadonlyMap<
    string,
    readonly { readonly target?: readonly { readonly key: string }[] }[]
  >
}

/** Events that a machine raises for later: the hub delivers them as timers. */
const TIMERS: ReadonlySet<string> = new Set(['task.overdue', 'task.expired', 'agent.restart'])

/** Where its machine lets it go, as the lifecycles say it; those that go on by themselves are not followed. */
function movesOf(machine: { readonly root: unknown }): Record<string, Record<string, string[]>> {
  const { states } = machine.root as { readonly states: Readonly<Record<string, Node>> }
  const moves: Record<string, Record<string, string[]>> = {}
  for (const { key, transitions } of Object.values(states)) {
    // Only a task can be there for longer than its creation.
    if ((key === 'pending' && !transitions.has('dependency.done')) || transitions.size === 0) continue
    const from = (moves[key] ??= {})
    for (const [event, all] of transitions) {
      if (event === 'task.create') continue
      const type = event.startsWith('xstate.after') || TIMERS.has(event) ? 'hub.timer' : event
      const to = all.map(({ target }) => target?.[0]?.key ?? key)
      from[type] = [...new Set([...(from[type] ?? []), ...to])].toSorted()
    }
  }
  return moves
}

const written = (kind: string): Record<string, Record<string, string[]>> =>
  Object.fromEntries(
    Object.entries(LIFECYCLES[kind] ?? {})
      .filter(([from]) => from !== 'none')
      .map(([from, events]) => [
        from,
        Object.fromEntries(Object.entries(events).map(([event, to]) => [event, to.toSorted()])),
      ]),
  )

describe('the lifecycles', () => {
  test.each([
    ['task', taskMachine],
    ['agent', agentMachine],
    ['system', hubMachine],
  ] as const)('of a %s are those of its machine', (kind, machine) => {
    expect(written(kind)).toEqual(movesOf(machine))
  })

  test('of a run name the events of its machine, and lead where it goes on by itself', () => {
    const names = (moves: Record<string, Record<string, string[]>>): string[] =>
      Object.entries(moves).flatMap(([from, events]) => Object.keys(events).map(event => `${from} ${event}`))
    expect(names(written('workflow')).toSorted()).toEqual(names(movesOf(graphMachine)).toSorted())
    expect(names(written('group')).toSorted()).toEqual(names(movesOf(groupMachine)).toSorted())
  })

  test.each([
    ['task', taskMachine],
    ['agent', agentMachine],
    ['workflow', graphMachine],
    ['group', groupMachine],
  ] as const)('of a %s end where its machine does', (kind, machine) => {
    const states = Object.values(
      (machine.root as unknown as { readonly states: Readonly<Record<string, Node>> }).states,
    )
    const ends = states.filter(({ type }) => type === 'final').map(({ key }) => key)
    expect(states.map(({ key }) => key).filter(key => isFinal(kind, key))).toEqual(ends)
  })
})
