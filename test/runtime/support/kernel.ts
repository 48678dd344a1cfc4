/** A kernel of its own, with kinds of actors that no user could define: to see what it does with machines that misbehave. */
import { assign, emit, setup, type AnyStateMachine } from 'xstate'
import { z } from 'zod'
import { hubMachine, type Address, type Json, type Signal } from 'stator'
import { settled, SimulatedScheduler, VirtualClock } from 'stator/testing'
import type { Definition } from '../../../src/actors/kind.ts'
import { HUB } from '../../../src/messages/address.ts'
import { Deciders } from '../../../src/runtime/decider.ts'
import { Dispatcher } from '../../../src/runtime/dispatcher.ts'
import { dispatching } from '../../../src/runtime/dispatching.ts'
import { input, type Envelope } from '../../../src/runtime/envelope.ts'
import { Kernel } from '../../../src/runtime/kernel.ts'
import { limitsOf, type Limits } from '../../../src/runtime/limits.ts'
import { memory, type MemoryState } from '../../../src/runtime/memory-journal.ts'
import { Population, type Definitions } from '../../../src/runtime/population.ts'
import { recover } from '../../../src/runtime/recovery.ts'
import { upgrades } from '../../../src/runtime/upgrade.ts'
import { createRoot } from '../../../src/runtime/xstate.ts'

/** What machines of these tests look at: set to true to make them behave. */
export const weather = { calm: false }

interface Count {
  readonly count: number
  readonly seen: readonly Json[]
}
type Event = { readonly type: string; readonly seq: number; readonly data: { readonly [key: string]: Json } }

/** Counts; throws on `odd` unless the weather is calm; sends what it is told to send; sets timers. */
export const counter: AnyStateMachine = setup({
  types: {} as { context: Count; events: Event; emitted: { readonly type: string } },
  guards: {
    fine: () => {
      if (!weather.calm) throw new Error('stormy')
      return true
    },
    fineToBegin: ({ event }) => {
      if (event.data['odd'] === true && !weather.calm) throw new Error('stormy')
      return true
    },
  },
  actions: {
    count: assign(({ context, event }) => ({
      count: context.count + 1,
      seen: [...context.seen, event.data['mark'] ?? null],
    })),
    send: emit(({ event }) => ({
      type: 'send',
      to: event.data['to'],
      event: event.data['event'],
      data: event.data['data'] ?? {},
    })),
  },
}).createMachine({
  id: 'counter',
  version: '1',
  context: { count: 0, seen: [] },
  initial: 'on',
  states: {
    on: {
      on: {
        'test.create': { guard: 'fineToBegin', actions: 'count' },
        add: { actions: 'count' },
        odd: { guard: 'fine', actions: 'count' },
        send: { actions: ['count', 'send'] },
        twice: { actions: ['send', 'send'] },
        farewell: { target: 'off', actions: 'send' },
        later: 'waiting',
        stop: 'off',
      },
    },
    waiting: {
      after: { 1000: { guard: 'fine', target: 'on', actions: 'count' } },
      on: { add: { actions: 'count' }, stop: 'off' },
    },
    off: { type: 'final' },
  },
})

/** The same, but for that it is told when it threw; it takes that as a failure only when the weather is calm. */
export const teller: AnyStateMachine = setup({
  types: {} as { context: Count; events: Event },
  guards: {
    fine: () => {
      if (!weather.calm) throw new Error('stormy')
      return true
    },
    takes: ({ event }) => event.data['step'] !== -1,
  },
}).createMachine({
  id: 'teller',
  version: '1',
  context: { count: 0, seen: [] },
  initial: 'on',
  states: {
    on: {
      on: {
        'test.create': { actions: assign({ count: 1 }) },
        odd: { guard: 'fine', target: 'off' },
        fault: { guard: 'takes', target: 'off' },
      },
    },
    off: { type: 'final' },
  },
})

function definition(machine: AnyStateMachine): Definition {
  return {
    kind: {
      kind: 'context',
      machine,
      creates: 'test.create',
      messages: { add: z.unknown() },
      public: ['add'],
      names: {},
      wakes: () => false,
      rests: () => true,
    },
    machine,
    ref: { name: machine.id, version: '1', hash: '1' },
    input: undefined,
    freeze: context => context as Json,
    thaw: context => context,
  }
}

/** `context/…` are counters, `gate/…` tellers. */
const kinds: Record<string, Definition> = { context: definition(counter), gate: definition(teller) }
const kindAt = (address: string): Definition | undefined => kinds[address.slice(0, address.indexOf('/'))]

const counters = (known: (address: string) => boolean): Definitions => ({
  creating: ({ type, to }) => (type === 'test.create' && known(to) ? kindAt(to) : undefined),
  named: address => (known(address) ? kindAt(address) : undefined),
  alike: () => [],
})

export class Bench {
  readonly clock = new VirtualClock(1_000_000)
  readonly scheduler = new SimulatedScheduler()
  readonly signals: Signal[] = []
  readonly held: Address[] = []
  /** How often the kernel let something out. */
  releases = 0
  readonly kernel: Kernel
  readonly population: Population
  readonly state: MemoryState

  constructor(
    state: MemoryState,
    limits: Partial<Limits> = {},
    known: (address: string) => boolean = () => true,
    definitions: Definitions = counters(known),
  ) {
    this.state = state
    state.owned = false
    const journal = memory(state)
    const hub = createRoot(hubMachine)
    this.population = new Population(journal, definitions, hub)
    const dispatcher = new Dispatcher({ handles: () => false })
    const deciders = new Deciders([dispatching(dispatcher, this.population)])
    const { population, clock, scheduler } = this
    this.kernel = new Kernel({
      journal,
      clock,
      scheduler,
      limits: limitsOf(limits),
      population,
      dispatcher,
      deciders,
      hub,
      release: ({ signals, held }) => {
        this.releases++
        this.signals.push(...signals)
        this.held.push(...held.map(({ address }) => address))
      },
      failed: error => {
        throw error
      },
    })
    const from = journal.open({ newId: () => 'journal' })
    const { delivery, timers } = this.kernel
    const { pending } = recover(
      { journal, population, delivery, dispatcher, deciders, timers },
      from,
      limitsOf(limits).liveActors,
    )
    this.kernel.begin({ ...from.last, tailAfter: from.tailAfter, clean: from.clean, pending })
    for (const message of upgrades({ journal, population, registry: definitions })) this.kernel.push(message)
    this.kernel.start()
  }

  /** Puts messages in line; all of them go into one turn. */
  tell(...messages: { to: Address; type: string; data?: Json }[]): void {
    for (const { to, type, data } of messages) this.kernel.push(this.message(to, type, data))
  }

  message(to: Address, type: string, data: Json = {}): Envelope {
    return input({ type, to, from: 'client/test', data, correlationId: to })
  }

  release(address: Address): void {
    this.kernel.push(
      input({ type: 'hub.release', to: HUB, from: HUB, data: { address }, correlationId: address }),
    )
  }

  /** Takes turns until nothing is left to do. Time passes only with `hurry`. */
  async run(hurry = false): Promise<void> {
    const next = (): boolean => this.scheduler.run() || (hurry && this.clock.fire())
    do await settled()
    while (next())
  }

  seen(address: Address): { count: number; seen: Json[] } | undefined {
    return this.population.find(address)?.snapshot.context as { count: number; seen: Json[] } | undefined
  }
}
