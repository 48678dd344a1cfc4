/**
 * The one module that touches XState's values. It wraps a machine so that a macrostep of a live actor collects its
 * actions as data, and keeps what XState 5.33 would do by itself (timers, children, throwing) out of the runtime.
 * Nothing else in src/runtime may import more than types from xstate.
 */
import {
  createActor,
  type ActorRefLike,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateMachine,
} from 'xstate'
import { isHull } from '../actors/own-machine-hull.ts'
import { StatorError } from '../errors.ts'
import type { Command } from '../messages/command.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import { ASIDE } from './builtins.ts'
import { chartOf, type Chart } from './chart.ts'
import type { ChartSnapshot } from './chart-snapshot.ts'
import { tableOf, type MacroStep } from './table.ts'

/** A machine's snapshot, as the runtime sees it: opaque but for these. */
export interface Snapshot {
  readonly status: 'active' | 'done' | 'error' | 'stopped'
  readonly value: unknown
  readonly context: unknown
}

export interface Step {
  readonly before: Snapshot
  readonly after: Snapshot
  readonly commands: readonly Command[]
  /** What a guard or an action threw; then `after` is `before` and there are no commands. */
  readonly thrown: unknown
}

interface Scope {
  actionExecutor: (action: CollectedAction) => void
}

interface CollectedAction {
  readonly type: string
  readonly params?: unknown
}

// One macrostep runs at a time and never nests, so one place for what it collects is enough.
let commands: Command[] = []
let thrown: unknown

function collect(action: CollectedAction): void {
  const params = action.params as
    { event: { type: string }; id?: string; delay?: number; sendId?: string } | undefined
  if (action.type === 'xstate.emit' && params !== undefined) {
    commands.push(params.event as unknown as Command)
    return
  }
  if (action.type === 'xstate.raise' && params !== undefined) {
    if (typeof params.delay === 'number')
      commands.push({
        type: 'timer.set',
        id: params.id ?? params.event.type,
        delay: params.delay,
        event: params.event.type,
      })
    return
  }
  if (action.type === 'xstate.cancel' && params !== undefined) {
    commands.push({ type: 'timer.cancel', id: params.sendId ?? '' })
    return
  }
  throw new StatorError('MACHINE_UNSUPPORTED', { action: action.type })
}

const logics = new WeakMap<AnyStateMachine, AnyActorLogic>()
const tables = new WeakMap<AnyStateMachine, MacroStep>()
const charts = new WeakMap<AnyStateMachine, Chart>()

/** Nobody is there yet whom actions could refer to, nor does any of ours. */
const NOBODY = { self: undefined, system: undefined }

/** The first macrostep of an actor, where the table does it. */
function first(
  machine: AnyStateMachine,
  snapshot: Snapshot,
  event: { readonly type: string },
): Snapshot | undefined {
  wrap(machine)
  return tables.get(machine)?.(snapshot as never, event, NOBODY, commands) as Snapshot | undefined
}

/** Wrap last: `.provide()` returns an unwrapped machine. */
function wrap(machine: AnyStateMachine): AnyActorLogic {
  const known = logics.get(machine)
  if (known !== undefined) return known
  // A table would take events of a user's machine where that takes signals.
  const table = isHull(machine) ? undefined : tableOf(machine)
  if (table !== undefined) tables.set(machine, table)
  const chart = table === undefined && !isHull(machine) ? chartOf(machine) : undefined
  if (chart !== undefined) charts.set(machine, chart)
  const logic = {
    // Inspectors look here for what the actor is.
    config: machine.config as unknown,
    // Children and timers are the runtime's: XState starts none.
    start: () => {},
    getInitialSnapshot: (scope: Scope, input: unknown): unknown => {
      scope.actionExecutor = collect
      return machine.getInitialSnapshot(scope as never, input as never)
    },
    restoreSnapshot: (snapshot: unknown, scope: Scope): unknown => {
      scope.actionExecutor = collect
      return snapshot
    },
    transition: (snapshot: AnyMachineSnapshot, event: unknown, scope: Scope): unknown => {
      const fast = table?.(snapshot, event as { type: string }, scope as never, commands)
      if (fast !== undefined) return fast
      try {
        return chart === undefined
          ? machine.transition(snapshot, event as never, scope as never)
          : charted(machine, chart, snapshot as unknown as ChartSnapshot, event as { type: string }, scope)
      } catch (error) {
        thrown = error
        commands = []
        return snapshot
      }
    },
    getPersistedSnapshot: (snapshot: AnyMachineSnapshot) => machine.getPersistedSnapshot(snapshot),
  } as unknown as AnyActorLogic
  logics.set(machine, logic)
  return logic
}

/** What steps a machine of many regions; undefined where XState itself does. */
export function chartFor(machine: AnyStateMachine): Chart | undefined {
  wrap(machine)
  return charts.get(machine)
}

/** By the chart; and where that steps aside, by XState, as if nothing had happened. */
function charted(
  machine: AnyStateMachine,
  chart: Chart,
  snapshot: ChartSnapshot,
  event: { readonly type: string },
  scope: Scope,
): unknown {
  const made = commands.length
  try {
    return chart.step(snapshot, event, scope as never, commands)
  } catch (error) {
    if (error !== ASIDE) throw error
    commands.length = made
    const { value, context } = snapshot
    const own = machine.resolveState({ value, context } as never)
    return chart.adopt(machine.transition(own, event as never, scope as never))
  }
}

