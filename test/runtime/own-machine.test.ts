/**
 * What a user's own machine is promised in the hub: its delays outlive the process, what it invokes is started once for each time that
 * its state is entered, what is said too late is said to nobody, and how it ends is known.
 */
import { assign, enqueueActions, fromPromise, raise, setup, type AnyStateMachine } from 'xstate'
import { expect, test } from 'vitest'
import { agent, fromTask, task, type Run, type Signal, workflow } from 'stator'
import type { Life, Setup, Simulation } from 'stator/testing'
import { z } from 'zod'
import { codeOf, worldOf } from './support/world.ts'

const job = task('job', {
  input: z.object({ n: z.int() }).default({ n: 0 }),
  output: z.object({ n: z.int() }),
})
const other = task('other')

const any = z.looseObject({})
const events = { GO: any, BACK: any, STOP: any, SET: z.object({ n: z.int() }) }

interface Kept {
  readonly kept: readonly unknown[]
}

interface Come {
  readonly output?: unknown
  readonly error?: unknown
  readonly n?: number
}

/** A machine of which only the states matter; it knows two tasks and how to keep what comes. */
function made(config: object, more: object = {}): AnyStateMachine {
  return setup({
    actors: { job: fromTask(job), other: fromTask(other) },
    actions: {
      keep: assign((({ context, event }: { context: Kept; event: Come }) => ({
        kept: [...context.kept, event.output ?? event.error ?? event.n ?? null],
      })) as never),
    },
    ...more,
  } as never).createMachine({
    id: 'm',
    context: { kept: [] },
    output: ({ context }: { context: object }) => context,
    ...config,
  } as never) as unknown as AnyStateMachine
}

/** Works as long as it is told to: by what `n` its input has, in milliseconds; an odd one fails. */
function world(machine: AnyStateMachine, limits: object = {}, watched = true): Simulation {
  return worldOf(
    (life: Life): Setup => ({
      workflows: [workflow('own', { machine, events })] as never,
      agents: [
        agent('ann', { capacity: 9 })
          .handle(
            job,
            life.handler(async ({ n }) => {
              await life.wait(n)
              if (n % 2 === 1) throw Object.assign(new TypeError('odd'), { code: 'ODD' })
              return { n }
            }),
          )
          .handle(
            other,
            life.handler(async () => {
              await life.wait(5)
              return 'o'
            }),
          ),
      ],
    }),
    { limits, watched },
  )
}

async function start(life: Life, input?: unknown): Promise<Run> {
  const [own] = life.simulation.setup(life).workflows as readonly never[]
  return (await life.until(life.runtime.start(own as never, input as never, { id: 'r' }))) as Run
}

const again = (life: Life): Run => life.runtime.run('r') as Run
const tell = async (life: Life, name: string, data: object = {}): Promise<string> =>
  codeOf(
    life,
    life.runtime.send({ type: 'workflow.signal', to: 'workflow/r', data: { name, data } } as never),
  )

/** The process dies, and comes back. */
async function reborn(life: Life): Promise<Life> {
  life.die()
  return (life.simulation as Simulation).boot()
}

const created = (life: Life): string[] =>
  life.runtime
    .history({ types: ['task.create'], limit: 1000 })
    .filter(({ refused }) => refused === null)
    .map(({ to }) => to)
const endings = (life: Life): Record<string, string | null> =>
  Object.fromEntries(
    life.runtime
      .history({ limit: 1000 })
      .filter(({ final }) => final)
      .map(({ to, toState }) => [to, toState]),
  )
const told = (life: Life, types: string[]): Signal[] => life.runtime.history({ types, limit: 1000 })

test('a delay goes on over a death of the process, and ends when it would have', async () => {
  const simulation = world(
    made({ initial: 'a', states: { a: { after: { 60_000: 'b' } }, b: { type: 'final' } } }),
  )
  const life = await simulation.boot()
  await start(life)
  const begun = simulation.clock.now()
  await simulation.pass(life, 20_000)
  const next = await reborn(life)
  expect(again(next).status()).toBe('running.a')
  await next.until(again(next).result())
  const [fired] = told(next, ['hub.timer'])
  expect((fired as Signal).at - begun).toBeGreaterThanOrEqual(59_990)
  expect((fired as Signal).at - begun).toBeLessThan(60_100)
})

test('a delay that the state was left before has no effect, also after a restart', async () => {
  const simulation = world(
    made({
      initial: 'a',
      states: {
        a: { after: { 1_000: 'late' }, on: { GO: 'b' } },
        b: { after: { 5_000: 'end' } },
        late: {},
        end: { type: 'final' },
      },
    }),
  )
  const life = await simulation.boot()
  await start(life)
  await tell(life, 'GO')
  const next = await reborn(life)
  await next.until(again(next).result())
  expect(told(next, ['hub.timer'])).toHaveLength(1)
})

