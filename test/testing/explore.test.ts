/** explore: what a machine can reach, on machines made to have it, and on those that ship. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assign,
  createActor,
  createMachine,
  fromPromise,
  raise,
  sendTo,
  setup,
  type AnyStateMachine,
  type EventObject,
} from 'xstate'
import { getShortestPaths } from 'xstate/graph'
import { z } from 'zod'
import { agentMachine } from '../../src/machines/agent.ts'
import { compile } from '../../src/machines/graph-state.ts'
import { graphMachine } from '../../src/machines/graph.ts'
import { hubMachine } from '../../src/machines/hub.ts'
import { taskMachine } from '../../src/machines/task.ts'
import { graphMessages } from '../../src/messages/workflow.ts'
import { explore, type Exploration, type ExploredState } from '../../src/testing/machine/index.ts'
import { signal } from '../machines/drive.ts'
import { AGENT_EVENTS, agentEvent } from './agent-messages.ts'
import { stampFor, TASK_EVENTS } from './task-messages.ts'

type Found = Exploration<AnyStateMachine>

const at = (found: Found, name: string): ExploredState<AnyStateMachine> => {
  const state = found.states.find(one => one.name === name)
  if (state === undefined) throw new Error(`${name} was not reached:\n${found.format()}`)
  return state
}
const way = (found: Found, name: string): string[] => at(found, name).path.map(({ label }) => label)
const namesOf = (found: Found): string[] => [...new Set(found.states.map(({ name }) => name))].toSorted()
const untaken = (found: Found): string[] =>
  found.coverage.transitions.filter(({ covered }) => !covered).map(({ name }) => name)

/** Sends the path of every state to a real actor; nothing that it invokes ends by itself. */
function expectReplay(found: Found, machine: AnyStateMachine): void {
  for (const { path, value, context } of found.states) {
    const actor = createActor(machine, { clock: { setTimeout: () => 0, clearTimeout: () => {} } }).start()
    for (const { event } of path) actor.send(event)
    expect(actor.getSnapshot().value).toEqual(value)
    expect(JSON.stringify(actor.getSnapshot().context)).toBe(JSON.stringify(context))
    actor.stop()
  }
}

const light = createMachine({
  id: 'light',
  initial: 'green',
  states: {
    green: { on: { next: 'yellow', off: 'dark' } },
    yellow: { on: { next: 'red' } },
    red: { on: { next: 'green', fail: 'dark' } },
    dark: {},
    lost: { on: { next: 'green' } },
  },
})

describe('the states', () => {
  const found = explore(light)

  it('are those that can be reached, with the shortest path to each', () => {
    expect(found.complete).toBe(true)
    expect(namesOf(found)).toEqual(['dark', 'green', 'red', 'yellow'])
    expect(way(found, 'green')).toEqual([])
    expect(way(found, 'red')).toEqual(['next', 'next'])
    expect(way(found, 'dark')).toEqual(['off'])
    expectReplay(found, light)
  })

  it('say what cannot be reached and where nothing goes on', () => {
    expect(found.unreachable).toEqual(['light.lost'])
    expect(found.deadEnds.map(({ name }) => name)).toEqual(['dark'])
    expect(untaken(found)).toEqual(['lost: next → green'])
    expect(found.withoutEnd).toBeUndefined()
  })

  it('are those that xstate/graph finds, and no path is longer', () => {
    const theirs = getShortestPaths(light, { events: [{ type: 'next' }, { type: 'off' }, { type: 'fail' }] })
    expect(new Map(found.states.map(({ value, path }) => [value, path.length]))).toEqual(
      new Map(theirs.map(({ state, weight }) => [state.value, weight])),
    )
  })

  it('are the same every time', () => {
    const pay = { events: { next: fc.record({ n: fc.integer() }) } }
    expect(explore(light, pay).format()).toBe(explore(light, pay).format())
    expect(explore(light, pay).states.map(({ path }) => path)).toEqual(
      explore(light, pay).states.map(({ path }) => path),
    )
  })
})

