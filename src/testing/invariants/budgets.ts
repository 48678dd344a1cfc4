/**
 * Budgets: what is spent and set aside adds up, of each budget and of all below it; nothing is set aside that there is not; what an
 * attempt leaves behind is settled once it is over, in full, with the time that it ran. Part of invariant 7. It adds up by itself, from
 * records, in millionths.
 */
import type { Address } from '../../messages/address.ts'
import type { Amounts, BudgetOpen, BudgetReserve } from '../../messages/budget.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Books } from './books.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

const MILLION = 1_000_000

interface Account {
  readonly limits: Map<string, number>
  readonly spent: Map<string, number>
  readonly holds: Map<string, BudgetReserve>
  readonly parent: Address | undefined
  /** What those below have told of what they spent. */
  readonly below: Map<Address, Map<string, number>>
}

const accounts = new WeakMap<Shadow, Map<Address, Account>>()

export function budgetFaults({ signal }: Move, shadow: Shadow): string | undefined {
  const { to, refused, type, data, from } = signal
  if (!to.startsWith('budget/') || refused !== null) return undefined
  const all = accounts.get(shadow) ?? new Map<Address, Account>()
  accounts.set(shadow, all)
  if (type === 'budget.open') {
    const { limits, parent } = data as unknown as BudgetOpen
    all.set(to, { limits: sumOf(limits), spent: new Map(), holds: new Map(), parent, below: new Map() })
    return undefined
  }
  const account = all.get(to)
  // It was opened before the simulation began.
  if (account === undefined) return undefined
  const { amounts = {} } = data as { readonly amounts?: Amounts }
  if (type === 'budget.reserve') return reserveFault(all, account, signal, shadow.books)
  if (type === 'budget.settle' || type === 'budget.release') {
    const wrong = settleFault(account, signal, shadow.books)
    if (wrong !== undefined) return wrong
    account.holds.delete((data as { readonly key: string }).key)
  }
  if (type === 'budget.raise') add(account.limits, (data as { readonly limits: Amounts }).limits, true)
  else if (type !== 'budget.release' && type !== 'budget.close') {
    if (type === 'budget.charge' && signal.causationId === 0) {
      const lack = lackOf(account, amounts)
      if (lack !== undefined) return lack
    }
    add(account.spent, amounts)
    if (from.startsWith('budget/')) {
      const told = account.below.get(from) ?? new Map<string, number>()
      account.below.set(from, add(told, amounts))
    }
  }
  const isUsedUp = [...account.limits].some(
    ([unit, limit]) => unit !== 'messages' && (account.spent.get(unit) ?? 0) >= limit,
  )
  const must = type === 'budget.close' ? 'closed' : isUsedUp ? 'exhausted' : 'open'
  return signal.toState === must ? undefined : `it is ${signal.toState}, and must be ${must}`
}

function reserveFault(
  all: ReadonlyMap<Address, Account>,
  account: Account,
  signal: Signal,
  books: Books,
): string | undefined {
  const reserve = signal.data as unknown as BudgetReserve
  const { key, amounts, task, turn } = reserve
  if (account.holds.has(key)) return `${key} is set aside twice`
  if (signal.causationId === 0) {
    for (let at: Account | undefined = account; at !== undefined; at = all.get(at.parent ?? signal.to)) {
      const lack = lackOf(at, amounts)
      if (lack !== undefined) return lack
      if (at.parent === undefined) break
    }
    const work = task === undefined ? undefined : books.works.get(task)
    if (task !== undefined && (work?.state !== 'running' || work.turn !== turn))
      return `set aside for attempt ${turn} of ${task}, which is over`
  }
  account.holds.set(key, reserve)
  return undefined
}

function settleFault(account: Account, signal: Signal, books: Books): string | undefined {
  const { key, amounts = {} } = signal.data as { readonly key: string; readonly amounts?: Amounts }
  const hold = account.holds.get(key)
  if (hold === undefined) return `${key} is settled, and nothing is set aside for it`
  const { task, turn } = hold
  if (signal.from !== 'system/budgets' || task === undefined) return undefined
  const work = books.works.get(task)
  if (work?.state === 'running' && work.turn === turn)
    return `settled for attempt ${turn} of ${task}, which runs`
  const { time, ...others } = amounts
  if (!isSame(sumOf(others), sumOf(hold.amounts))) return `${key} is not settled as it was set aside`
  if (hold.attempt !== true) return time === undefined ? undefined : `${key} is charged with time`
  const attempt = books.attempts.get(`${task} ${turn}`)
  if (attempt === undefined) return undefined
  const { startedAt, overAt = signal.at, lastAt, waited } = attempt
  // Of one whose process has ended nobody knows how long it had waited for others: it ran as long as it was seen to.
  const most = Math.max(0, (lastAt ?? overAt - waited) - startedAt)
  const least = lastAt === undefined && attempt.over !== undefined ? most : 0
  return time !== undefined && time >= least && time <= most
    ? undefined
    : `attempt ${turn} of ${task} ran for ${least} to ${most} ms, and is charged ${time}`
}

/** With nothing left to happen, what was told above is what was spent below, and nothing is held for those that are over. */
export function budgetsLeft(shadow: Shadow): string | undefined {
  const all = accounts.get(shadow) ?? new Map<Address, Account>()
  for (const [budget, { spent, parent, holds }] of all) {
    if (shadow.isHeld(budget)) continue
    for (const { task, turn } of holds.values()) {
      const work = task === undefined ? undefined : shadow.books.works.get(task)
      if (task !== undefined && (work?.state !== 'running' || work.turn !== turn))
        return `${budget} holds something for attempt ${turn} of ${task}, which is over`
    }
    const above = parent === undefined ? undefined : all.get(parent)
    if (above !== undefined && parent !== undefined && !shadow.isHeld(parent) && shadow.actors.has(parent)) {
      const told = above.below.get(budget) ?? new Map<string, number>()
      if (!isSame(told, spent)) return `${parent} was not told all that was spent in ${budget}`
    }
  }
  return undefined
}

function lackOf({ limits, spent, holds }: Account, asked: Amounts): string | undefined {
  for (const [unit, amount] of sumOf(asked)) {
    const limit = limits.get(unit)
    if (limit === undefined) continue
    let used = spent.get(unit) ?? 0
    for (const { amounts } of holds.values()) used += Math.round((amounts[unit] ?? 0) * MILLION)
    if (amount > 0 && used + amount > limit)
      return `${unit}: ${used} and ${amount} more are over the limit of ${limit}, in millionths`
  }
  return undefined
}

const sumOf = (amounts: Amounts): Map<string, number> => add(new Map<string, number>(), amounts)

function add(sum: Map<string, number>, amounts: Amounts, anew = false): Map<string, number> {
  for (const [unit, amount] of Object.entries(amounts))
    sum.set(unit, (anew ? 0 : (sum.get(unit) ?? 0)) + Math.round(amount * MILLION))
  return sum
}

function isSame(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): boolean {
  return [...new Set([...one.keys(), ...other.keys()])].every(
    unit => (one.get(unit) ?? 0) === (other.get(unit) ?? 0),
  )
}
