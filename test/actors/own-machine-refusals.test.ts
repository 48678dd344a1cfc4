/** What no restart could bring back is refused when a machine becomes a workflow, with the place where it stands. */
import { expect, test } from 'vitest'
import {
  and,
  assign,
  cancel,
  emit,
  enqueueActions,
  forwardTo,
  fromCallback,
  fromPromise,
  log,
  not,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stateIn,
  stopChild,
  type AnyStateMachine,
} from 'xstate'
import { fromTask, StatorError, task, workflow } from 'stator'
import { z } from 'zod'

const build = task('build')
const beep = (): void => {}
const promise = fromPromise(async () => 1)

/** A machine with one thing in it that matters. */
const machine = (config: object, implementations: object = {}): AnyStateMachine => {
  const made = setup({ actors: { build: fromTask(build), promise }, ...implementations } as never)
  return made.createMachine({
    id: 'm',
    initial: 'one',
    states: { one: {}, two: {} },
    ...config,
  } as never) as unknown as AnyStateMachine
}
const one = (state: object): object => ({ states: { one: state, two: {} } })
const on = (actions: unknown): object => one({ on: { GO: { actions } } })

function refusal(of: AnyStateMachine): Record<string, unknown> | undefined {
  try {
    workflow('w', { machine: of })
  } catch (error) {
    if (!(error instanceof StatorError) || error.code !== 'MACHINE_NOT_DURABLE') throw error
    return error.details
  }
  return undefined
}

const action = "a function of one's own"

test.each<[string, AnyStateMachine, string, string, string]>([
  ['a function on the way in', machine(one({ entry: beep })), 'one', 'entry', action],
  ['a function on the way out', machine(one({ exit: [assign({}), beep] })), 'one', 'exit', action],
  ['a function in a transition', machine(on(beep)), 'one', 'on GO', action],
  ['a function after a while', machine(one({ after: { 9: { actions: beep } } })), 'one', 'after 9', action],
  [
    'a function when nothing happens',
    machine(one({ always: { guard: () => false, actions: beep } })),
    'one',
    'always',
    action,
  ],
  ['a function of the machine itself', machine({ entry: beep }), '(root)', 'entry', action],
  [
    'a function at the start',
    machine({ initial: { target: 'one', actions: beep } }),
    '(root)',
    'initial',
    action,
  ],
  ['a function by its name', machine(on('beep'), { actions: { beep } }), 'one', 'on GO', `beep, ${action}`],
  [
    'a function with params',
    machine(on({ type: 'beep', params: { loud: 1 } }), { actions: { beep } }),
    'one',
    'on GO',
    'beep',
  ],
  [
    'a name that nobody implements',
    machine(on('beep')),
    'one',
    'on GO',
    'beep, which is nowhere implemented',
  ],
  [
    'a function where a task is done',
    machine(one({ invoke: { id: 'b', src: 'build', onDone: { actions: beep } } })),
    'one',
    'onDone of b',
    action,
  ],
  [
    'a function where a task fails',
    machine(one({ invoke: { id: 'b', src: 'build', onError: { actions: beep } } })),
    'one',
    'onError of b',
    action,
  ],
  [
    'a function where a state is done',
    machine(one({ initial: 'a', states: { a: { type: 'final' } }, onDone: { actions: beep } })),
    'one',
    'onDone',
    action,
  ],
  [
    'a function deep inside',
    machine(one({ type: 'parallel', states: { x: { initial: 'y', states: { y: { entry: beep } } } } })),
    'one.x.y',
    'entry',
    action,
  ],
  ['emit', machine(on(emit({ type: 'x' }))), 'one', 'on GO', 'emit'],
  ['sendTo', machine(on(sendTo('b', { type: 'x' }))), 'one', 'on GO', 'sendTo'],
  ['sendParent', machine(on(sendParent({ type: 'x' }))), 'one', 'on GO', 'sendTo'],
  ['forwardTo', machine(on(forwardTo('b'))), 'one', 'on GO', 'sendTo'],
  ['spawnChild', machine(on(spawnChild('build'))), 'one', 'on GO', 'spawnChild'],
  ['stopChild', machine(on(stopChild('b'))), 'one', 'on GO', 'stopChild'],
  [
    'a promise',
    machine(one({ invoke: { id: 'b', src: 'promise' } })),
    'one',
    'invoke b',
    'source promise, which is no task',
  ],
  ['a promise in place', machine(one({ invoke: { id: 'b', src: promise } })), 'one', 'invoke b', 'no task'],
  [
    'a callback',
    machine(one({ invoke: { id: 'b', src: fromCallback(beep) } })),
    'one',
    'invoke b',
    'no task',
  ],
  ['a machine', machine(one({ invoke: { id: 'b', src: machine({}) } })), 'one', 'invoke b', 'no task'],
  [
    'a source that nobody implements',
    machine(one({ invoke: { id: 'b', src: 'other' } })),
    'one',
    'invoke b',
    'source other, which is nowhere implemented',
  ],
  [
    'a name in the whole system',
    machine(one({ invoke: { id: 'b', src: 'build', systemId: 's' } })),
    'one',
    'invoke b',
    'systemId',
  ],
  [
    'word of what a task is at',
    machine(one({ invoke: { id: 'b', src: 'build', onSnapshot: {} } })),
    'one',
    'invoke b',
    'onSnapshot',
  ],
  [
    'an id without a letter',
    machine(one({ invoke: { id: '(/)', src: 'build' } })),
    'one',
    'invoke (/)',
    'the id (/)',
  ],
  [
    'two ids that look alike in an address',
    machine(
      one({
        invoke: [
          { id: 'a b', src: 'build' },
          { id: 'ab', src: 'build' },
        ],
      }),
    ),
    'one',
    'invoke ab',
    'the id ab',
  ],
  [
    'a source in place where ids have dots',
    machine(one({ id: 'x.y', invoke: { id: 'b', src: fromTask(build) } })),
    'one',
    'invoke b',
    'dots',
  ],
  [
    'a guard that nobody implements',
    machine(one({ on: { GO: { guard: 'may', target: 'two' } } })),
    'one',
    'on GO',
    'guard may',
  ],
  [
    'one among others',
    machine(one({ always: { guard: and([() => true, not('may')]), target: 'two' } })),
    'one',
    'always',
    'guard may',
  ],
  [
    'a delay that nobody implements',
    machine(one({ after: { soon: 'two' } })),
    'one',
    'after soon',
    'delay soon',
  ],
  [
    'a delay of an event',
    machine(on(raise({ type: 'X' } as never, { delay: 'soon' as never }))),
    'one',
    'on GO',
    'delay soon',
  ],
  [
    'a date in the first context',
    machine({ context: { at: { first: new Date(0) } } }),
    '(root)',
    'context',
    '$.at.first',
  ],
])('%s', (_, given, state, place, what) => {
  const refused = refusal(given)
  expect(refused).toMatchObject({ machine: 'm', state, place })
  expect(refused?.['what']).toContain(what)
  expect(refused?.['instead']).toMatch(/./)
})

