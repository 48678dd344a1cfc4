/**
 * Queue: where tasks wait for an agent: what it allows, whether it is paused, and what of its rates is used up, so that a
 * restart gives nobody a second burst. Which task goes next is the dispatcher's choice. Pure.
 */
import { assign, setup } from 'xstate'
import type { EventsOf } from '../messages/event.ts'
import type { queueMessages, QueueSpec, Rate, Starts } from '../messages/queue.ts'
import { allTaken } from './bucket.ts'

/** Buckets of keys lie in so many drawers, so that one start copies one of them. */
const DRAWERS = 64

type Drawer = Readonly<Record<string, readonly number[]>>

export interface QueueContext {
  /** Null: it allows all. */
  readonly spec: QueueSpec | null
  /** The buckets of its own rates: see bucket.ts. */
  readonly full: readonly number[]
  /** Those of its keys; full ones are left out. */
  readonly keys: readonly Drawer[]
  readonly reason: string | null
}

export type QueueEvent = EventsOf<typeof queueMessages>

const explained = (event: QueueEvent): string | null =>
  event.type === 'queue.pause' || event.type === 'queue.drain' ? (event.data.reason ?? null) : null

const sameRates = (a: readonly Rate[] = [], b: readonly Rate[] = []): boolean =>
  a.length === b.length &&
  a.every((rate, i) => rate.interval === b[i]?.interval && rate.burst === b[i]?.burst)

/** What is used up stays so, unless the rates are others now. */
function configured({ spec, full, keys }: QueueContext, event: QueueEvent): Partial<QueueContext> {
  if (event.type !== 'queue.configure') return {}
  const { data } = event
  return {
    spec: data,
    full: sameRates(spec?.rates, data.rates) ? full : [],
    keys: sameRates(spec?.perKey?.rates, data.perKey?.rates) ? keys : [],
  }
}

function loaded({ spec, full, keys }: QueueContext, event: QueueEvent): Partial<QueueContext> {
  if (event.type !== 'queue.load' || spec === null) return {}
  const { at, starts } = event.data
  let own = full
  for (const [, count] of starts) for (let n = 0; n < count; n++) own = allTaken(own, at, spec.rates)
  const { rates = [] } = spec.perKey ?? {}
  return { full: own, keys: rates.length === 0 ? keys : keysLoaded(keys, at, starts, rates) }
}

function keysLoaded(
  keys: readonly Drawer[],
  at: number,
  starts: Starts,
  rates: readonly Rate[],
): readonly Drawer[] {
  const next = keys.length === DRAWERS ? [...keys] : Array.from({ length: DRAWERS }, (): Drawer => ({}))
  for (const [key, count] of starts) {
    if (key === null) continue
    const index = drawerOf(key)
    // A bucket that is full again is like one that was never touched.
    const used = Object.entries(next[index] ?? {}).filter(([, full]) => full.some(time => time > at))
    const drawer = Object.fromEntries(used)
    for (let n = 0; n < count; n++) drawer[key] = allTaken(drawer[key], at, rates)
    next[index] = drawer
  }
  return next
}

function drawerOf(key: string): number {
  let sum = 0
  for (let i = 0; i < key.length; i++) sum = (sum * 31 + key.charCodeAt(i)) % 65_521
  return sum % DRAWERS
}

export const queueMachine = setup({
  types: {} as { context: QueueContext; events: QueueEvent },
  actions: {
    configure: assign(({ context, event }) => configured(context, event)),
    load: assign(({ context, event }) => loaded(context, event)),
    explain: assign(({ event }) => ({ reason: explained(event) })),
  },
}).createMachine({
  id: 'queue',
  version: '1',
  description: 'Where tasks wait: what it allows, and what of its rates is used up.',
  options: { maxIterations: 100 },
  context: { spec: null, full: [], keys: [], reason: null },
  initial: 'active',
  states: {
    active: {
      meta: { description: 'Takes tasks and lets them start as far as its limits allow.' },
      on: {
        'queue.configure': { actions: 'configure' },
        'queue.load': { actions: 'load' },
        'queue.pause': { target: 'paused', actions: 'explain' },
        'queue.drain': { target: 'draining', actions: 'explain' },
      },
    },
    paused: {
      meta: {
        description: 'Takes tasks and starts none until resumed, also across restarts; what runs goes on.',
      },
      on: {
        'queue.configure': { actions: 'configure' },
        'queue.load': { actions: 'load' },
        'queue.resume': { target: 'active', actions: 'explain' },
        'queue.drain': { target: 'draining', actions: 'explain' },
      },
    },
    draining: {
      meta: { description: 'Takes no tasks from outside; those that wait are worked off.' },
      on: {
        'queue.configure': { actions: 'configure' },
        'queue.load': { actions: 'load' },
        'queue.resume': { target: 'active', actions: 'explain' },
      },
    },
  },
})
