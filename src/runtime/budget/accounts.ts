/**
 * Accounts: what attempts ask of their budgets, as messages, and how those answer. It keeps nothing: who holds what is the budgets' own
 * record, and what is left behind the bursar settles.
 */
import { parse } from '../../actors/schema.ts'
import { StatorError } from '../../errors.ts'
import { leftOf } from '../../machines/budget.ts'
import { rounded } from '../../machines/amounts.ts'
import type { Address } from '../../messages/address.ts'
import { amountsSchema, type Amounts } from '../../messages/budget.ts'
import type { Json } from '../../messages/json.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Clock } from '../clock.ts'
import { refusalOf } from '../refused.ts'
import { input } from '../envelope.ts'
import type { Journal, KeyRecord } from '../journal.ts'
import type { Kernel } from '../kernel.ts'
import { Once } from '../once.ts'
import type { Seat } from '../seat.ts'
import type { Bursar } from './bursar.ts'

export interface AccountsParts {
  readonly bursar: Bursar
  readonly kernel: Pick<Kernel, 'push'>
  readonly journal: Journal
  readonly clock: Clock
}

type Given = Pick<KeyRecord, 'key' | 'hash'>

/** Amounts from outside. Time is counted by the hub. @throws StatorError INPUT_INVALID */
export function amountsOf(amounts: unknown, what = 'amounts'): Amounts {
  const checked = rounded(parse(amountsSchema, amounts, 'INPUT_INVALID', what) as Amounts)
  if (!('time' in checked)) return checked
  throw new StatorError('INPUT_INVALID', {
    what,
    time: checked['time'],
    reason: 'time is counted by the hub',
  })
}

const FINAL: ReadonlySet<string> = new Set(['BUDGET_EXHAUSTED', 'BUDGET_TIME_UP'])

/** No other attempt would be given more. */
export const final = (error: StatorError): StatorError =>
  FINAL.has(error.code) ? Object.assign(error, { retryable: false }) : error

export class Accounts {
  readonly #parts: AccountsParts
  readonly #once: Once

  constructor(parts: AccountsParts) {
    this.#parts = parts
    this.#once = new Once(parts.journal)
  }

  /** What the attempt is charged to, if there is anything. */
  budgetOf({ effect: { task, correlationId } }: Pick<Seat, 'effect'>): Address | undefined {
    return this.#parts.bursar.scopes.covering(task, correlationId)
  }

  /**
   * Sets something aside for an attempt, in its budget and all above it; for the attempt itself where that begins with it. Settles when
   * that is durable. @throws StatorError (rejects) BUDGET_EXHAUSTED, STALE_ATTEMPT, CLOSED, JOURNAL_FAILED
   */
  async reserve(seat: Seat, budget: Address, key: string, amounts: Amounts, attempt?: true): Promise<void> {
    const { task, turn } = seat.effect
    // Of an attempt that goes on by a stand-in: it has that since before.
    if (Object.hasOwn(this.#parts.bursar.contextOf(budget)?.holds ?? {}, key)) return
    const data = { key, amounts, task, turn, ...(attempt && { attempt }) }
    await this.#say(seat, budget, 'budget.reserve', data)
  }

  async settle(seat: Seat, budget: Address, key: string, amounts: Amounts): Promise<void> {
    await this.#say(seat, budget, 'budget.settle', { key, amounts })
  }

  async release(seat: Seat, budget: Address, key: string): Promise<void> {
    await this.#say(seat, budget, 'budget.release', { key })
  }

  /** What was used already: recorded, whatever there is. With a key once for all attempts of the task. */
  async spend(seat: Seat, amounts: Amounts, key?: string): Promise<void> {
    await this.#use(seat, 'budget.spend', amounts, key)
  }

  /**
   * What is about to be used: now, or not at all; under a key once for all attempts of the task. Nothing where there is no budget. For
   * whoever sends messages for an attempt: before it does. @throws StatorError (rejects) BUDGET_EXHAUSTED, CLOSED, JOURNAL_FAILED
   */
  async charge(seat: Seat, amounts: Amounts, key: string): Promise<void> {
    await this.#use(seat, 'budget.charge', amounts, key)
  }

  /** The least that is left of each unit, here and above. */
  left(budget: Address): Amounts {
    const { bursar, clock } = this.#parts
    const least: Record<string, number> = {}
    for (const { address, context } of bursar.above(budget)) {
      const running = 'time' in context.limits ? bursar.running(address, clock.now()) : 0
      for (const [unit, amount] of Object.entries(leftOf(context))) {
        const left = unit === 'time' ? amount - running : amount
        least[unit] = Math.min(least[unit] ?? Number.POSITIVE_INFINITY, left)
      }
    }
    return least
  }

  async #use(seat: Seat, type: string, amounts: Amounts, key: string | undefined): Promise<void> {
    const budget = this.budgetOf(seat)
    if (budget === undefined) return
    const { task } = seat.effect
    const act = async (given?: Given): Promise<Address> => {
      await this.#say(seat, budget, type, { amounts }, given)
      return budget
    }
    if (key === undefined) await act()
    else {
      // Another attempt may say another amount: the first counts.
      const raw = [type]
      await this.#once.run({ sender: task, key: `${type} ${key}`, raw, address: budget }, act)
    }
  }

  /** An attempt that ends in time says so also while the hub is closing: that is no submission, and knocks at no door. */
  #say(seat: Seat, to: Address, type: string, data: Json, given?: Given): Promise<Signal> {
    const { agent: from, depth, task: sender } = seat.effect
    const key = given === undefined ? undefined : { ...given, sender, address: to }
    return new Promise((resolve, reject) => {
      const committed = (signal: Signal): void =>
        signal.refused === null ? resolve(signal) : reject(final(refusalOf(signal)))
      this.#parts.kernel.push(
        input(
          { type, to, from, data, correlationId: to },
          { depth, ...(key !== undefined && { key }), ack: { committed, failed: reject } },
        ),
      )
    })
  }
}