test('an event that is raised later keeps what it carries, and may be without a name, or cancelled', async () => {
  const later = (n: number, id?: string): unknown =>
    raise({ type: 'SET', n } as never, { delay: 100 * n, ...(id === undefined ? {} : { id }) } as never)
  const simulation = world(
    made({
      initial: 'a',
      states: {
        a: {
          entry: [later(1), later(2), later(3, 'three'), later(4)],
          on: {
            GO: { actions: enqueueActions(({ enqueue }) => enqueue.cancel('three')) },
            SET: [
              {
                guard: ({ event }: { event: { n: number } }) => event.n === 4,
                target: 'end',
                actions: 'keep',
              },
              { actions: 'keep' },
            ],
          },
        },
        end: { type: 'final' },
      },
    }),
  )
  const life = await simulation.boot()
  await start(life)
  await tell(life, 'GO')
  const next = await reborn(life)
  expect(await next.until(again(next).result())).toEqual({ kept: [1, 2, 4] })
})

test('a state that is entered again starts its task anew and ends the one before', async () => {
  const simulation = world(
    made({
      initial: 'a',
      states: {
        a: {
          invoke: { id: 'build', src: 'job', input: { n: 100 }, onDone: { target: 'end', actions: 'keep' } },
          on: { GO: { target: 'a', reenter: true } },
        },
        end: { type: 'final' },
      },
    }),
  )
  const life = await simulation.boot()
  await start(life)
  await tell(life, 'GO')
  const next = await reborn(life)
  await tell(next, 'GO')
  expect(await next.until(again(next).result())).toEqual({ kept: [{ n: 100 }] })
  expect(created(next)).toEqual(['task/r/build', 'task/r/build/2', 'task/r/build/3'])
  expect(endings(next)).toMatchObject({
    'task/r/build': 'cancelled',
    'task/r/build/2': 'cancelled',
    'task/r/build/3': 'completed',
  })
})

test('regions run beside each other, and what fails is an event of its own region', async () => {
  const region = (id: string, n: number): object => ({
    initial: 'open',
    states: {
      open: {
        invoke: {
          id,
          src: 'job',
          input: { n },
          onDone: { target: 'shut', actions: 'keep' },
          onError: { target: 'shut', actions: 'keep' },
        },
      },
      shut: { type: 'final' },
    },
  })
  const simulation = world(
    made({ type: 'parallel', states: { x: region('x', 30), y: region('y', 21), z: region('z', 10) } }),
  )
  const life = await simulation.boot()
  await start(life)
  const next = await reborn(life)
  expect(again(next).status()).toBe('running.(x.open|y.open|z.open)')
  const odd = { name: 'TypeError', message: 'odd', code: 'ODD' }
  const { kept } = (await next.until(again(next).result())) as unknown as { kept: object[] }
  expect(kept).toHaveLength(3)
  expect(kept).toEqual(expect.arrayContaining([{ n: 30 }, odd, { n: 10 }]))
  expect(created(next)).toHaveLength(3)
})

test('a failure that nothing takes fails the run with it, and ends what else runs', async () => {
  const simulation = world(
    made({
      type: 'parallel',
      states: {
        x: { initial: 'a', states: { a: { invoke: { id: 'x', src: 'job', input: { n: 9 } } } } },
        y: { initial: 'a', states: { a: { invoke: { id: 'y', src: 'job', input: { n: 5_000 } } } } },
      },
    }),
  )
  const life = await simulation.boot()
  const run = await start(life)
  expect(await life.until(run.outcome())).toMatchObject({
    status: 'failed',
    error: { code: 'ODD', message: 'odd' },
  })
  expect(await codeOf(life, run.result())).toBe('WORKFLOW_FAILED')
  expect(endings(life)).toMatchObject({
    'task/r/x': 'failed',
    'task/r/y': 'cancelled',
    'workflow/r': 'failed',
  })
  // It ends when nothing of it is left.
  expect(told(life, ['step.done']).map(({ toState }) => toState)).toEqual(['failing', 'failed'])
})

test('a machine that ends while a task of it runs waits for that to end', async () => {
  const simulation = world(
    made({
      initial: 'a',
      invoke: { id: 'whole', src: 'job', input: { n: 9_000 } },
      states: { a: { on: { GO: 'end' } }, end: { type: 'final' } },
    }),
  )
  const life = await simulation.boot()
  const run = await start(life)
  await tell(life, 'GO')
  expect(await life.until(run.result())).toEqual({ kept: [] })
  expect(endings(life)).toMatchObject({ 'task/r/whole': 'cancelled', 'workflow/r': 'completed' })
  expect(told(life, ['step.done']).map(({ toState }) => toState)).toEqual(['completed'])
})

