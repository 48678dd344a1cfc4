/** Bugs in locks: tokens, leases, lines, circles, and what becomes of the locks of attempts that have ended. */
import type { Mutant } from './mutant.ts'

export const LOCKS: readonly Mutant[] = [
  {
    name: 'a token twice',
    words: 'Whoever gets a lock from the line has the token of the one before.',
    file: 'src/machines/lock-context.ts',
    find: 'token: context.token + 1,',
    replace: 'token: context.holder === null ? context.token + 1 : context.token,',
    invariant: 13,
  },
  {
    name: 'the last in line is next',
    words: 'Who came last to wait for a lock has it first.',
    file: 'src/machines/lock-context.ts',
    find: 'const [first] = context.line\n',
    replace: 'const first = context.line.at(-1)\n',
    invariant: 13,
  },
  {
    name: 'leases do not begin anew',
    words: 'A renewal is taken, and the lease ends when it would have.',
    file: 'src/machines/lock.ts',
    find: "enqueue.raise({ type: 'lock.expired' } as never, { id: LEASE, delay: holder.lease })",
    replace: 'enqueue.assign({ grants: holder.lease * 0 + 1 })',
    invariant: 13,
  },
  {
    name: 'no lease for the next',
    words: 'Whoever gets a lock from the line has it without an end.',
    file: 'src/machines/lock.ts',
    find: 'if (next.holder === null) enqueue.cancel(LEASE)\n      else enqueue.raise(',
    replace: 'enqueue.cancel(LEASE)\n      if (next.token < 0) enqueue.raise(',
    invariant: 13,
  },
  {
    name: 'what an attempt holds outlives it',
    words: 'A lock is not taken from an attempt that has ended.',
    file: 'src/runtime/lock/lock-keeper.ts',
    find: 'for (const lock of [...owned.has, ...owned.wants]) this.#words',
    replace: 'for (const lock of owned.wants) this.#words',
    invariant: 13,
  },
  {
    name: 'who has ended still waits',
    words: 'An attempt that has ended keeps its place in a line.',
    file: 'src/runtime/lock/lock-keeper.ts',
    find: 'for (const lock of [...owned.has, ...owned.wants]) this.#words',
    replace: 'for (const lock of owned.has) this.#words',
    invariant: 13,
  },
  {
    name: 'circles of two alone are seen',
    words: 'Whoever would wait in a circle is refused only where the two have what the other wants.',
    file: 'src/runtime/lock/standings.ts',
    find: 'for (const wanted of this.owned(link)?.wants ?? [])',
    replace: 'for (const wanted of link.from === undefined ? (this.owned(link)?.wants ?? []) : [])',
    invariant: 13,
  },
]
