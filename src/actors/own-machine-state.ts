/**
 * What the hub must know of a run of a user's own machine beside the machine's own snapshot: which of its tasks run, which timers
 * are set, how it ends; and all of it as JSON and back. It steps nothing.
 */
import { createEmptyActor, type AnyActorScope, type AnyStateMachine, type AnyStateNode } from 'xstate'
import { StatorError, type Failure } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import { toJson, type Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import { CONTEXT_DEPTH } from './own-machine-check.ts'
import { nodesOf, pathOf } from './own-machine-places.ts'

/** A task that an invoke started. */
export interface Child {
  /** The how-manieth task of the run it is: what its word is known by. */
  readonly step: number
  readonly address: Address
  readonly src: string
}

/** XState's snapshot of the machine, as far as anybody here looks into it. */
export interface Inner {
  readonly status: 'active' | 'done' | 'error' | 'stopped'
  readonly value: unknown
  readonly context: unknown
  readonly output?: unknown
  readonly error?: unknown
  readonly machine: AnyStateMachine
  readonly children: Readonly<Record<string, unknown>>
  readonly historyValue: Readonly<Record<string, readonly AnyStateNode[]>>
  readonly _nodes: readonly AnyStateNode[]
}

/** An event of the machine, as data. */
export type OwnEvent = { readonly type: string; readonly [key: string]: Json }

/** What the hub delivers, as far as it matters to the machine. */
export type Told = Pick<Signal, 'type' | 'data'>

/** How the machine came to its end. */
export interface End {
  readonly status: 'completed' | 'failed' | 'cancelled'
  readonly output?: Json
  readonly error?: Failure
  readonly reason?: string
}

/** Where it stands in the run that it is a step of. */
export interface Parent {
  readonly address: Address
  readonly step: number
  readonly visit?: number
  readonly item?: number
}

export interface OwnContext {
  /** The id of the run. */
  readonly run: string
  /** Absent where it is no step of another. */
  readonly parent?: Parent
  /** The machine as XState knows it; null before the start. */
  readonly inner: Inner | null
  /** The tasks that run, by the id of their invoke. */
  readonly children: Readonly<Record<string, Child>>
  /** Tasks that were told to end and have not said that they did, by their number. */
  readonly leaving: readonly number[]
  /** How often each invoke was started. */
  readonly visits: Readonly<Record<string, number>>
  /** Tasks started in all, and how those ended that have. */
  readonly started: number
  readonly completed: number
  readonly failed: number
  readonly cancelled: number
  /** The event of each timer that is set. */
  readonly timers: Readonly<Record<string, OwnEvent>>
  /** Timers set in all: one without a name is known by its number. */
  readonly raised: number
  /** While it is paused: what came meanwhile, and waits. */
  readonly paused: readonly Told[] | null
  /** Set when the machine has ended, or was stopped. */
  readonly end: End | null
}

export const NOT_STARTED: OwnContext = {
  run: '',
  inner: null,
  children: {},
  leaving: [],
  visits: {},
  started: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  timers: {},
  raised: 0,
  paused: null,
  end: null,
}

/** What XState's actors of it stand in: nothing that is started here runs, nothing that is sent goes anywhere. */
const self = createEmptyActor()
self.send = () => {
  throw new StatorError('MACHINE_NOT_DURABLE', {
    place: 'found when it ran, in an assign',
    what: 'an event that is sent to self',
    instead: 'raise it',
  })
}
const nothing = (): void => {}

/** A scope that gives the actions of a macrostep to whoever collects them. */
export function scopeOf(
  collect: (action: { readonly type: string; readonly params?: unknown }) => void,
): AnyActorScope {
  return {
    self,
    system: self.system,
    id: '',
    sessionId: '',
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: collect,
  } as unknown as AnyActorScope
}

/** Checks and copies what a machine made. @throws StatorError NOT_JSON with the path, MESSAGE_TOO_DEEP, MESSAGE_TOO_LARGE */
export const jsonOf = (value: unknown): Json => toJson(value, CONTEXT_DEPTH)

/**
 * The same snapshot in the order in which its states are declared. XState keeps regions in the order in which they were entered, and
 * goes through them so: a machine that was brought back would else act in another order than one that was not.
 */
export function inOrder(snapshot: Inner): Inner {
  const nodes = snapshot._nodes.toSorted((a, b) => a.order - b.order)
  const active = new Set(nodes)
  refuseImpossible(active)
  return { ...snapshot, _nodes: nodes, value: valueOf(snapshot.machine.root, active) }
}

/**
 * In two states of one region at once: to that XState lets some transitions lead that leave one region of a parallel state while
 * another takes the same event. No state value says so, and nothing could bring it back.
 */
function refuseImpossible(active: ReadonlySet<AnyStateNode>): void {
  for (const node of active) {
    const { parent } = node
    if (parent === undefined) continue
    const beside = Object.values(parent.states) as AnyStateNode[]
    const isAlone = parent.type === 'parallel' || beside.every(other => other === node || !active.has(other))
    if (isAlone && active.has(parent)) continue
    throw new StatorError('MACHINE_NOT_DURABLE', {
      machine: node.machine.id,
      state: pathOf(node),
      place: 'found when it ran, on the way into this state',
      what: 'two states of one region at once',
      instead: 'let what leaves a parallel state be taken by that state, not in one of its regions',
    })
  }
}

function valueOf(node: AnyStateNode, active: ReadonlySet<AnyStateNode>): unknown {
  const inside = (Object.values(node.states) as AnyStateNode[]).filter(child => active.has(child))
  const [only] = inside
  if (node.type === 'compound' && only !== undefined && Object.keys(only.states).length === 0) return only.key
  return Object.fromEntries(inside.map(child => [child.key, valueOf(child, active)]))
}

export function freeze(context: OwnContext): Json {
  const { inner, ...books } = context
  if (inner === null) return { ...books, inner: null } as unknown as Json
  const { status, value, historyValue } = inner
  const history = Object.entries(historyValue).map(([id, nodes]) => [id, nodes.map(node => node.id)])
  return {
    ...books,
    inner: { status, value, context: inner.context as Json, history: Object.fromEntries(history) as Json },
  } as unknown as Json
}

export interface FrozenOwn extends Omit<OwnContext, 'inner'> {
  readonly inner: FrozenInner | null
}

interface FrozenInner {
  readonly status: string
  readonly value: Json
  readonly context: Json
  readonly history: Readonly<Record<string, readonly string[]>>
}

/** The machine as it stood, with inert children where its tasks run, so that leaving a state stops the right ones. */
export function thaw(machine: AnyStateMachine, json: Json): OwnContext {
  const { inner, ...books } = json as unknown as FrozenOwn
  if (inner === null) return { ...books, inner: null }
  const { status, value, context, history } = inner
  const children = Object.fromEntries(
    Object.entries(books.children).map(([id, { src }]) => [id, { src, snapshot: { status: 'active' } }]),
  )
  // Its context must not be looked at by XState, which would take some data for references to actors; nor its history, which it would
  // look for by ids taken apart at their dots.
  const bare = { status, value, context: {}, children, historyValue: {} }
  const restored = machine.restoreSnapshot(bare as never, scopeOf(nothing) as never) as unknown as Inner
  const known = new Map(nodesOf(machine).map(node => [node.id, node]))
  const nodes = Object.entries(history).map(([id, ids]) => [id, ids.map(each => known.get(each))])
  const whole = { ...restored, context: jsonOf(context), historyValue: Object.fromEntries(nodes) as never }
  return { ...books, inner: inOrder(whole) }
}