test('an input that the task does not take is a failure of the invoke, as any other', async () => {
  const invoke = (input: unknown): object => ({
    invoke: { id: 'build', src: 'job', input, onDone: 'end', onError: { target: 'end', actions: 'keep' } },
  })
  for (const [input, code] of [
    [{ n: 'many' }, 'INPUT_INVALID'],
    [{ n: 1n }, 'NOT_JSON'],
  ] as const) {
    const life = await world(
      made({ initial: 'a', states: { a: invoke(() => input), end: { type: 'final' } } }),
    ).boot()
    const run = await start(life)
    expect(await life.until(run.result())).toMatchObject({ kept: [{ code }] })
    expect(created(life)).toEqual([])
  }
})

test('an invoke without an input gives the task what its schema has for that', async () => {
  const states = {
    a: { invoke: { id: 'b', src: 'job', onDone: { target: 'end', actions: 'keep' } } },
    end: { type: 'final' },
  }
  const life = await world(made({ initial: 'a', states })).boot()
  expect(await life.until((await start(life)).result())).toEqual({ kept: [{ n: 0 }] })
})

test('a state that is left at once starts nothing', async () => {
  const states = {
    a: { invoke: { id: 'b', src: 'job' }, always: 'c' },
    c: { invoke: { id: 'b', src: 'other', onDone: 'end' } },
    end: { type: 'final' },
  }
  const life = await world(made({ initial: 'a', states })).boot()
  await life.until((await start(life)).result())
  expect(created(life)).toEqual(['task/r/b'])
  expect(told(life, ['task.create'])[0]?.data).toMatchObject({ task: 'other' })
})

test('from outside come only the events that are declared, with what their schema asks for, and never XState its own', async () => {
  const states = {
    a: {
      invoke: { id: 'b', src: 'job', input: { n: 600 }, onDone: 'end' },
      on: { SET: { actions: 'keep' }, HIDDEN: 'end' },
    },
    end: { type: 'final' },
  }
  const life = await world(made({ initial: 'a', states })).boot()
  const run = await start(life)
  expect(await tell(life, 'HIDDEN')).toBe('MESSAGE_TYPE_UNKNOWN')
  expect(await tell(life, 'xstate.done.actor.b')).toBe('MESSAGE_TYPE_UNKNOWN')
  expect(await tell(life, 'toString')).toBe('MESSAGE_TYPE_UNKNOWN')
  expect(await tell(life, 'SET', { n: 'one' })).toBe('INPUT_INVALID')
  expect(await tell(life, 'GO')).toBe('EVENT_REFUSED')
  expect(await tell(life, 'SET', { n: 5, more: 1 })).toBe('none')
  expect(told(life, ['workflow.signal'])[0]?.refused?.allowed).toEqual([
    'HIDDEN',
    'SET',
    'workflow.cancel',
    'workflow.pause',
  ])
  expect(await life.until(run.result())).toEqual({ kept: [5] })
})

test('a run that is cancelled ends its tasks and its delays, and then itself', async () => {
  const states = {
    a: { invoke: { id: 'b', src: 'job', input: { n: 900 } }, after: { 500: 'end' } },
    end: { type: 'final' },
  }
  const life = await world(made({ initial: 'a', states })).boot()
  const run = await start(life)
  await life.until(run.cancel('enough'))
  expect((await life.until(run.outcome())).status).toBe('cancelled')
  expect(endings(life)).toMatchObject({ 'task/r/b': 'cancelled', 'workflow/r': 'cancelled' })
  expect(told(life, ['hub.timer'])).toEqual([])
  await life.until(run.cancel())
})

test('a machine that takes a cancellation itself decides what it means', async () => {
  const states = {
    a: { on: { 'workflow.cancel': 'tidy' } },
    tidy: { invoke: { id: 'b', src: 'other', onDone: 'end' } },
    end: { type: 'final' },
  }
  const life = await world(made({ initial: 'a', states })).boot()
  const run = await start(life)
  await life.until(run.cancel('enough'))
  expect((await life.until(run.outcome())).status).toBe('completed')
  expect(endings(life)).toMatchObject({ 'task/r/b': 'completed' })
})

