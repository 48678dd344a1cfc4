/**
 * ActorKind: what the hub must know of each sort of actor: its machine, its messages, what its states are called.
 * Shapes and small tables only.
 */
import type { AnyStateMachine } from 'xstate'
import type { z } from 'zod'
import type { ErrorCode, Failure } from '../errors.ts'
import type { Address, Kind } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { Answer, Said } from './conversation.ts'
import type { Surface } from './surface.ts'
import type { Migrate, RunSnapshot } from '../messages/migration.ts'

/** A refusal with a code of the catalogue; `details` go into the error that the sender gets. */
export interface Why {
  readonly code: ErrorCode
  readonly message: string
  readonly details?: { readonly [name: string]: Json }
}

export interface ActorKind {
  readonly kind: Kind
  readonly machine: AnyStateMachine
  /** The message that brings an actor of this kind to life. */
  readonly creates: string
  readonly messages: Readonly<Record<string, z.ZodType>>
  /** Those that clients may send. */
  readonly public: readonly string[]
  /** What entering a state is called, where it is not `<kind>.<state>`; `from > to` where that depends on the one before. */
  readonly names: Readonly<Record<string, string>>
  /**
   * Why its machine did not take an event, where there is more to say than that its state does not. Pure: of the context before, and the
   * event, alone.
   */
  why?(context: unknown, event: Signal): Why | undefined
  /** What is recorded beside a message that its machine took, for who reads the record alone. Pure: of the context after it. */
  note?(context: unknown): Json
  /** Must a start see an actor that was left in this state? */
  wakes(state: string): boolean
  /** May an actor in this state be out of memory until a message comes for it? */
  rests(state: string): boolean
}

/** What was recorded for an actor, read by position. Null where it is not known any more. */
export interface Look {
  /** What came of a step, or came with a signal. */
  output(seq: number): Json
  data(seq: number): Json
  /** What an actor was created with. */
  created(address: Address): Json
}

/** Steps of a run, by how they stand. */
export interface Tally {
  readonly total: number
  readonly completed: number
  readonly running: number
  readonly failed: number
  readonly cancelled: number
  readonly blocked: number
}

/** How a step stands that has not completed, or ended so. */
export interface StepReport {
  readonly status: 'pending' | 'failed' | 'cancelled' | 'blocked' | 'skipped'
  readonly error?: Failure
}

export interface RunReport {
  /** Of the steps that completed, by name. */
  readonly outputs: Readonly<Record<string, Json>>
  /** Of every other one. */
  readonly steps: Readonly<Record<string, StepReport>>
  /** The first failure. */
  readonly error?: Failure
  /** What the run gives, where that is not its outputs. */
  readonly result?: Json
}

/** A run as its users see it, read from its context. */
export interface RunView {
  tally(context: unknown): Tally
  report(context: unknown, look: Look): RunReport
  /** May a step of that name still come? Undefined where there is none. */
  mayCome(context: unknown, step: string): boolean | undefined
  /** Is nothing of it to be started? */
  isPaused(snapshot: { readonly value: unknown; readonly context: unknown }): boolean
  /** Steps that wait for an operator. */
  held?(context: unknown): readonly HeldNode[]
  /** Has it passed the point of no return? */
  isPastPivot?(context: unknown): boolean
}

/** A step that waits for an operator: one that failed past the pivot, or what could not be undone of one. */
export interface HeldNode {
  readonly step: string
  readonly undo: boolean
  /** Its index in the flow. */
  readonly index: number
  /** The signal with which it came to be held; 0 where the run does not remember. */
  readonly since: number
  /** Why, where the run remembers that. */
  readonly error: Failure | null
}

/** What an actor runs: a kind's machine, with what one definition adds to it. */
export interface Definition {
  readonly kind: ActorKind
  readonly machine: AnyStateMachine
  readonly ref: { readonly name: string; readonly version: string; readonly hash: string }
  /** Input of the machine's first context. */
  readonly input: unknown
  /** Context to JSON, and back. */
  freeze(context: unknown): Json
  thaw(context: Json): unknown
  /** What a state is called, where that is not all of its value, such as the phase of a workflow with many regions. */
  stateOf?(snapshot: { readonly value: unknown; readonly context: unknown }): string
  /**
   * The data of a message that the machine emitted, where the machine cannot know all of it. Runs when the message
   * is derived; its result is recorded, and a replay copies it. May run user code, and throw.
   */
  materialise?(context: unknown, event: string, data: Json, look: Look): Json
  /** Its messages are made of its context alone: nothing that it hears need be kept at hand. */
  readonly hearsOnce?: true
  /** Of a run: where it stands, as its users see it; what can be said to it. */
  readonly run?: RunView
  readonly surface?: Surface
  /**
   * What somebody says to a run, as it takes it: the data of a signal, of an update, of a step that was done by hand, by their schemas.
   * @throws StatorError MESSAGE_TYPE_UNKNOWN, INPUT_INVALID
   */
  hear?(context: unknown, type: string, data: Json): Json
  /** What an update comes to. Runs user code; its result is recorded, and a replay copies it. @throws StatorError UPDATE_FAILED */
  update?(context: unknown, said: Said, look: Look): Answer
  /** What a query is answered. Runs user code, and changes nothing. @throws StatorError MESSAGE_TYPE_UNKNOWN, QUERY_FAILED */
  query?(context: unknown, name: string, look: Look): Json
  /** How actors of other versions go on with this one, by their version. User code. */
  readonly migrate?: Readonly<Record<string, Migrate>>
  /**
   * Takes over an actor whose definition was structured otherwise: how it stands in this one, with what the migration makes of it, if
   * there is one; and what speaks against that. Absent: that cannot be told, so no such actor goes on with this one.
   * @throws Error what is wrong with what the migration does
   */
  carry?(snapshot: RunSnapshot, migrate: Migrate | undefined): Carried
}

export interface Carried {
  readonly snapshot: RunSnapshot
  /** In words, each with its place; none where it can go on. */
  readonly reasons: readonly string[]
}

/** `task.started`, `agent.ready`: what a transition into a state is called. */
export function lifecycleName({ kind, names }: ActorKind, from: string | null, state: string): string {
  return names[`${from} > ${state}`] ?? names[state] ?? `${kind}.${state}`
}
