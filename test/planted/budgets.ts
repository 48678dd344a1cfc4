/** Bugs in budgets and in the ledger of effects: what is given, what is counted, and what is left behind. */
import type { Mutant } from './mutant.ts'

export const BUDGETS: readonly Mutant[] = [
  {
    name: 'what is set aside is given twice',
    words: 'What is left is what was not spent, whatever is set aside.',
    file: 'src/machines/budget.ts',
    find: 'const used = plus({ [unit]: spent[unit] ?? 0 }, { [unit]: reserved[unit] ?? 0 })',
    replace: 'const used = { [unit]: spent[unit] ?? 0 }',
    invariant: 7,
  },
  {
    name: 'nobody above is asked',
    words: 'A budget gives what it has, and does not ask the one above it.',
    file: 'src/runtime/budget/bursar.ts',
    find: '      if (lack !== undefined) return exhausted(address, lack)',
    replace: '      if (lack !== undefined && address === signal.to) return exhausted(address, lack)',
    invariant: 7,
  },
  {
    name: 'what an attempt leaves behind is free again',
    words: 'What an attempt had set aside when it ended counts as not used.',
    file: 'src/runtime/budget/bursar.ts',
    find: 'amounts: { ...amounts, ...time } })',
    replace: 'amounts: { ...time } })',
    invariant: 7,
  },
  {
    name: 'who died holds on',
    words: 'What attempts had set aside when the process died is never settled.',
    file: 'src/runtime/budget/bursar.ts',
    find: '    this.#end(holder, this.#waited.has(nameOf(holder)) ? at : this.#lastSeen(holder))',
    replace: '    if (this.#waited.has(nameOf(holder))) this.#end(holder, at)',
    invariant: 7,
  },
  {
    name: 'spent below, and not told above',
    words:
      'What is settled in a budget is not told to the one above it, which only knows that it was set aside.',
    file: 'src/machines/budget.ts',
    find: 'if (to !== undefined && !OWN.has(event.type))',
    replace: "if (to !== undefined && !OWN.has(event.type) && event.type !== 'budget.spend')",
    invariant: 7,
  },
  {
    name: 'announced while it runs',
    words: 'A sub-step begins before it stands in the journal that it does.',
    file: 'src/runtime/ledger/doubts.ts',
    find: "  await parts.report(seat.effect, 'task.intended',",
    replace: "  void parts.report(seat.effect, 'task.intended',",
    invariant: 6,
  },
]
