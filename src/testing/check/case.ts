/**
 * Case: everything that one simulated run of a check depends on, as JSON: what goes wrong, who is there, what clients do, what is
 * given, and in which order things happen. Played twice, it does the same twice. Shapes only.
 */
import type { Json } from '../../messages/json.ts'
import type { CrashPoint } from '../host/disk.ts'
import type { EffectFault } from '../world/effect.ts'

/** Something goes wrong. */
export type Fault =
  | { readonly kind: 'crash'; readonly write: number; readonly point: CrashPoint | 'refused' }
  | { readonly kind: 'call'; readonly effect: string; readonly call: number; readonly fault: EffectFault }
  /** An operator pauses an agent, and resumes it a minute later. */
  | { readonly kind: 'pause'; readonly agent: number; readonly after: number }

export interface Actors {
  readonly agents: number
  /** Tasks that each of them may run at once. */
  readonly capacity: number
  /** How the hub is set up: as it ships, or with turns and memory so small that everything is split and parked. */
  readonly limits: 'usual' | 'tight'
}

/** A client sends a message of its own accord. */
export interface ClientEvent {
  readonly type: string
  /** Sent once so many batches are durable. */
  readonly after: number
  /** Which run, agent or step it is for, counted round. */
  readonly to: number
  readonly data: Json
}

export interface Case {
  /** Crashes in the order of process lives: the first is for the first. */
  readonly faults: readonly Fault[]
  readonly actors: Actors
  readonly events: readonly ClientEvent[]
  /** One for each run; they run at the same time. */
  readonly inputs: readonly Json[]
  /** What effects answer, by name: the first to the first call, and round again. */
  readonly outputs: Readonly<Record<string, readonly Json[]>>
  readonly schedule: readonly number[]
  /** Of what is random in the runtime itself. */
  readonly seed: number
}

export const TIGHT = {
  batchInputs: 2,
  batchDeliveries: 3,
  tail: 4,
  idle: 1,
  liveActors: 1,
  history: 2,
} as const

/** What the run of an input is called, counted from 0. */
export const runId = (index: number): string => `run-${index + 1}`