test('what can be durable is taken: assign, raise, cancel, enqueueActions, log, guards of guards, delays, tasks in place', () => {
  const fine = machine(
    {
      context: { n: 1, nothing: undefined },
      states: {
        one: {
          entry: [assign({ n: 2 }), log('in'), raise({ type: 'X' } as never, { delay: 9, id: 'x' })],
          exit: [cancel('x'), 'add'],
          invoke: { src: fromTask(build), onDone: 'two' },
          after: { soon: 'two', 7: { target: 'two' } },
          on: {
            GO: {
              guard: and(['may', not(stateIn('two'))]),
              actions: enqueueActions(({ enqueue }) => enqueue.assign({ n: 3 })),
            },
          },
        },
        two: { type: 'final' },
      },
    },
    { guards: { may: () => true }, delays: { soon: () => 5 }, actions: { add: assign({}) } },
  )
  expect(refusal(fine)).toBeUndefined()
  expect(workflow('w', { machine: fine }).tasks).toEqual([build])
})

test.each<[string, unknown]>([
  ['no machine', { machine: undefined }],
  ['something else', { machine: { id: 'm' } }],
  ['an unknown option', { machine: machine({}), event: {} }],
  [
    'an event that only XState gives',
    { machine: machine({}), events: { 'xstate.done.actor.b': z.object({}) } },
  ],
  ['an event that is no JSON', { machine: machine({}), events: { X: z.object({ at: z.date() }) } }],
  ['a version without a letter', { machine: machine({}), version: '' }],
])('%s is no definition', (_, options) => {
  expect(() => workflow('w', options as { machine: AnyStateMachine })).toThrow(
    expect.objectContaining({ code: 'DEFINITION_INVALID' }),
  )
})

test('no task is no source', () => {
  expect(() => fromTask({ kind: 'task' } as never)).toThrow(
    expect.objectContaining({ code: 'DEFINITION_INVALID' }),
  )
})

test('its shape is the same however often it is made, and another one where a state, a guard or a task is', () => {
  const of = (state: object, more: object = {}): string =>
    JSON.stringify(workflow('w', { machine: machine(one(state), more) }).structure)
  const base = { on: { GO: { guard: 'may', target: 'two' } } }
  const guards = { may: () => true, might: () => true }
  expect(of(base, { guards })).toBe(
    of({ ...base, description: 'in other words', meta: { of: 1 } }, { guards }),
  )
  const others = [
    of({ on: { GO: { guard: 'might', target: 'two' } } }, { guards }),
    of({ on: { GO: 'two' } }),
    of({ on: { WENT: { guard: 'may', target: 'two' } } }, { guards }),
    of({ ...base, entry: assign({}) }, { guards }),
    of({ ...base, invoke: { id: 'b', src: 'build' } }, { guards }),
    of(
      { ...base, invoke: { id: 'b', src: 'build' } },
      { guards, actors: { build: fromTask(task('other')) } },
    ),
    of({ ...base, after: { 5: 'two' } }, { guards }),
    of({ ...base, after: { 6: 'two' } }, { guards }),
  ]
  expect(new Set([of(base, { guards }), ...others]).size).toBe(others.length + 1)
})