const counter = setup({ types: {} as { context: { n: number } } }).createMachine({
  id: 'counter',
  context: { n: 0 },
  initial: 'on',
  states: {
    on: {
      on: {
        up: { actions: assign({ n: ({ context }) => context.n + 1 }) },
        stop: [{ guard: ({ context }) => context.n > 2, target: 'off' }],
      },
    },
    off: { type: 'final' },
  },
})

describe('a bound', () => {
  it('of states ends a search that would not end, and is told', () => {
    const found = explore(counter)
    expect(found.states).toHaveLength(1000)
    expect([found.complete, found.hit]).toEqual([false, ['maxStates']])
    expect(found.format()).toContain('INCOMPLETE: maxStates 1000 hit')
    expect(found.withoutEnd).toBeUndefined()
    expect(way(found, 'off')).toEqual(['up', 'up', 'up', 'stop'])
  })

  it('of depth leaves the last states untried', () => {
    const found = explore(counter, { maxDepth: 2 })
    expect(found.states.map(({ context }) => context.n)).toEqual([0, 1, 2])
    expect(found.hit).toEqual(['maxDepth'])
    expect(found.unreachable).toEqual(['counter.off'])
    expect(found.deadEnds).toEqual([])
    expect(found.format()).toContain('not reached within the bounds:\n  counter.off')
  })

  it('of events ends it at once', () => {
    const found = explore(counter, { maxEvents: 5 })
    expect([found.events, found.hit]).toEqual([5, ['maxEvents']])
  })

  it('that is just enough is not hit', () => {
    expect(explore(light, { maxStates: 4, maxDepth: 3, maxEvents: 5 })).toMatchObject({
      complete: true,
      events: 5,
    })
    expect(explore(light, { maxStates: 3 }).hit).toEqual(['maxStates'])
  })

  it('is not needed where states are told apart by what matters', () => {
    const found = explore(counter, { identity: ({ value, context }) => `${String(value)} ${context.n > 2}` })
    expect(found.complete).toBe(true)
    // The first of those that are the same stands for all, so that what needs three is not found: collapse with care.
    expect(namesOf(found)).toEqual(['on'])
    const kept = explore(counter, {
      identity: ({ value, context }) => `${String(value)} ${Math.min(context.n, 3)}`,
    })
    expect([kept.complete, kept.states.length, kept.withoutEnd]).toEqual([true, 5, []])
  })

  it.each([{ maxStates: 0 }, { maxDepth: -1 }, { maxEvents: 1.5 }, { samples: 0 }, { seed: Number.NaN }])(
    'that is no number of that kind is refused: %o',
    options => expect(() => explore(light, options)).toThrow(/CHECK_INVALID.*a whole number/),
  )
})

