/** checkMachine: machines with planted faults are caught with the shortest trace, sound ones pass, and empty checks fail. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assign, createMachine, fromPromise, setup, type ActorRefFrom, type AnyStateMachine } from 'xstate'
import { z } from 'zod'
import { StatorError } from '../../src/errors.ts'
import { agentMachine, type AgentContext } from '../../src/machines/agent.ts'
import { hubMachine } from '../../src/machines/hub.ts'
import { taskMachine } from '../../src/machines/task.ts'
import {
  checkMachine,
  explore,
  MachineCheckFailed,
  type CheckOptions,
  type CheckReport,
} from '../../src/testing/machine/index.ts'
import { signal } from '../machines/drive.ts'
import { AGENT_EVENTS, agentEvent, SUPERVISED_EVENTS } from './agent-messages.ts'
import { MAIL_EVENTS, stampFor, TASK_EVENTS } from './task-messages.ts'

function failureOf<M extends AnyStateMachine>(machine: M, options: CheckOptions<M>): MachineCheckFailed {
  try {
    checkMachine(machine, options)
  } catch (error) {
    if (error instanceof MachineCheckFailed) return error
    throw error
  }
  throw new Error('nothing was found')
}

function vacuityOf<M extends AnyStateMachine>(machine: M, options: CheckOptions<M>): unknown {
  try {
    checkMachine(machine, options)
  } catch (error) {
    if (error instanceof StatorError && error.code === 'CHECK_VACUOUS') return error.details['untested']
    throw error
  }
  return 'it passed'
}

interface Order {
  readonly paid: number
  readonly payments: number
}

const setupOrder = setup({
  types: {} as {
    context: Order
    events: { type: 'pay'; amount: number } | { type: 'note'; text: string } | { type: 'cancel' }
  },
  actors: { ship: fromPromise(() => Promise.reject(new Error('it is never run'))) },
  guards: { isMoney: ({ event }) => event.type === 'pay' && event.amount > 0 },
  actions: {
    pay: assign(({ context, event }) =>
      event.type === 'pay' ? { paid: context.paid + event.amount, payments: context.payments + 1 } : {},
    ),
  },
})

/** With `again`, a paid order can be paid again: the planted fault. */
const orderOf = (again: boolean) =>
  setupOrder.createMachine({
    id: 'order',
    context: { paid: 0, payments: 0 },
    initial: 'draft',
    states: {
      draft: {
        on: {
          pay: { guard: 'isMoney', target: 'paid', actions: 'pay' },
          note: { actions: [] },
          cancel: 'cancelled',
        },
        after: { 60_000: 'cancelled' },
      },
      paid: {
        on: again ? { pay: { actions: 'pay' } } : {},
        invoke: { src: 'ship', onDone: 'shipped', onError: 'cancelled' },
      },
      shipped: { type: 'final' },
      cancelled: { type: 'final' },
    },
  })

const events = {
  pay: z.object({ amount: z.int().min(-100).max(1000) }),
  note: z.object({ text: z.string() }),
}
const always = { 'paid at most once': ({ context }: { context: Order }) => context.payments <= 1 }
const eventually = ({ status }: { status: string }): boolean => status === 'done'

describe('a sound machine', () => {
  it('passes, and what was covered is given back', () => {
    const report = checkMachine(orderOf(false), { events, always, eventually })
    expect(report).toMatchObject({ machine: 'order', runs: 100, seed: 1 })
    expect(report.coverage.transitions.filter(({ covered }) => !covered)).toEqual([])
    expect(report.coverage.states.filter(({ covered }) => !covered)).toEqual([])
    expect(report.format()).toMatch(/^order: 100 runs, \d+ steps, seed 1\n\nstates: 5 of 5\n {2}\+ order /)
    expect(String(report)).toBe(report.format())
  })

  it('is checked in the same way for the same seed', () => {
    const of = (seed: number): string => checkMachine(orderOf(false), { events, seed }).format()
    expect(of(7)).toBe(of(7))
    expect(of(8)).not.toBe(of(7))
  })

  it('may spawn by name: such children come back with it', () => {
    const child = fromPromise(() => Promise.resolve(1))
    const spawning = setup({
      actors: { child },
      types: {} as { context: { ref: ActorRefFrom<typeof child> | null } },
    }).createMachine({
      context: { ref: null },
      initial: 'a',
      states: {
        a: {
          on: { go: { target: 'b', actions: assign({ ref: ({ spawn }) => spawn('child', { id: 'c' }) }) } },
        },
        b: { on: { 'xstate.done.actor.c': 'c', back: 'a' } },
        c: { type: 'final' },
      },
    })
    expect(checkMachine(spawning).coverage.states.every(({ covered }) => covered)).toBe(true)
  })

  it('may remember by history, run in regions and invoke what nobody has implemented', () => {
    const rich = createMachine({
      type: 'parallel',
      states: {
        a: {
          initial: 'on',
          states: {
            on: {
              initial: 'x',
              states: { x: { on: { next: 'y' } }, y: { on: { next: 'x' } }, back: { type: 'history' } },
              on: { off: 'off' },
            },
            off: { on: { on: 'on.back' } },
          },
        },
        b: {
          initial: 'call',
          states: { call: { invoke: { src: 'nobody', onDone: 'rest' } }, rest: { after: { 5: 'call' } } },
        },
      },
    })
    expect(checkMachine(rich).coverage.transitions.every(({ covered }) => covered)).toBe(true)
  })
})

