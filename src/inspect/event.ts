/**
 * Inspection events: the wire format of `@statelyai/inspect` 0.7, as types. Shapes only; that library is not needed to
 * send them, and a test compares the two.
 */
import type { Json } from '../messages/json.ts'

interface Base {
  /** Who it is about: the address of the actor. */
  readonly sessionId: string
  /** The hub, for all of them. */
  readonly rootId: string
  /** Milliseconds since the epoch, as text: when it was recorded, not when it is shown. */
  readonly createdAt: string
  readonly id: string
  readonly _version: string
}

export interface InspectedEvent {
  readonly type: string
  readonly [key: string]: unknown
}

export interface InspectedSnapshot {
  readonly status: 'active' | 'done'
  readonly value: string
  readonly context: { readonly [key: string]: unknown }
  readonly output: Json | undefined
  readonly error: undefined
}

export interface InspectionActor extends Base {
  readonly type: '@xstate.actor'
  readonly name: string
  readonly snapshot: InspectedSnapshot
  /** The machine as JSON text. */
  readonly definition: string
  readonly parentId: string | undefined
}

export interface InspectionMessage extends Base {
  readonly type: '@xstate.event'
  readonly event: InspectedEvent
  /** Undefined for clients: they are no actors. */
  readonly sourceId: string | undefined
}

export interface InspectionSnapshot extends Base {
  readonly type: '@xstate.snapshot'
  readonly event: InspectedEvent
  readonly snapshot: InspectedSnapshot
}

export type StatorInspectionEvent = InspectionActor | InspectionMessage | InspectionSnapshot