/** The root of all actors: the hub's own actor, which ignores what XState itself tells a parent. */
export function createRoot(machine: AnyStateMachine): AnyActorRef {
  const root = createActor(wrap(machine)).start()
  const internal = root as unknown as { _send: (event: { readonly type: string }) => void }
  const send = internal._send.bind(root)
  // Also once it is closed, when XState would warn of each.
  internal._send = event => {
    if (!event.type.startsWith('xstate.')) send(event)
  }
  return root
}

/** A machine's first snapshot; immutable, so all its actors may share it. */
export function initialSnapshot(machine: AnyStateMachine, input: unknown): Snapshot {
  commands = []
  const snapshot = createActor(wrap(machine), { input } as never).getSnapshot() as AnyMachineSnapshot
  if (snapshot.status === 'error')
    throw new StatorError('MACHINE_FAULT', { machine: machine.id }, { cause: snapshot.error })
  if (commands.length > 0)
    throw new StatorError('MACHINE_UNSUPPORTED', {
      machine: machine.id,
      reason: 'its initial state acts before its first event',
    })
  return adopted(machine, snapshot as unknown as Snapshot)
}

/** As the macrostep of its machine wants it. */
const adopted = (machine: AnyStateMachine, snapshot: Snapshot): Snapshot =>
  charts.get(machine)?.adopt(snapshot) ?? snapshot

/**
 * An XState actor at an address. Its first macrostep, on the shared first snapshot of its machine, needs no actor where the table does
 * it: so a task that only comes to wait is a snapshot, and what waits by the hundred thousand is small. From then on it lives.
 */
export class LiveActor {
  readonly #machine: AnyStateMachine
  readonly #parent: ActorRefLike
  readonly #id: string
  #actor: AnyActorRef | undefined
  #snapshot: Snapshot

  constructor(machine: AnyStateMachine, snapshot: Snapshot, parent: ActorRefLike, id: string) {
    this.#machine = machine
    this.#parent = parent
    this.#id = id
    this.#snapshot = snapshot
  }

  get snapshot(): Snapshot {
    return this.#snapshot
  }

  /** One macrostep. A signal is passed as the event itself; a due timer as the literal event that XState expects. */
  step(event: Signal | { readonly type: string }, isFirst: boolean): Step {
    commands = []
    thrown = undefined
    const before = this.#snapshot
    const known = isFirst ? first(this.#machine, before, event) : undefined
    this.#snapshot = known ?? this.#send(event)
    const step = { before, after: this.#snapshot, commands, thrown }
    commands = []
    return step
  }

  stop(): void {
    // An actor with a parent refuses stop(); its logic holds nothing, so unregistering is all there is to do.
    const internal = this.#actor as unknown as { _stop?: () => void } | undefined
    internal?._stop?.()
  }

  #send(event: Signal | { readonly type: string }): Snapshot {
    this.#actor ??= this.#live()
    this.#actor.send(event)
    return this.#actor.getSnapshot() as Snapshot
  }

  #live(): AnyActorRef {
    const options = { snapshot: this.#snapshot, parent: this.#parent, id: this.#id }
    return createActor(wrap(this.#machine), options as never).start()
  }
}

/** `running`, `a.b`, or `a.b|c` for parallel regions. */
export function stateOf(snapshot: Snapshot): string {
  return typeof snapshot.value === 'string'
    ? snapshot.value
    : flatten(snapshot.value as Record<string, unknown>)
}

function flatten(value: Record<string, unknown>): string {
  return Object.entries(value)
    .map(([key, inner]) =>
      typeof inner === 'string'
        ? `${key}.${inner}`
        : `${key}${inner === undefined || Object.keys(inner as object).length === 0 ? '' : `.(${flatten(inner as Record<string, unknown>)})`}`,
    )
    .join('|')
}

/** The events that the present state names, without XState's own. */
export function allowedEvents(snapshot: Snapshot): string[] {
  const nodes = (snapshot as unknown as { _nodes: { ownEvents: string[] }[] })._nodes
  return [...new Set(nodes.flatMap(node => node.ownEvents))]
    .filter(type => !type.startsWith('xstate.'))
    .toSorted()
}

/** What a checkpoint holds of a snapshot, with its context as given. */
export function persist(snapshot: Snapshot, context: Json): Json {
  const history = (snapshot as { historyValue?: Json }).historyValue
  const base = { status: snapshot.status, value: snapshot.value as Json, context }
  return history === undefined || Object.keys(history as object).length === 0
    ? base
    : { ...base, historyValue: history }
}

/** The inverse of persist; `thaw` makes the live context from the one in JSON. */
export function restore(
  machine: AnyStateMachine,
  persisted: Json,
  thaw: (context: Json) => unknown,
): Snapshot {
  const { context, ...rest } = persisted as { context: Json; status: string; value: Json }
  const snapshot = machine.restoreSnapshot({ ...rest, context: {}, children: {} } as never, {} as never) as {
    context: unknown
  }
  snapshot.context = thaw(context)
  wrap(machine)
  return adopted(machine, snapshot as unknown as Snapshot)
}
