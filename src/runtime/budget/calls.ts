/** Calls: the budget as the handler of one attempt has it, and what must be set aside before that begins. */
import type { AttemptBudget, BudgetCalls, Meter, Reservation } from '../../actors/budget-calls.ts'
import { StatorError } from '../../errors.ts'
import { plus } from '../../machines/amounts.ts'
import { idOf, type Address } from '../../messages/address.ts'
import type { Amounts } from '../../messages/budget.ts'
import type { Seat } from '../seat.ts'
import { amountsOf, final, type Accounts } from './accounts.ts'
import type { Bursar } from './bursar.ts'
import type { Watches } from './watches.ts'

const MAX_KEY = 200

/** What is held for an attempt is named by it, and by how many it had asked for before. */
const keyOf = ({ effect: { task, turn } }: Seat, what: string | number): string => `${task} ${turn} ${what}`

export function budgetCalls(accounts: Accounts, seat: Seat): BudgetCalls {
  const budget = accounts.budgetOf(seat)
  const wanted = seat.effect.spec.budget
  let asked = 0
  const reserve = (amounts: Amounts): Promise<Reservation> =>
    quiet(async () => {
      seat.requireCurrent()
      const checked = amountsOf(amounts)
      const key = keyOf(seat, ++asked)
      if (budget !== undefined) await accounts.reserve(seat, budget, key, checked)
      return reservation(accounts, seat, budget, key, checked)
    })
  const own: AttemptBudget = {
    id: budget === undefined ? null : idOf(budget),
    declared:
      wanted === undefined ? null : reservation(accounts, seat, budget, keyOf(seat, 'declared'), wanted),
    reserve,
    spend: (amounts, { key } = {}) =>
      quiet(async () => {
        seat.requireCurrent()
        if (key !== undefined && (typeof key !== 'string' || key.length < 1 || key.length > MAX_KEY))
          throw new StatorError('INPUT_INVALID', { key, expected: `1 to ${MAX_KEY} characters` })
        await accounts.spend(seat, amountsOf(amounts), key)
      }),
    use: (amounts, fn) =>
      quiet(async () => {
        const held = await reserve(amounts)
        const { meter, used } = metered()
        try {
          return await fn(meter)
        } finally {
          // Of one that is over the hub settles it.
          await held.settle(used() ?? held.amounts).catch(staleOnly)
        }
      }),
    left: () => (budget === undefined ? {} : accounts.left(budget)),
  }
  return { budget: Object.freeze(own) }
}

export interface AdmissionParts {
  readonly accounts: Accounts
  readonly bursar: Bursar
  readonly watches: Watches
}

/**
 * What a budget must have before a handler begins: room at all, and what the task asks for. Undefined where no budget covers it.
 * `giveUp` is called when its time is used up while it runs.
 * @throws StatorError (rejects) BUDGET_EXHAUSTED, which no other attempt would change
 */
export function admission(
  { accounts, bursar, watches }: AdmissionParts,
  seat: Seat,
  giveUp: (error: StatorError) => void,
): Promise<void> | undefined {
  const budget = accounts.budgetOf(seat)
  if (budget === undefined) return undefined
  const { task, turn, spec } = seat.effect
  bursar.waits(task, turn, () => seat.waited)
  const enter = async (): Promise<void> => {
    const held = [accounts.reserve(seat, budget, keyOf(seat, 'attempt'), {}, true)]
    if (spec.budget !== undefined)
      held.push(accounts.reserve(seat, budget, keyOf(seat, 'declared'), spec.budget))
    try {
      await Promise.all(held)
    } catch (error) {
      bursar.waitsNot(task, turn)
      throw error
    }
    if (!seat.signal.aborted) watches.add(budget, seat, error => giveUp(final(error)))
  }
  return enter()
}

function reservation(
  accounts: Accounts,
  seat: Seat,
  budget: Address | undefined,
  key: string,
  amounts: Amounts,
): Reservation {
  let said: Promise<void> | undefined
  const once = (say: (budget: Address) => Promise<void>): Promise<void> =>
    quiet(async () => {
      seat.requireCurrent()
      said ??= budget === undefined ? Promise.resolve() : say(budget)
      await said
    })
  return Object.freeze({
    amounts,
    settle: (used: Amounts) => {
      const checked = checkedOr(used)
      return checked instanceof Error
        ? quiet(() => Promise.reject(checked))
        : once(at => accounts.settle(seat, at, key, checked))
    },
    release: () => once(at => accounts.release(seat, at, key)),
  })
}

function checkedOr(amounts: Amounts): Amounts | Error {
  try {
    return amountsOf(amounts)
  } catch (error) {
    return error as Error
  }
}

/** Undefined as long as it was told nothing. */
function metered(): { meter: Meter; used: () => Amounts | undefined } {
  let sum: Amounts | undefined
  return {
    meter: { add: amounts => void (sum = plus(sum ?? {}, amountsOf(amounts))) },
    used: () => sum,
  }
}

function staleOnly(error: unknown): void {
  if (!(error instanceof StatorError) || error.code !== 'STALE_ATTEMPT') throw error
}

/** A handler that ended without waiting for it must not end the process by its rejection. */
function quiet<T>(call: () => Promise<T>): Promise<T> {
  const result = call()
  result.catch(() => {})
  return result
}
