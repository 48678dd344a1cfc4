/**
 * Recorded signals as inspection events: the past and the present alike. Pure: it reads no clock and asks no actor; XState's own
 * inspection is not used, because it would see neither what was before nor what the hub decided.
 */
import type { AnyStateMachine } from 'xstate'
import { KINDS_THAT_ACT } from '../actors/kinds.ts'
import { hubMachine } from '../machines/hub.ts'
import { HUB, kindOf, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import { toDefinition } from './definition.ts'
import type { InspectedEvent, InspectedSnapshot, InspectionActor, StatorInspectionEvent } from './event.ts'
import { eventTypeOf, Fold, type Context } from './fold.ts'

/** The version of `@statelyai/inspect` whose format this is. */
const VERSION = '0.7.2'

const machines = new Map<string, AnyStateMachine>([
  ['system', hubMachine],
  ...KINDS_THAT_ACT.map(({ kind, machine }) => [kind, machine] as const),
])
const definitions = new Map<string, string>()

/** What an inspector is told of these signals: each actor once, before the first thing that happens to it. */
export function* inspectionEvents(signals: Iterable<Signal>): Generator<StatorInspectionEvent> {
  const translator = new Translator()
  for (const signal of signals) yield* translator.next(signal)
}

/** Turns one signal after the other into events, and remembers who was introduced. */
export class Translator {
  readonly #known = new Set<string>()
  readonly #fold = new Fold()

  /** An actor that is there already when the reading begins. */
  introduce(address: Address, state: string, context: Context, at: number): InspectionActor {
    if (address !== HUB) this.#fold.seed(address, state, context)
    return this.#actor(address, state, context, at)
  }

  *next(signal: Signal): Generator<StatorInspectionEvent> {
    const { to, from, seq, at, toState } = signal
    if (!this.#known.has(HUB)) yield this.#actor(HUB, to === HUB ? initialOf(HUB) : 'running', {}, at)
    if (!this.#known.has(to)) yield this.#actor(to, signal.fromState ?? initialOf(to), {}, at)
    const base = {
      sessionId: to,
      rootId: HUB,
      createdAt: String(at),
      _version: VERSION,
      event: eventOf(signal),
    }
    const sourceId = this.#known.has(from) ? from : undefined
    yield { ...base, type: '@xstate.event', id: `${seq}.event`, sourceId }
    const context = to === HUB ? {} : this.#fold.next(signal)
    const snapshot = snapshotOf(toState ?? initialOf(to), context, signal)
    yield { ...base, type: '@xstate.snapshot', id: `${seq}.snapshot`, snapshot }
  }

  #actor(address: Address, state: string, context: Context, at: number): InspectionActor {
    this.#known.add(address)
    return {
      type: '@xstate.actor',
      name: address,
      sessionId: address,
      rootId: HUB,
      parentId: address === HUB ? undefined : HUB,
      createdAt: String(at),
      id: `${address}.actor`,
      _version: VERSION,
      definition: definitionOf(address),
      snapshot: snapshotOf(state, context),
    }
  }
}

/** The message, with what the hub added to it. */
function eventOf(signal: Signal): InspectedEvent {
  const { name, from, to, seq, causationId, correlationId, priority, data, stamp, refused } = signal
  return {
    type: eventTypeOf(signal),
    name,
    from,
    to,
    seq,
    causationId,
    correlationId,
    priority,
    data,
    ...(stamp === null ? {} : { stamp }),
    ...(refused === null ? {} : { refused }),
  }
}

function snapshotOf(value: string, context: Context, signal?: Signal): InspectedSnapshot {
  const done = signal?.final === true
  const output = done ? (signal.data as { output?: Json } | null)?.output : undefined
  return { status: done ? 'done' : 'active', value, context, output, error: undefined }
}

function definitionOf(address: Address): string {
  const kind = kindOf(address)
  const known = definitions.get(kind)
  if (known !== undefined) return known
  const machine = machines.get(kind)
  const made = JSON.stringify(machine === undefined ? { id: kind } : toDefinition(machine))
  definitions.set(kind, made)
  return made
}

function initialOf(address: Address): string {
  const initial: unknown = machines.get(kindOf(address))?.config.initial
  return typeof initial === 'string' ? initial : ''
}