test.each<[string, object, object, string]>([
  [
    'a guard that throws',
    {
      guard: () => {
        throw new Error('no')
      },
      target: 'end',
    },
    {},
    'no',
  ],
  ['a context that is no JSON', { actions: assign({ at: () => new Date(0) }) }, {}, '$.at'],
  [
    'an actor spawned in an assign',
    {
      actions: assign(
        ({ spawn }: { spawn: (src: unknown) => unknown }) =>
          ({ x: spawn(fromPromise(async () => 1)) !== null }) as never,
      ),
    },
    {},
    'spawned',
  ],
  [
    'an event that is sent to self',
    {
      actions: assign((({ self }: { self: { send: (event: object) => void } }) => {
        self.send({ type: 'STOP' })
        return {}
      }) as never),
    },
    {},
    'raise it',
  ],
  [
    'an action that enqueueActions brings',
    { actions: enqueueActions(({ enqueue }) => enqueue(() => {})) },
    {},
    'MACHINE_NOT_DURABLE',
  ],
  [
    'a machine that never rests',
    { target: 'circle' },
    { circle: { always: 'round' }, round: { always: 'circle' } },
    'Infinite loop',
  ],
])('%s holds the run where it stood, until somebody acts', async (_, transition, more, reason) => {
  const states = { a: { on: { GO: transition, STOP: 'end' } }, end: { type: 'final' }, ...more }
  const life = await world(made({ initial: 'a', states })).boot()
  const run = await start(life)
  expect(await tell(life, 'GO')).toBe('MACHINE_FAULT')
  expect(run.status()).toBe('held')
  expect(life.runtime.held()[0]?.reason).toContain(reason)
  const next = await reborn(life)
  expect(again(next).status()).toBe('held')
})

test('a machine that does not do the same again is held when a start finds it out, and goes on with one that does', async () => {
  const mood = { says: true }
  const moody = { guard: () => mood.says, target: 'one' }
  const simulation = world(
    made({
      initial: 'a',
      states: {
        a: { on: { GO: [moody, { target: 'two' }] } },
        one: { on: { STOP: 'end' } },
        two: {},
        end: { type: 'final' },
      },
    }),
    { idle: 1_000_000 },
    // What it shows is a promise that its user breaks.
    false,
  )
  const life = await simulation.boot()
  await start(life)
  await tell(life, 'GO')
  mood.says = false
  const next = await reborn(life)
  expect(next.runtime.held()).toMatchObject([{ code: 'REPLAY_DIVERGED' }])
  mood.says = true
  const last = await reborn(next)
  expect(last.runtime.held()).toEqual([])
  await tell(last, 'STOP')
  expect((await last.until(again(last).outcome())).status).toBe('completed')
})

test('where it stands is counted by its tasks', async () => {
  const states = {
    a: {
      invoke: [
        { id: 'x', src: 'job', input: { n: 30 } },
        { id: 'y', src: 'job', input: { n: 4 }, onDone: 'b' },
      ],
    },
    b: { on: { GO: 'end' } },
    end: { type: 'final' },
  }
  const life = await world(made({ initial: 'a', states })).boot()
  const run = await start(life)
  expect(run.current()).toMatchObject({ total: 2, running: 2, completed: 0 })
  while (run.status() !== 'running.b') await life.until(life.wait(1))
  await life.until(life.wait(1))
  expect(run.current()).toMatchObject({ total: 2, running: 0, completed: 1, cancelled: 1 })
})

test('a run that is paused starts nothing: what its tasks say, what is due and what it is told comes when it goes on', async () => {
  const states = {
    a: {
      invoke: { id: 'x', src: 'job', input: { n: 10 }, onDone: { actions: 'keep' } },
      after: { 50: { actions: 'keep' } },
      on: { SET: { target: 'b', actions: 'keep' } },
    },
    b: { invoke: { id: 'y', src: 'other', onDone: { target: 'end', actions: 'keep' } } },
    end: { type: 'final' },
  }
  const simulation = world(made({ initial: 'a', states }))
  const life = await simulation.boot()
  await start(life)
  const control = async (on: Life, type: string): Promise<string> =>
    codeOf(on, on.runtime.send({ type, to: 'workflow/r' }))
  expect(await control(life, 'workflow.resume')).toBe('EVENT_REFUSED')
  expect(await control(life, 'workflow.pause')).toBe('none')
  expect(await control(life, 'workflow.pause')).toBe('EVENT_REFUSED')
  expect(again(life).status()).toBe('paused.a')
  await simulation.pass(life, 1_000)
  const next = await reborn(life)
  expect(await tell(next, 'SET', { n: 2 })).toBe('none')
  expect(endings(next)).toEqual({ 'task/r/x': 'completed' })
  expect(created(next)).toEqual(['task/r/x'])
  const last = await reborn(next)
  expect(await control(last, 'workflow.resume')).toBe('none')
  expect(await last.until(again(last).result())).toEqual({ kept: [{ n: 10 }, null, 2, 'o'] })
})

test('a run that is paused can be cancelled, and ends', async () => {
  const states = { a: { invoke: { id: 'x', src: 'job', input: { n: 9_000 } } } }
  const life = await world(made({ initial: 'a', states })).boot()
  const run = await start(life)
  await life.until(life.runtime.send({ type: 'workflow.pause', to: run.address }))
  await life.until(run.cancel())
  expect((await life.until(run.outcome())).status).toBe('cancelled')
  expect(endings(life)).toEqual({ 'task/r/x': 'cancelled', 'workflow/r': 'cancelled' })
})