describe('payloads', () => {
  const till = setup({
    types: {} as {
      events: { type: 'pay'; amount: number; by: 'card' | 'cash' } | { type: 'tip'; cents?: number }
    },
    guards: { isNothing: ({ event }) => event.type === 'pay' && event.amount === 0 },
  }).createMachine({
    id: 'till',
    initial: 'open',
    states: {
      open: {
        on: {
          pay: [
            { guard: 'isNothing', target: 'free' },
            { guard: ({ event }) => event.by === 'card' && event.amount < 0, target: 'refund' },
            { guard: ({ event }) => event.amount === 77, target: 'jackpot' },
            { guard: ({ event }) => event.amount > 0, target: 'paid' },
          ],
          tip: [{ guard: ({ event }) => event.cents === undefined, target: 'thanked' }, { target: 'tipped' }],
        },
      },
      free: {},
      refund: {},
      paid: {},
      jackpot: {},
      thanked: {},
      tipped: {},
    },
  })
  const pay = z.object({ amount: z.int().min(-100).max(100), by: z.enum(['card', 'cash']) })
  const tip = z.object({ cents: z.int().min(0).optional() })

  it('of a schema reach what guards ask for on the boundaries', () => {
    const found = explore(till, { events: { pay, tip } })
    expect(found.complete).toBe(true)
    expect(namesOf(found)).toEqual(expect.arrayContaining(['free', 'paid', 'refund', 'thanked', 'tipped']))
    expectReplay(found, till)
  })

  it('of an arbitrary and of a list are sent as well; a list is sent as it is', () => {
    const events = { pay: [{ amount: 77, by: 'cash' }], tip: fc.record({ cents: fc.nat() }) }
    const found = explore(till, { events })
    expect(namesOf(found)).toEqual(['jackpot', 'open', 'tipped'])
    expect(way(found, 'jackpot')).toEqual(['pay {"amount":77,"by":"cash"}'])
    expect(untaken(found)).toContain('open: pay [isNothing] → free')
  })

  it('of an empty list leave an event out, and the map shows it', () => {
    const found = explore(till, { events: { pay: [], tip: [] } })
    expect(found.events).toBe(0)
    expect(found.deadEnds.map(({ name }) => name)).toEqual(['open'])
  })

  it('are wrapped as the machine takes them', () => {
    const wrapped = createMachine({
      initial: 'a',
      states: {
        a: {
          on: {
            go: { guard: ({ event }) => (event['data'] as number) === 5 && event['at'] === 9, target: 'b' },
          },
        },
        b: { after: { 10: { guard: ({ event }) => event['at'] === 9, target: 'c' } } },
        c: {},
      },
    })
    const found = explore(wrapped, { events: { go: [5] }, event: (type, data) => ({ type, data, at: 9 }) })
    expect(way(found, 'c')).toEqual(['go 5', 'after 10 (b)'])
  })

  it('that cannot be used are refused', () => {
    expect(() => explore(till, { events: { payy: pay } })).toThrow(/CHECK_INVALID.*payy/)
    expect(() => explore(till, { events: { tip: [5] } })).toThrow(/CHECK_INVALID.*option event/)
    expect(() => explore(till, { events: { tip: {} as never } })).toThrow(/CHECK_INVALID.*no zod schema/)
  })

  it('are needed for what only a wildcard takes', () => {
    const wild = createMachine({
      initial: 'a',
      states: { a: { on: { 'order.*': 'b' } }, b: { on: { '*': 'c' } }, c: {} },
    })
    expect(explore(wild)).toMatchObject({ events: 0, unsupported: ['*', 'order.*'] })
    expect(explore(wild).format()).toContain('not explored: no event is given for')
    const found = explore(wild, { events: { 'order.paid': [undefined] } })
    expect([way(found, 'c'), found.unsupported]).toEqual([['order.paid', 'order.paid'], []])
  })
})

describe('delays', () => {
  it('fire in the order that their lengths enforce', () => {
    const race = createMachine({
      initial: 'a',
      states: { a: { after: { 2000: 'late', 1000: 'soon' } }, soon: {}, late: {} },
    })
    const found = explore(race)
    expect(namesOf(found)).toEqual(['a', 'soon'])
    expect(found.unreachable).toEqual(['(machine).late'])
    expect(way(found, 'soon')).toEqual(['after 1000 (a)'])
    expectReplay(found, race)
  })

  it('that were armed earlier and are longer may fire first or later', () => {
    const both = createMachine({
      type: 'parallel',
      states: {
        slow: { initial: 'a', states: { a: { after: { 5000: 'b' } }, b: {} } },
        fast: { initial: 'x', states: { x: { on: { go: 'y' } }, y: { after: { 1000: 'z' } }, z: {} } },
      },
    })
    const found = explore(both)
    expect(namesOf(found)).toEqual(
      [
        'slow.a|fast.x',
        'slow.a|fast.y',
        'slow.a|fast.z',
        'slow.b|fast.x',
        'slow.b|fast.y',
        'slow.b|fast.z',
      ].toSorted(),
    )
    expect(way(found, 'slow.b|fast.y')).toEqual(['go', 'after 5000 (slow.a)'])
  })

  it('go on when a shorter one has fired without leaving, or was cancelled', () => {
    const steps = setup({ types: {} as { context: { n: number } } }).createMachine({
      context: { n: 0 },
      initial: 'a',
      states: {
        a: {
          after: {
            10: { actions: assign({ n: 1 }) },
            20: { guard: ({ context }) => context.n === 1, target: 'b' },
          },
        },
        b: {},
      },
    })
    expect(way(explore(steps), 'b')).toEqual(['after 10 (a)', 'after 20 (a)'])
  })

  it('of an event raised or sent to oneself are explored, and cancelled ones are not', () => {
    const raised = setup({}).createMachine({
      initial: 'a',
      states: {
        a: { entry: raise({ type: 'tick' }, { delay: 50, id: 't' }), on: { tick: 'b', quiet: 'silent' } },
        b: { entry: sendTo(({ self }) => self, { type: 'tock' }), on: { tock: 'c' } },
        c: {},
        silent: {},
      },
    })
    const found = explore(raised, { events: { tick: [], tock: [] } })
    expect(way(found, 'c')).toEqual(['later tick', 'later tock'])
    const still = setup({}).createMachine({
      initial: 'a',
      states: { a: { after: { 10: 'b' }, on: { go: 'wait' } }, wait: {}, b: {} },
    })
    expect(explore(still).states.map(({ name, path }) => [name, path.length])).toEqual([
      ['a', 0],
      ['wait', 1],
      ['b', 1],
    ])
  })
})

