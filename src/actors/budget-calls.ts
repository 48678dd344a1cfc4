/** Budget calls: what a handler may still use up, and what it used. The interface only. */

export interface BudgetCalls {}
