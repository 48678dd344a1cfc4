/** Bugs in what happens when: timers that are set, kept and fired. */
import type { Mutant } from './mutant.ts'

export const TIMERS: readonly Mutant[] = [
  {
    name: 'timers count from the creation',
    words: 'A delay begins when its actor was created, and not when the timer is set.',
    file: 'src/runtime/delivery.ts',
    find: 'due: signal.at + command.delay,',
    replace: 'due: ((step.after.context as { createdAt?: number }).createdAt ?? signal.at) + command.delay,',
    invariant: 8,
  },
  {
    name: 'a timer that is set is not armed',
    words: 'Timers fire only after a restart.',
    file: 'src/runtime/delivery.ts',
    find: '        if (turn !== undefined) this.#parts.timers.add(cell, timer)\n',
    replace: '',
    invariant: 8,
  },
  {
    name: 'cancelled timers fire',
    words: 'The index of timers does not ask whether a timer is still wanted.',
    file: 'src/runtime/timers.ts',
    find: 'const isWanted = ({ cell, timer }: Entry): boolean => cell.timers?.get(timer.id) === timer',
    replace: 'const isWanted = (_: Entry): boolean => true',
    invariant: 8,
  },
  {
    name: 'timers fire early',
    words: 'A timer that is due within the next twenty milliseconds fires now.',
    file: 'src/runtime/timers.ts',
    find: 'top !== undefined && top.due <= now; top = this.#heap.peek()) {',
    replace: 'top !== undefined && top.due <= now + 20; top = this.#heap.peek()) {',
    invariant: 8,
  },
  {
    name: 'timers fire in the order in which they were set',
    words: 'Of several that are due, the one that was set first goes first.',
    file: 'src/runtime/heap.ts',
    find: 'const before = (a: Due, b: Due): boolean => a.due < b.due || (a.due === b.due && a.order < b.order)',
    replace: 'const before = (a: Due, b: Due): boolean => a.order < b.order',
    invariant: 8,
  },
  {
    name: 'timers are not armed at a start',
    words: 'What was to happen at a time does not happen when a restart came between.',
    file: 'src/runtime/recovery.ts',
    find: '    if (cell.held === null) for (const timer of cell.timers?.values() ?? []) timers.add(cell, timer)\n',
    replace: '    void timers\n',
    invariant: 8,
  },
  {
    name: 'retries do not wait',
    words: 'The interval before a retry is half of what the policy says.',
    file: 'src/machines/retry.ts',
    find: 'return Math.round(interval)\n',
    replace: 'return Math.round(interval / 2)\n',
    invariant: 8,
  },
]
