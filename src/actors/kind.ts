/**
 * ActorKind: what the hub must know of each sort of actor: its machine, its messages, what its states are called.
 * Shapes and small tables only.
 */
import type { AnyStateMachine } from 'xstate'
import type { z } from 'zod'
import type { Kind } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Migrate, RunSnapshot } from '../messages/migration.ts'

export interface ActorKind {
  readonly kind: Kind
  readonly machine: AnyStateMachine
  /** The message that brings an actor of this kind to life. */
  readonly creates: string
  readonly messages: Readonly<Record<string, z.ZodType>>
  /** Those that clients may send. */
  readonly public: readonly string[]
  /** What entering a state is called, where it is not `<kind>.<state>`. */
  readonly names: Readonly<Record<string, string>>
  /** Must a start see an actor that was left in this state? */
  wakes(state: string): boolean
  /** May an actor in this state be out of memory until a message comes for it? */
  rests(state: string): boolean
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
  stateOf?(value: unknown): string
  /**
   * The data of a message that the machine emitted, where the machine cannot know all of it. Runs when the message
   * is derived; its result is recorded, and a replay copies it. May run user code, and throw.
   */
  materialise?(context: unknown, event: string, data: Json, outputOf: (step: number) => Json): Json
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
export function lifecycleName(kind: ActorKind, state: string): string {
  return kind.names[state] ?? `${kind.kind}.${state}`
}
