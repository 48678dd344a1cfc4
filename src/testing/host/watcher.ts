/**
 * Watcher: who looks on while a simulation runs: the invariants, a trace, a coverage map. It is told of everything that
 * happens and changes nothing; what it finds wrong it says with `broken`. Shapes only.
 */
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Batch } from '../../runtime/journal.ts'
import type { Crash } from './disk.ts'
import type { PromiseBroken } from './ends.ts'
import type { Entry } from './ledger.ts'
import type { Life } from './life.ts'

/** What a client asks for. */
export interface Said {
  /** Counts what was asked for in this process life, from 1. */
  readonly number: number
  /** The call: `start`, `submit`, `send`. */
  readonly what: string
  readonly args: readonly unknown[]
}

/** What a client was told beside that something is accepted. */
export interface Told {
  /** `outcome`, `result` and `failure` are how it ended; `cancel`, `pause` and `resume` that it was done. */
  readonly what: 'outcome' | 'result' | 'failure' | 'cancel' | 'pause' | 'resume'
  readonly address: Address
  /** Undefined where there is none. */
  readonly value: unknown
}

/** A client that waits for the end of a run or a task, or for a word of its to be carried out. */
export interface Wait {
  readonly what:
    'outcome' | 'result' | 'cancel' | 'pause' | 'resume' | 'drain' | 'register' | 'unregister' | 'release'
  readonly address: Address
}

export interface Watcher {
  /** A process life begins: its journal is about to be opened. */
  starting?(life: Life): void
  /** It is up: the journal is read, the hub runs. */
  up?(life: Life): void
  /** A batch became durable. Told before anything else can know. */
  durable?(batch: Batch, life: Life): void
  /** A client asks for what ended long ago to be erased, with these options. */
  prunes?(options: unknown, life: Life): void
  /** It was erased. */
  pruned?(life: Life): void
  /** A write was refused, or the process dies in it. */
  crashed?(crash: Crash, life: Life): void
  /** A client asked for something, and was told that it is accepted. */
  asked?(what: string, life: Life, said: Said): void
  /** With the recorded signal, where the client got it. */
  acknowledged?(address: Address, life: Life, said: Said, signal: Signal | undefined): void
  /** What was asked for was not accepted. */
  refused?(said: Said, error: unknown, life: Life): void
  told?(told: Told, life: Life): void
  /** A client waits, and was answered, whatever with. */
  waits?(wait: Wait, life: Life): void
  answered?(wait: Wait, life: Life, error: unknown): void
  /** What a turn of the hub, or a thing that was due, threw: it would have ended the process. */
  escaped?(error: unknown, life: Life): void
  /** A live stream gave a signal to a subscriber. */
  seen?(signal: Signal, life: Life): void
  /** Something happened outside. Told before it is in the ledger. */
  outside?(entry: Entry, life: Life): void
  /** A promise does not hold: just now. */
  broken?(error: PromiseBroken): void
  /** Somebody waits in this life, and nothing will ever happen. */
  stuck?(life: Life): void
  /** Between any two steps, with all promises settled. */
  between?(life: Life): void
  /** Nothing is left to happen in this life, and it is well. What is begun here may go on as long as promises do. */
  drained?(life: Life): void | Promise<void>
}