describe('a broken promise', () => {
  const failure = failureOf(orderOf(true), { events, always })

  it('is shrunk to the fewest and simplest events', () => {
    expect(failure.promise).toBe('always: paid at most once')
    expect(failure.trace).toEqual([
      'start: draft {"paid":0,"payments":0}',
      'pay {"amount":1}: draft → paid {"paid":1,"payments":1}',
      expect.stringMatching(/^pay \{"amount":-?\d\}: paid → paid \{.*"payments":2\}$/),
    ])
  })

  it('is told as a trace, with the coverage and the way to see it again', () => {
    expect(failure.code).toBe('CHECK_FAILED')
    expect(failure.message.split('\n')).toEqual([
      'CHECK_FAILED: order breaks a promise: always: paid at most once',
      ...failure.trace.map((line, index) => `  ${index}. ${line}`),
      '  ^ it does not hold here',
      expect.stringMatching(/^states: \d of 5/),
      expect.stringMatching(/^transitions: \d of 7/),
      `play it again: checkMachine(order, { ..., seed: 1, path: '${failure.path}' })`,
    ])
  })

  it('is found again by its seed, and at once by its path', () => {
    expect(failureOf(orderOf(true), { events, always }).message).toBe(failure.message)
    const again = failureOf(orderOf(true), { events, always, seed: failure.seed, path: failure.path })
    expect([again.trace, again.promise]).toEqual([failure.trace, failure.promise])
    expect(
      checkMachine(orderOf(false), { events, always, seed: failure.seed, path: failure.path }).machine,
    ).toBe('order')
  })

  it('of what must come is found where nothing more happens', () => {
    const stuck = createMachine({
      initial: 'a',
      states: { a: { on: { go: 'b', stop: 'z' } }, b: {}, z: { type: 'final' } },
    })
    const { promise, trace, detail } = failureOf(stuck, { eventually })
    expect([promise, trace.at(-1), detail]).toEqual([
      'eventually',
      'start: a',
      'it does not hold, and nothing more happens by itself',
    ])
  })

  it('of what must come is found where the same happens for ever', () => {
    const ticking = createMachine({
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { after: { 5: { target: 'b', reenter: true } } } },
    })
    expect(failureOf(ticking, { eventually: ({ value }) => value === 'never' }).detail).toMatch(
      /nothing more happens/,
    )
    expect(failureOf(ticking, { eventually: ({ value }) => value === 'a' }).detail).toBe(
      'it does not hold, after 1000 more steps by itself',
    )
  })

  it('is that of a guard that throws, and of a property that throws', () => {
    const frail = createMachine({
      initial: 'a',
      states: {
        a: { on: { go: { guard: ({ event }) => (event['data'] as { x: number }).x > 0, target: 'b' } } },
        b: {},
      },
    })
    expect(failureOf(frail, {})).toMatchObject({
      promise: 'no guard or action throws',
      trace: ['start: a', 'go: a → a'],
    })
    const held = failureOf(orderOf(false), {
      events,
      always: {
        broken: () => {
          throw new Error('my own fault')
        },
      },
    })
    expect([held.promise, held.detail]).toEqual(['always: broken', 'the property threw: my own fault'])
  })

  it.each<[string, () => unknown, string]>([
    ['a promise', async () => false, 'the property answered a promise: a property is judged at once'],
    ['a number', () => 1, 'the property answered 1, and not true or false'],
    ['a text', () => 'yes', 'the property answered a value of type string'],
  ])('tells a property that answers %s, and does not take it for true', (_, property, said) => {
    const odd = property as () => boolean
    expect(failureOf(orderOf(false), { events, always: { odd } }).detail).toContain(said)
    expect(failureOf(orderOf(false), { events, eventually: odd }).detail).toContain(said)
  })
})

