/** Bugs in how signals reach those who read and watch. */
import type { Mutant } from './mutant.ts'

export const STREAMS: readonly Mutant[] = [
  {
    name: 'a reader begins one too early',
    words: 'A reader that goes on from a cursor gets the last signal again.',
    file: 'src/runtime/signal-stream.ts',
    find: 'let after = filter.after ?? 0\n    while',
    replace: 'let after = (filter.after ?? 0) - 1\n    while',
    invariant: 14,
  },
  {
    name: 'a gap where memory begins',
    words: 'Where reading goes over from the journal to memory one signal is left out.',
    file: 'src/runtime/signal-stream.ts',
    find: 'for (let i = after - oldest.seq + 1;',
    replace: 'for (let i = Math.max(1, after - oldest.seq + 1);',
    invariant: 14,
  },
  {
    name: 'readers are not woken',
    words: 'Who has read everything does not hear of what comes then.',
    file: 'src/runtime/signal-stream.ts',
    find: '    this.#wakeAll()\n  }\n\n  /** What was erased',
    replace: '  }\n\n  /** What was erased',
    invariant: 14,
  },
  {
    name: 'only the first of a turn counts as released',
    words: 'The position that may be seen is that of the first signal of a turn.',
    file: 'src/runtime/signal-stream.ts',
    find: '    this.#released = last.seq\n',
    replace: '    this.#released = (signals[0] ?? last).seq\n',
    invariant: 14,
  },
  {
    name: 'subscribers see half of a long turn',
    words: 'A live stream leaves out what comes after the first signals of a turn.',
    file: 'src/runtime/signal-stream.ts',
    find: 'for (const signal of signals) for (const subscriber of this.#subscribers) subscriber.next(signal)',
    replace:
      'for (const signal of signals.slice(0, 3)) for (const subscriber of this.#subscribers) subscriber.next(signal)',
    invariant: 14,
  },
  {
    name: 'memory is cut in the wrong place',
    words: 'When memory is full the oldest signals stay and the latest go.',
    file: 'src/runtime/signal-stream.ts',
    find: 'this.#ring = this.#ring.slice(-this.#keep)\n    }',
    replace: 'this.#ring = this.#ring.slice(0, this.#keep)\n    }',
    invariant: 14,
  },
]
