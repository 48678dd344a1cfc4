/** Budget calls: what a handler may still use up, and what it used. The interface only. */
import type { Amounts } from '../messages/budget.ts'

export type { Amounts } from '../messages/budget.ts'

/** What is set aside for one thing that the handler is about to do. What is not said of it by the end of the attempt: all of it was used. */
export interface Reservation {
  /** What was set aside. */
  readonly amounts: Amounts
  /**
   * So much was used; the rest is free again. More than was set aside is recorded as it is, and may exhaust the budget. The first word
   * counts. @throws StatorError (rejects) STALE_ATTEMPT, INPUT_INVALID (no amounts)
   */
  settle(amounts: Amounts): Promise<void>
  /** Nothing was used. The first word counts. @throws StatorError (rejects) STALE_ATTEMPT */
  release(): Promise<void>
}

/** Counts what is used of a reservation while it is used. */
export interface Meter {
  /** So much more was used. @throws StatorError INPUT_INVALID (no amounts) */
  add(amounts: Amounts): void
}

export interface AttemptBudget {
  /** The budget that the attempt is charged to, by its id; null where there is none: then nothing is refused and nothing counted. */
  readonly id: string | null
  /** What the task itself asks for (`task({ budget })`), set aside before the handler began; null where it asks for nothing. */
  readonly declared: Reservation | null
  /**
   * Sets aside what the handler is about to use, in its budget and in all above it. Amounts by unit (`tokens`, `cost`, `messages`, any
   * other), of 0 to a thousand millions, with six decimals at most; time is counted by the hub.
   * @throws StatorError (rejects) BUDGET_EXHAUSTED: which budget, unit, limit, and how much of it; STALE_ATTEMPT, INPUT_INVALID
   */
  reserve(amounts: Amounts): Promise<Reservation>
  /**
   * What was used already: it is recorded whatever there is, and may exhaust the budget. With a `key` (1 to 200 characters) once for all
   * attempts of the task, the first amounts count; without, once for each time that it is called. @throws StatorError (rejects) STALE_ATTEMPT, INPUT_INVALID
   */
  spend(amounts: Amounts, options?: { readonly key?: string }): Promise<void>
  /**
   * Reserves, runs `fn`, and settles: what the meter was told, also where `fn` throws; all of it where the meter was told nothing.
   * @throws StatorError as `reserve`, and what `fn` throws
   */
  use<T>(amounts: Amounts, fn: (meter: Meter) => Promise<T> | T): Promise<T>
  /** What could be set aside now of what has a limit, here or above: the least of all. Below 0 where more was used than allowed. */
  left(): Amounts
}

export interface BudgetCalls {
  /** What the run, the task and whatever they are a part of may use up. It may be taken out of the ctx. */
  readonly budget: AttemptBudget
}