describe('what does not survive a restart', () => {
  const keeping = (value: () => unknown): AnyStateMachine =>
    setup({ types: {} as { context: { kept: unknown } } }).createMachine({
      id: 'keeping',
      context: { kept: null },
      initial: 'a',
      states: {
        a: { on: { go: { target: 'b', actions: assign({ kept: value }) } } },
        b: { on: { go: 'a' } },
      },
    })
  const child = fromPromise(() => Promise.resolve(1))

  it.each([
    ['a date', () => new Date(0), 'context.kept: Date became "1970-01-01T00:00:00.000Z"'],
    ['a map', () => new Map([['a', 1]]), 'context.kept: Map became {}'],
    ['an error', () => new Error('x'), 'context.kept: Error became {}'],
    ['a function', () => () => 1, 'context.kept: function became undefined'],
    ['not a number', () => Number.NaN, 'context.kept: {"number":"NaN"} became null'],
    ['undefined in a list', () => [undefined], 'context.kept[0]: undefined became null'],
    ['a big integer', () => 1n, 'it cannot be written as JSON: Do not know how to serialize a BigInt'],
  ])('%s in the context', (_, value, detail) => {
    const failure = failureOf(keeping(value), {})
    expect([failure.promise, failure.detail]).toEqual(['a snapshot survives a restart', detail])
    expect(failure.trace).toHaveLength(2)
  })

  it('an actor of somebody else in the context', () => {
    const foreign = { sessionId: 'x:1', id: 'other', send: () => {}, ref: {} }
    expect(
      failureOf(
        keeping(() => foreign),
        {},
      ).detail,
    ).toMatch(/^context.kept: .*"id":"other".* became undefined$/)
  })

  it('a child that was spawned without a name', () => {
    const inline = setup({
      types: {} as { context: { ref: ActorRefFrom<typeof child> | null } },
    }).createMachine({
      context: { ref: null },
      on: { go: { actions: assign({ ref: ({ spawn }) => spawn(child) }) } },
    })
    expect(failureOf(inline, {})).toMatchObject({ promise: 'a snapshot survives a restart' })
  })

  it('is told where only the next event shows it', () => {
    let calls = 0
    const impure = keeping(() => ++calls)
    const failure = failureOf(impure, {})
    expect(failure.promise).toBe('a restored machine goes on as if it had never stopped')
    expect(failure.detail).toMatch(/^context.kept: \d+ became \d+$/)
  })

  it('is a class of its own, unless its runtime makes it again', () => {
    class Money {
      readonly #cents: number
      constructor(cents: number) {
        this.#cents = cents
      }
      toJSON(): number {
        return this.#cents
      }
    }
    const rich = keeping(() => new Money(5))
    expect(failureOf(rich, {}).detail).toBe('context.kept: Money became 5')
    const thaw = (context: unknown): unknown => {
      const { kept } = context as { kept: number | null }
      return { kept: kept === null ? null : new Money(kept) }
    }
    expect(checkMachine(rich, { thaw }).runs).toBe(100)
  })

  it('is not a context that is changed in place', () => {
    const sloppy = setup({ types: {} as { context: { list: number[] } } }).createMachine({
      context: () => ({ list: [] }),
      on: {
        push: { actions: ({ context }) => context.list.push(1) },
        add: {
          actions: assign(({ context }) => {
            context.list.push(1)
            return {}
          }),
        },
      },
    })
    const failure = failureOf(sloppy, {})
    expect(failure.promise).toBe('a step leaves the snapshot before it alone')
    expect(failure.trace[1]).toMatch(/^add/)
  })
})

describe('a check that tests nothing', () => {
  it('fails for an event that is never taken', () => {
    expect(vacuityOf(orderOf(false), { events: { ...events, pay: [{ amount: 0 }] } })).toEqual([
      'the event pay was never taken (payloads that its guards refuse, or runs too short?)',
    ])
    expect(vacuityOf(orderOf(false), { events: { ...events, pay: [] } })).toBe('it passed')
  })

  it('fails for a property that never applied', () => {
    const never = { ...always, 'of a refunded order': () => undefined }
    expect(vacuityOf(orderOf(false), { events, always: never })).toEqual([
      'always: of a refunded order never applied',
    ])
  })

  it('fails for an eventually that was never false', () => {
    expect(vacuityOf(orderOf(false), { events, eventually: () => true })).toEqual([
      'eventually held at every step of every run',
    ])
  })

  it('fails for a machine to which nothing happens', () => {
    expect(vacuityOf(createMachine({ initial: 'a', states: { a: {} } }), {})).toEqual(['no run had a step'])
  })
})

