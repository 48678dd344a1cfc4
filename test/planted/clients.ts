/** Bugs in how clients are let in, answered and told of ends. */
import type { Mutant } from './mutant.ts'

export const CLIENTS: readonly Mutant[] = [
  {
    name: 'room at the door is not announced',
    words: 'Who waits for a full inbox is not told that there is room again.',
    file: 'src/runtime/release.ts',
    find: '  door.letIn()\n',
    replace: '  void door\n',
    invariant: 9,
  },
  {
    name: 'the inbox takes one more',
    words: 'The bound of the inbox is passed by one.',
    file: 'src/runtime/door.ts',
    find: 'while (this.#parts.kernel.inboxLength >= this.#parts.limits.inbox) {',
    replace: 'while (this.#parts.kernel.inboxLength > this.#parts.limits.inbox) {',
    invariant: 10,
  },
  {
    name: 'a refusal is acknowledged',
    words: 'Who sent what was refused is told that it was accepted.',
    file: 'src/runtime/door.ts',
    find: 'reject(refusalOf(signal))',
    replace: 'resolve(made(signal))',
    invariant: 1,
  },
  {
    name: 'keys of the past are not looked at',
    words: 'A submission that comes again after a start is taken for a new one.',
    file: 'src/runtime/once.ts',
    find: ' ?? this.#journal.key(sender, key)',
    replace: '',
    invariant: 6,
  },
  {
    name: 'other work under the same key is taken for the same',
    words: 'A key that was used with another input gives the first outcome.',
    file: 'src/runtime/once.ts',
    find: '      if (known.hash !== hash) ',
    replace: "      if (known.hash !== hash && known.hash === '') ",
    invariant: 6,
  },
  {
    name: 'one of those who wait is told',
    words: 'Where several wait for the same end only the first hears of it.',
    file: 'src/runtime/endings.ts',
    find: '    for (const waiter of waiters) waiter.resolve(ending)\n',
    replace: '    waiters[0]?.resolve(ending)\n',
    invariant: 9,
  },
  {
    name: 'who waits is not told of a failed journal',
    words: 'When the journal fails those who wait for an end wait on.',
    file: 'src/runtime/lifetime.ts',
    find: '    endings.fail(undefined, error)\n',
    replace: '    void endings\n',
    invariant: 9,
  },
]
