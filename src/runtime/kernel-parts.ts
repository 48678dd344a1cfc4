/** What the kernel is made of, and what it lets out. Shapes only. */
import type { AnyActorRef } from 'xstate'
import type { StatorError } from '../errors.ts'
import type { Signal } from '../messages/signal.ts'
import type { Cell } from './cell.ts'
import type { Clock } from './clock.ts'
import type { Deciders } from './decider.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Journal, PendingMessage } from './journal.ts'
import type { Limits } from './limits.ts'
import type { Population } from './population.ts'
import type { Scheduler } from './scheduler.ts'
import type { EffectStart, EffectStop } from './turn.ts'

/** What a committed turn lets out. */
export interface Released {
  readonly signals: readonly Signal[]
  readonly endings: readonly { cell: Cell; signal: Signal }[]
  readonly held: readonly Cell[]
  readonly starts: readonly EffectStart[]
  readonly stops: readonly EffectStop[]
}

export interface KernelParts {
  readonly journal: Journal
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly limits: Limits
  readonly population: Population
  readonly dispatcher: Dispatcher
  /** The dispatcher among them. */
  readonly deciders: Deciders
  /** The hub's own actor: parent of all others. */
  readonly hub: AnyActorRef
  /** Called after a commit, and never when it failed. */
  readonly release: (released: Released) => void
  /** Called once when the journal failed; nothing moves afterwards. */
  readonly failed: (error: StatorError) => void
}

/** Where a kernel takes up: the end of the journal. */
export interface Standing {
  readonly seq: number
  readonly at: number
  readonly sum: number
  readonly tailAfter: number
  /** The last owner closed gracefully. */
  readonly clean: boolean
  readonly pending: readonly PendingMessage[]
}
