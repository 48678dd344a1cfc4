/** Budget: what is said of one that is exhausted, whoever says it. */
import type { Lack } from '../machines/budget.ts'
import type { Address } from '../messages/address.ts'
import type { Why } from './kind.ts'

/** What is lacking in which budget: the one that was asked, or one above it. */
export function exhausted(budget: Address, lack: Lack): Why {
  const { unit, limit, spent, reserved, asked } = lack
  return {
    code: 'BUDGET_EXHAUSTED',
    message: `${budget}: ${unit}: ${spent} of ${limit} spent, ${reserved} set aside, ${asked} asked for`,
    details: { budget, unit, limit, spent, reserved, asked },
  }
}