describe('options', () => {
  it.each([{ runs: 0 }, { runs: 1.5 }, { seed: Number.NaN }, { maxEvents: 0 }])(
    'that are no such number are refused: %o',
    options => expect(() => checkMachine(hubMachine, options)).toThrow(/CHECK_INVALID.*a whole number/),
  )

  it('name events that the machine names', () => {
    expect(() => checkMachine(hubMachine, { events: { 'hub.stop': [] } })).toThrow(/CHECK_INVALID.*hub.stop/)
    expect(() => checkMachine(hubMachine, { events: { 'hub.start': [5] } })).toThrow(
      /CHECK_INVALID.*option event/,
    )
  })

  it('take arbitraries and lists, and wrap events', () => {
    const wrapped = createMachine({
      initial: 'a',
      states: {
        a: { on: { go: { guard: ({ event }) => event['data'] === 3, target: 'b' } } },
        b: { on: { go: 'a' } },
      },
    })
    const event = (type: string, data: unknown): { type: string; data: unknown } => ({ type, data })
    expect(checkMachine(wrapped, { event, events: { go: fc.integer({ min: 0, max: 5 }) } }).runs).toBe(100)
    expect(checkMachine(wrapped, { event, events: { go: [1, 2, 3] } }).runs).toBe(100)
  })

  it('give a machine its input', () => {
    const greeting = setup({
      types: {} as { input: { name: string }; context: { name: string } },
    }).createMachine({
      context: ({ input }) => ({ name: input.name.toUpperCase() }),
      on: { hello: { actions: assign({ name: 'X' }) } },
    })
    expect(() => checkMachine(greeting)).toThrow(/MACHINE_FAULT/)
    expect(checkMachine(greeting, { input: { name: 'x' } }).runs).toBe(100)
  })
})

describe('the machines that ship', () => {
  const gaps = ({ coverage }: CheckReport): string[] => [
    ...coverage.states.filter(({ covered }) => !covered).map(({ id }) => id),
    ...coverage.transitions.filter(({ covered }) => !covered).map(({ name }) => name),
  ]

  it('keep all promises: hub', () => {
    expect(gaps(checkMachine(hubMachine))).toEqual([])
  })

  /** What neither of them came to. */
  const gapsOfBoth = (one: CheckReport, other: CheckReport): string[] =>
    gaps(one).filter(name => gaps(other).includes(name))

  it('keep all promises: agent', () => {
    const check = (words: CheckOptions<typeof agentMachine>['events'] & object, runs: number): CheckReport =>
      checkMachine(agentMachine, {
        events: words,
        event: agentEvent,
        always: {
          'nothing runs less than not at all': ({ context }: { context: AgentContext }) =>
            context.running >= 0,
        },
        runs,
      })
    expect(gapsOfBoth(check(AGENT_EVENTS, 3_000), check(SUPERVISED_EVENTS, 500))).toEqual([])
  })

  it('keep all promises: task', () => {
    const check = (words: CheckOptions<typeof taskMachine>['events'] & object, runs: number): CheckReport =>
      checkMachine(taskMachine, {
        events: words,
        event: (type, data) => signal(type, data ?? {}, { at: 1, stamp: stampFor(data) as never }),
        runs,
        always: {
          'an ended task has its time': ({ status, context }) =>
            status === 'done' ? context.endedAt === 1 : undefined,
          'attempts are never more than turns': ({ context }) => context.attempts <= context.turn,
        },
      })
    expect(gapsOfBoth(check(TASK_EVENTS, 8_000), check(MAIL_EVENTS, 4_000))).toEqual([])
  })
})

describe('what is no machine', () => {
  it.each([[undefined], [{}], [{ id: 'order', states: {} }]])('is refused: %j', given => {
    const invalid = expect.objectContaining({ code: 'CHECK_INVALID' }) as Error
    expect(() => checkMachine(given as never)).toThrow(invalid)
    expect(() => explore(given as never)).toThrow(invalid)
  })
})
