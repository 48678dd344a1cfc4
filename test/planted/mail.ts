/** Bugs in mail: what is said once, by whom, on which way; whose answer is waited for, and who goes on with what is handed on. */
import type { Mutant } from './mutant.ts'

export const MAIL: readonly Mutant[] = [
  {
    name: 'what is said is said again by the next attempt',
    words: 'A retry, or a crash, sends each message once more.',
    file: 'src/runtime/mail/calls.ts',
    find: 'const key = seat.keyOf(raw)',
    replace: 'const key = `${seat.keyOf(raw)}/${seat.effect.turn}`',
    invariant: 6,
  },
  {
    name: 'nobody calls a question off',
    words: 'Who asked has ended, and what it asked for is worked at all the same.',
    file: 'src/runtime/mail/questions.ts',
    find: 'this.#callOff(address)\n    const asker',
    replace: 'const asker',
    invariant: 9,
  },
  {
    name: 'circles of questions are not seen',
    words: 'Agents that wait for each other wait until their time is over.',
    file: 'src/runtime/mail/deadlock.ts',
    find: 'if (task === this.#asker) return way',
    replace: "if (task === this.#asker && task === ('' as Address)) return way",
    invariant: 4,
  },
  {
    name: 'a way begins anew with each message',
    words: 'Of the agents along a conversation only the last is remembered.',
    file: 'src/runtime/mail/sender.ts',
    find: 'path: [...(spec.mail?.path ?? []), agent]',
    replace: 'path: [agent]',
    invariant: 7,
  },
  {
    name: 'an answer is no deeper than what it answers',
    words: 'Messages between agents are not counted along a conversation.',
    file: 'src/runtime/mail/sender.ts',
    find: 'depth: depth + 1',
    replace: 'depth: Math.max(1, depth)',
    invariant: 7,
  },
]
