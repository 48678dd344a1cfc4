/**
 * Watches: ends what runs in a budget that has no time left. One timer for each such budget, however much runs in it: what runs beside
 * each other uses up its time together. Lost with the process, like what it watches.
 */
import { StatorError } from '../../errors.ts'
import { minus } from '../../machines/amounts.ts'
import type { BudgetContext } from '../../machines/budget.ts'
import type { Address } from '../../messages/address.ts'
import type { Deadline } from '../deadlines.ts'
import type { Seat } from '../seat.ts'
import type { Bursar } from './bursar.ts'

type GiveUp = (error: StatorError) => void

interface Watched {
  readonly running: Map<Seat, GiveUp>
  due: Deadline | undefined
}

export class Watches {
  readonly #bursar: Bursar
  readonly #watched = new Map<Address, Watched>()

  constructor(bursar: Bursar) {
    this.#bursar = bursar
  }

  /** An attempt has begun in that budget. */
  add(budget: Address, seat: Seat, giveUp: GiveUp): void {
    for (const { address, context } of this.#bursar.above(budget)) {
      if (!('time' in context.limits)) continue
      const watched = this.#watched.get(address) ?? { running: new Map<Seat, GiveUp>(), due: undefined }
      this.#watched.set(address, watched)
      watched.running.set(seat, giveUp)
      seat.onEnd(() => this.#leave(address, watched, seat))
      this.#arm(address, context, watched)
    }
  }

  #leave(budget: Address, watched: Watched, seat: Seat): void {
    watched.running.delete(seat)
    if (watched.running.size > 0) return
    if (watched.due !== undefined) watched.due.met = true
    this.#watched.delete(budget)
  }

  /** Others may end before, and somebody may raise it: it is looked at again when it should be over. */
  #arm(budget: Address, context: BudgetContext | undefined, watched: Watched): void {
    if (watched.due !== undefined) watched.due.met = true
    const [seat] = watched.running.keys()
    if (seat === undefined || context === undefined) return
    const { limits, spent } = context
    const { time = 0 } = minus({ time: limits['time'] ?? 0 }, { time: spent['time'] ?? 0 })
    const left = time - this.#bursar.running(budget, seat.now())
    if (left > 0) {
      const again = (): void => this.#arm(budget, this.#bursar.contextOf(budget), watched)
      watched.due = seat.later(Math.max(1, Math.ceil(left / watched.running.size)), again)
      return
    }
    for (const [each, giveUp] of watched.running)
      giveUp(new StatorError('BUDGET_TIME_UP', { budget, task: each.effect.task }))
  }
}