describe('invoked actors', () => {
  let runs = 0
  const load = fromPromise(() => Promise.resolve(++runs))
  const loader = setup({ actors: { load }, types: {} as { context: { got: unknown } } }).createMachine({
    id: 'loader',
    context: { got: null },
    initial: 'idle',
    states: {
      idle: { on: { go: 'busy' } },
      busy: {
        invoke: {
          src: 'load',
          onDone: [
            {
              guard: ({ event }) => (event.output as number) > 5,
              target: 'rich',
              actions: assign({ got: ({ event }) => event.output }),
            },
            { target: 'poor' },
          ],
          onError: { target: 'idle', actions: assign({ got: ({ event }) => String(event.error) }) },
        },
      },
      rich: { type: 'final' },
      poor: { type: 'final' },
    },
  })

  it('end as they are told to, and are never run', async () => {
    const found = explore(loader, { invoked: { load: { done: [1, 9], error: ['down'] } } })
    expect(way(found, 'rich')).toEqual(['go', 'done load 9'])
    expect(at(found, 'rich').context).toEqual({ got: 9 })
    expect(found.states.map(({ context }) => (context as { got: unknown }).got)).toContain('down')
    expect(untaken(found)).toEqual([])
    expect(found.coverage.transitions.map(({ name }) => name)).toContain('busy: error load → idle')
    await Promise.resolve()
    expect(runs).toBe(0)
    expectReplay(
      found,
      loader.provide({ actors: { load: fromPromise(() => new Promise<number>(() => {})) } }),
    )
  })

  it('end in both ways where nothing is told, and without an implementation as well', () => {
    const bare = createMachine({
      initial: 'a',
      states: {
        a: { invoke: { src: 'ship', id: 's', onDone: 'b', onError: 'c' } },
        b: { on: { again: 'a' } },
        c: {},
      },
    })
    expect(way(explore(bare), 'b')).toEqual(['done s'])
    expect(way(explore(bare), 'c')).toEqual(['error s Error: s failed'])
    expect(explore(bare).states).toHaveLength(3)
  })

  it('end once for each time they are started', () => {
    const once = setup({ actors: { load }, types: {} as { context: { n: number } } }).createMachine({
      context: { n: 0 },
      invoke: { id: 'l', src: 'load', onDone: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
    })
    expect(explore(once).states.map(({ context }) => context.n)).toEqual([0, 1])
  })

  it('whose error nobody handles end the machine, where that is told', () => {
    const frail = setup({ actors: { load } }).createMachine({
      initial: 'a',
      states: { a: { invoke: { src: 'load', id: 'l', onDone: 'b' } }, b: {} },
    })
    expect(explore(frail).states.map(({ status }) => status)).toEqual(['active', 'active'])
    const found = explore(frail, { invoked: { l: { error: ['x'] } } })
    expect(found.states.map(({ status }) => status)).toEqual(['active', 'active', 'error'])
  })
})

describe('charts', () => {
  it('with history remember where they were', () => {
    const player = createMachine({
      id: 'player',
      initial: 'on',
      states: {
        on: {
          initial: 'a',
          states: { a: { on: { next: 'b' } }, b: { on: { next: 'a' } }, back: { type: 'history' } },
          on: { off: 'off' },
        },
        off: { on: { on: 'on.back' } },
      },
    })
    const found = explore(player)
    // Off is two states: it goes on with the one that was left. Neither value nor context says so.
    expect(found.states.filter(({ name }) => name === 'off')).toHaveLength(2)
    expect(namesOf(found)).toEqual(['off', 'on.a', 'on.b'])
    expect([found.unreachable, found.complete]).toEqual([[], true])
    expect(
      found.transitions.filter(({ label }) => label === 'on').map(({ to }) => found.states[to ?? -1]?.name),
    ).toEqual(['on.a', 'on.b'])
    expectReplay(found, player)
  })

  it('pass through states that they leave at once', () => {
    const passing = createMachine({
      initial: 'first',
      states: {
        first: { always: 'second' },
        second: { on: { go: 'via' } },
        via: { always: [{ guard: () => false, target: 'never' }, { target: 'end' }] },
        never: {},
        end: { type: 'final' },
      },
    })
    const found = explore(passing)
    expect(found.unreachable).toEqual(['(machine).never'])
    expect(found.transitions).toEqual([
      { from: 0, to: 1, label: 'go', taken: ['second: go → via', 'via: always → end'] },
    ])
    expect(found.withoutEnd).toEqual([])
  })

  it('with regions and nested states are named by all of them', () => {
    const nested = createMachine({
      type: 'parallel',
      states: {
        p: {
          initial: 'a',
          states: {
            a: { on: { go: 'b' } },
            b: { initial: 'c', states: { c: { type: 'final' } }, onDone: 'd' },
            d: {},
          },
        },
        q: { initial: 'x', states: { x: { on: { go: 'y' } }, y: { on: { back: 'x' } } } },
      },
    })
    const found = explore(nested)
    expect(namesOf(found)).toEqual(['p.a|q.x', 'p.d|q.x', 'p.d|q.y'])
    expect([found.unreachable, untaken(found)]).toEqual([[], []])
    expectReplay(found, nested)
  })

  it('in which some states cannot come to the end say which', () => {
    const trap = createMachine({
      initial: 'a',
      states: {
        a: { on: { end: 'z', fall: 'pit' } },
        pit: { on: { turn: 'deep' } },
        deep: { on: { turn: 'pit' } },
        z: { type: 'final' },
      },
    })
    const found = explore(trap)
    expect(found.withoutEnd?.map(({ name }) => name)).toEqual(['pit', 'deep'])
    expect(found.deadEnds).toEqual([])
    expect(found.format()).toContain('without a way to the end:\n  pit: fall\n  deep: fall, turn')
  })

  it('whose guards or actions throw or change their context are told, and explored all the same', () => {
    const bad = setup({ types: {} as { context: { list: number[] } } }).createMachine({
      context: () => ({ list: [] }),
      initial: 'a',
      states: {
        a: {
          on: {
            boom: {
              guard: () => {
                throw new Error('no such thing')
              },
              target: 'b',
            },
            push: {
              actions: assign(({ context }) => {
                context.list.push(1)
                return {}
              }),
            },
            go: 'b',
          },
        },
        b: {},
      },
    })
    const found = explore(bad, { maxStates: 5 })
    expect(found.faults[0]).toMatchObject({
      from: 0,
      label: 'boom',
      message: expect.stringContaining('no such thing') as unknown,
    })
    expect(found.faults.map(({ message }) => message)).toContain(
      'an action changed the context that it was given, in place',
    )
    expect(namesOf(found)).toContain('b')
  })

  it('run no action', () => {
    let ran = 0
    const loud = createMachine({
      initial: 'a',
      entry: () => ran++,
      states: { a: { exit: () => ran++, on: { go: { target: 'b', actions: () => ran++ } } }, b: {} },
    })
    expect(namesOf(explore(loud))).toEqual(['a', 'b'])
    expect(ran).toBe(0)
  })

  it('that cannot start are refused', () => {
    const broken = createMachine({
      context: () => {
        throw new Error('no input')
      },
    })
    expect(() => explore(broken)).toThrow(/MACHINE_FAULT/)
  })

  it('print as a map', () => {
    expect(explore(light).format()).toMatchInlineSnapshot(`
      "light: 4 states by 5 events, complete

      states: 5 of 6
        + light         6
        + light.green   4
        + light.yellow  2
        + light.red     3
        + light.dark    2
        - light.lost
      transitions: 5 of 6
        + green: next → yellow  1
        + green: off → dark     1
        + yellow: next → red    1
        + red: next → green     1
        + red: fail → dark      1
        - lost: next → green

      unreachable:
        light.lost

      dead ends:
        dark: off

      shortest paths:
        green: (from the start)
        yellow: next
        dark: off
        red: next, next"
    `)
    expect(String(explore(light))).toBe(explore(light).format())
  })
})

describe('the machines that ship', () => {
  /** A signal as the hub would make it; a task that names its agent was given it. */
  const event = (type: string, data: unknown): EventObject =>
    signal(type, data ?? {}, {
      at: 1,
      stamp: { agent: (data as { agent?: never } | undefined)?.agent } as never,
    })

  it('hub: all of it', () => {
    const found = explore(hubMachine)
    expect([found.complete, found.unreachable, untaken(found), found.deadEnds, found.withoutEnd]).toEqual([
      true,
      [],
      [],
      [],
      [],
    ])
    expect(way(found, 'draining')).toEqual(['hub.start', 'hub.drain'])
    expectReplay(found, hubMachine)
  })

  it('agent: all of it, but for how much it has done', () => {
    const found = explore(agentMachine, {
      events: AGENT_EVENTS,
      event: agentEvent,
      maxStates: 10_000,
      identity: ({ value, context }) =>
        JSON.stringify([
          value,
          context.presence,
          context.running >= context.capacity,
          context.pauses?.map(({ by }) => by).toSorted(),
          context.supervision?.giveUp,
          context.supervision?.intensity.max,
          context.restarts?.length,
          context.quarantine?.gate,
        ]),
    })
    expect([found.complete, found.unreachable, untaken(found), found.faults]).toEqual([true, [], [], []])
    expect([found.deadEnds, found.withoutEnd]).toEqual([[], []])
    expectReplay(found, agentMachine)
  })

  it('task: every state and transition, within seven messages', () => {
    const found = explore(taskMachine, {
      events: TASK_EVENTS,
      event: (type, data) => signal(type, data ?? {}, { at: 1, stamp: stampFor(data) as never }),
      samples: 40,
      maxDepth: 7,
      maxStates: 10_000,
      identity: ({ value, context: { turn: now, attempts, interruptions, spec, waitsFor } }) =>
        JSON.stringify([
          value,
          now,
          attempts,
          interruptions,
          spec?.onInterrupted,
          (spec?.retry?.maxAttempts ?? 1) > 1,
          waitsFor,
          spec?.startAt,
          spec?.mail?.asks,
        ]),
    })
    expect([found.hit, found.unreachable, untaken(found), found.faults]).toEqual([['maxDepth'], [], [], []])
    expect(found.deadEnds).toEqual([])
    expect(at(found, 'held').path[0]?.event).toMatchObject({
      type: 'task.create',
      data: { onInterrupted: 'hold' },
    })
    expect(way(found, 'held').at(-1)).toBe('task.interrupted {"clean":false}')
    expectReplay(found, taskMachine)
  })

  it('workflow: all of it, for a plan of two steps', () => {
    const plan = compile({
      steps: [
        { name: 'a', task: 't', after: [], lanes: [] },
        { name: 'b', task: 't', after: [0], lanes: [] },
      ],
      lanes: [],
      onFailure: 'continue',
    })
    const step = z.literal([0, 1])
    const found = explore(graphMachine, {
      input: { plan },
      events: {
        ...graphMessages,
        'workflow.start': graphMessages['workflow.start'].pick({
          workflow: true,
          version: true,
          hash: true,
          input: true,
        }),
        'step.done': graphMessages['step.done'].pick({ status: true, error: true }).extend({ step }),
        fault: graphMessages.fault.pick({ error: true }).extend({ step }),
      },
      event,
      identity: ({ value, context }) => JSON.stringify([value, context.graph]),
    })
    expect([found.complete, found.unreachable, untaken(found), found.faults]).toEqual([true, [], [], []])
    expect([found.deadEnds, found.withoutEnd]).toEqual([[], []])
    expect(way(found, 'completed').map(label => label.split(' ')[0])).toEqual([
      'workflow.start',
      'step.done',
      'step.done',
    ])
  })
})
