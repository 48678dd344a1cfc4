/** Budget objections: what a budget that is asked cannot know: that the attempt is over, or that one above it has too little. From records. */
import { hindrance, type BudgetContext, type BudgetEvent } from '../../machines/budget.ts'
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Books } from './books.ts'
import type { Standing } from './macrostep.ts'

/** How actors stand, by what was recorded of them. */
export type Actors = ReadonlyMap<Address, { readonly standing: Standing }>

/** The code with which it must have been refused; undefined where nobody may object. */
export function budgetObjection(signal: Signal, books: Books, actors: Actors): string | undefined {
  if (signal.type !== 'budget.reserve' && signal.type !== 'budget.charge') return undefined
  const { task, turn } = signal.data as { readonly task?: Address; readonly turn?: number }
  const work = task === undefined ? undefined : books.works.get(task)
  if (task !== undefined && (work?.state !== 'running' || work.turn !== turn)) return 'STALE_ATTEMPT'
  for (let at: Address | undefined = signal.to; at !== undefined;) {
    const context = actors.get(at)?.standing.context as BudgetContext | undefined
    if (context === undefined) return undefined
    if (hindrance(context, signal as unknown as BudgetEvent) !== undefined) return 'BUDGET_EXHAUSTED'
    at = context.spec?.parent
  }
  return undefined
}
