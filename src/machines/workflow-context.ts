/**
 * What a run of a compiled workflow knows of itself, and what its events say. No states and no transitions: those are the chart's.
 */
import type { Failure } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { EventsOf } from '../messages/event.ts'
import type { Json } from '../messages/json.ts'
import type { workflowMessages } from '../messages/workflow.ts'
import { indexOf, type FlowIndex } from './flow-index.ts'
import type { Trace, Trail } from './trail.ts'
import { Vector } from './vector.ts'

export const NEW = 0
export const RUNNING = 1
export const COMPLETED = 2
export const FAILED = 3
export const CANCELLED = 4
/** In a case that was not chosen; or left out, or done by hand, by an operator. */
export const SKIPPED = 5
export const HELD = 6
export const NODE_STATES = ['new', 'running', 'completed', 'failed', 'cancelled', 'skipped', 'held'] as const

/** A map that runs, or ran: its items have states of their own. */
export interface MapState {
  /** Where the list is recorded. */
  readonly list: number
  readonly count: number
  /** The first item that has not begun. */
  readonly next: number
  readonly open: number
  readonly failed: number
  readonly status: Vector
  /** Positions of outputs; of an item that did not complete, of why. */
  readonly refs: Vector
}

/** What one state undoes: what is left, what is being undone, what could not be. */
export interface Undoing {
  readonly left: Trail | null
  readonly open: readonly Trace[]
  readonly failed: readonly Trace[]
}

/** What an operator decided of a step. */
export interface Decision {
  readonly step: string
  readonly undo: boolean
  readonly as: 'skipped' | 'finished'
  readonly reason: string
  readonly seq: number
}

export interface WorkflowContext {
  /** Not part of a checkpoint: it comes from the definition. */
  readonly index: FlowIndex
  /** The id of the run. */
  readonly run: string
  readonly input: Json
  readonly vars: Json
  /** Who started it, and where it stands there. */
  readonly parent: {
    readonly address: Address
    readonly step: number
    readonly visit?: number
    readonly item?: number
  } | null
  readonly status: Vector
  /** How often each node was entered. */
  readonly visits: Vector
  /** For each node that ended, the position of its output, or of why it has none. */
  readonly refs: Vector
  readonly maps: Readonly<Record<number, MapState>>
  /** Positions of signals that nobody has waited for yet, by name. */
  readonly signals: Readonly<Record<string, readonly number[]>>
  /** Tasks, runs and gates of it that have not ended. */
  readonly open: number
  /** Steps that wait for an operator. */
  readonly held: number
  readonly pivoted: boolean
  readonly trail: Trail | null
  readonly undoing: Readonly<Record<number, Undoing>>
  readonly decisions: readonly Decision[]
  /** The first failure: a later one is in its own record. */
  readonly error: { readonly step: string; readonly error: Failure } | null
  /** Why it was cancelled, and whether it is to be undone. */
  readonly cancel: { readonly reason: string | null; readonly compensate: boolean } | null
  /** Nothing of it is started: tasks wait, runs below it are paused. */
  readonly paused: boolean
  /** Its parent has been told how it ended. */
  readonly told: boolean
  readonly startedAt: number
  readonly endedAt: number
}

export type WorkflowEvent = EventsOf<typeof workflowMessages>

/** The node that a guard or an action is about. */
export interface At {
  readonly step: number
  /** Only past the pivot. */
  readonly past?: boolean
}

export function newWorkflow(index: FlowIndex = EMPTY): WorkflowContext {
  const size = index.entries.length
  return {
    index,
    run: '',
    input: null,
    vars: null,
    parent: null,
    status: Vector.filled(size, NEW),
    visits: Vector.filled(size, 0),
    refs: Vector.filled(size, 0),
    maps: {},
    signals: {},
    open: 0,
    held: 0,
    pivoted: false,
    trail: null,
    undoing: {},
    decisions: [],
    error: null,
    cancel: null,
    paused: false,
    told: false,
    startedAt: 0,
    endedAt: 0,
  }
}

const EMPTY = indexOf({ body: [], lanes: [], onFailure: 'continue', signals: [] })

/** How something ended that the run waited for: a step, an item of a map, an undoing; or could not begin. */
export interface Ending {
  readonly step: number
  readonly visit: number
  readonly item: number | null
  readonly undo: boolean
  readonly status: typeof COMPLETED | typeof FAILED | typeof CANCELLED
  readonly error: Failure | null
  readonly ran: boolean
  /** The position of its output, or of why there is none. */
  readonly ref: number
}

const STATUS = { completed: COMPLETED, failed: FAILED, cancelled: CANCELLED } as const

export function endingOf(event: WorkflowEvent): Ending | null {
  if (event.type !== 'step.done' && event.type !== 'fault') return null
  const { step, visit = 1, item = null, undo = false } = event.data
  const error = (event.data.error as Failure | undefined) ?? null
  const base = { step, visit, item, undo, error }
  if (event.type === 'fault') return { ...base, status: FAILED, ran: false, ref: event.seq }
  const status = STATUS[event.data.status]
  // A task's output is where it recorded it, in the signal before this one; a gate or a run sends it along.
  const ref = status === COMPLETED && event.data.output === undefined ? event.causationId : event.seq
  return { ...base, status, ran: event.data.ran ?? status === COMPLETED, ref }
}

/** Could it be read as a visit, or an item? A run below a run must not have what the run above it calls another one. */
export const isPlace = (name: string): boolean => /^\d+(\.i\d+)?$/.test(name)

/** The part of an address that tells visits of a step, and items of a map, apart. */
export function placeOf(visit: number, item: number | null, undo = 0): string {
  const parts = [
    ...(undo > 0 ? ['undo'] : []),
    ...(visit > 1 ? [undo > 0 ? `v${visit}` : `${visit}`] : []),
    ...(item === null ? [] : [undo > 0 || visit > 1 ? `i${item}` : `${item}`]),
    ...(undo > 1 ? [`t${undo}`] : []),
  ]
  return parts.length === 0 ? '' : `/${parts.join('.')}`
}
