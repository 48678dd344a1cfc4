/** Stage: what a process life needs of the simulation that it is part of. Shapes only. */
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Limits } from '../../runtime/limits.ts'
import type { MemoryState } from '../../runtime/memory-journal.ts'
import type { RuntimeOptions } from '../../runtime/options.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Choices } from './choices.ts'
import type { VirtualClock } from './clock.ts'
import type { Crash } from './disk.ts'
import type { PromiseBroken } from './ends.ts'
import type { Entry, Ledger } from './ledger.ts'
import type { Life } from './life.ts'
import type { Dice } from './random.ts'
import type { SimulatedScheduler } from './scheduler.ts'
import type { Said, Told, Wait } from './watcher.ts'

/** What a process of the simulation knows: agents, workflows, tasks, queues, roles, shared values. */
export type Setup = Pick<RuntimeOptions, 'agents' | 'workflows' | 'tasks' | 'queues' | 'roles' | 'contexts'>

export interface Stage {
  readonly clock: VirtualClock
  readonly scheduler: SimulatedScheduler
  readonly choices: Choices
  /** The randomness of the runtime itself (jitter). */
  readonly dice: Dice
  readonly ids: NewId
  readonly ledger: Ledger
  /** Of the runtimes that run here. */
  readonly limits: Limits
  /** What the journal holds. */
  readonly state: MemoryState
  /** The last durable position. */
  readonly position: number
  /** How much has happened: turns that the hub took, and things that were due. */
  readonly steps: number
  /** The same one however often it is asked for. */
  setup(life: Life): Setup
  boot(crash?: Crash): Promise<Life>
  until<T>(life: Life, promise: Promise<T>): Promise<T>
  drain(life: Life): Promise<void>
  pass(life: Life, ms: number): Promise<void>
  /** Something happened outside. */
  wrote(entry: Entry, life: Life): void
  asked(said: Said, life: Life): void
  acknowledged(address: Address, life: Life, said: Said, signal: Signal | undefined): void
  refused(said: Said, error: unknown, life: Life): void
  told(told: Told, life: Life): void
  prunes(options: unknown, life: Life): void
  waits(wait: Wait, life: Life): void
  answered(wait: Wait, life: Life, error: unknown): void
  /** A promise does not hold: the number of the invariant, or the name of a property. */
  readonly broken: readonly PromiseBroken[]
  break(promise: number | string, detail: string): void
}
