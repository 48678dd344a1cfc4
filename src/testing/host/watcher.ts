/**
 * Watcher: who looks on while a simulation runs: the invariants, a trace, a coverage map. It is told of everything that
 * happens and changes nothing; what it finds wrong it says with `broken`. Shapes only.
 */
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Batch } from '../../runtime/journal.ts'
import type { Crash } from './disk.ts'
import type { Entry } from './ledger.ts'
import type { Life } from './life.ts'

export interface Watcher {
  /** A process life begins: its journal is about to be opened. */
  starting?(life: Life): void
  /** It is up: the journal is read, the hub runs. */
  up?(life: Life): void
  /** A batch became durable. Told before anything else can know. */
  durable?(batch: Batch, life: Life): void
  /** A write was refused, or the process dies in it. */
  crashed?(crash: Crash, life: Life): void
  /** A client asked for something, and was told that it is accepted. */
  asked?(what: string, life: Life): void
  acknowledged?(address: Address, life: Life): void
  /** A live stream gave a signal to a subscriber. */
  seen?(signal: Signal, life: Life): void
  /** Something happened outside. Told before it is in the ledger. */
  outside?(entry: Entry, life: Life): void
  /** Between any two steps, with all promises settled. */
  between?(life: Life): void
  /** Nothing is left to happen in this life, and it is well. */
  drained?(life: Life): void
}
