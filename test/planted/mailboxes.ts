/** Bugs in what stands between agents and their mail: bounds, dead letters, and the guards that end a storm. */
import type { Mutant } from './mutant.ts'

export const MAILBOXES: readonly Mutant[] = [
  {
    name: 'a mailbox holds one more',
    words: 'A mailbox takes one message more than it may.',
    file: 'src/runtime/mailbox/boxes.ts',
    find: "box.overflow === 'drop-oldest' || waiting < box.limit",
    replace: "box.overflow === 'drop-oldest' || waiting <= box.limit",
    invariant: 4,
  },
  {
    name: 'nobody gives way in a mailbox',
    words: 'A mailbox that drops its oldest message drops none.',
    file: 'src/runtime/mailbox/boxes.ts',
    find: "if (box?.overflow !== 'drop-oldest' || waiting.size <= box.limit) return undefined",
    replace: "if (box?.overflow !== 'drop-oldest' || waiting.size <= box.limit + 1) return undefined",
    invariant: 10,
  },
  {
    name: 'what finds no room is lost',
    words: 'A message that is to be buried is delivered instead, over the bound.',
    file: 'src/runtime/mailbox/postmaster.ts',
    find: 'return verdict === undefined ? undefined : undelivered(verdict.reason, verdict.why)',
    replace: "return verdict?.reason !== 'guard' ? undefined : undelivered(verdict.reason, verdict.why)",
    invariant: 10,
  },
  {
    name: 'what waits of a stopped conversation is handled',
    words: 'A conversation that is stopped goes on with what was said before.',
    file: 'src/runtime/mailbox/postmaster.ts',
    find: 'for (const letter of this.letters.of(cell.address)) this.#look(letter)',
    replace: 'void this.letters',
    invariant: 10,
  },
  {
    name: 'circles are not seen',
    words: 'Agents may answer each other for ever.',
    file: 'src/runtime/conversation/guards.ts',
    find: 'if (visits >= limits.revisits * times)',
    replace: 'if (visits > limits.revisits * times)',
    invariant: 4,
  },
  {
    name: 'conversations are not told what was said',
    words: 'A crash forgets what of a conversation was used up.',
    file: 'src/runtime/mailbox/postmaster.ts',
    find: 'return this.#tracks.takeUntold(at)',
    replace: 'return this.#tracks.takeUntold(at).slice(0, 0)',
    invariant: 10,
  },
]
