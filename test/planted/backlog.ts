/** Bugs in what is committed and not delivered: the rest of cascades, mail, what is let go again. */
import type { Mutant } from './mutant.ts'

export const BACKLOG: readonly Mutant[] = [
  {
    name: 'a delivered message stays pending',
    words:
      'A message that was committed as pending keeps its row when it is delivered, and comes again at the next start.',
    file: 'src/runtime/kernel.ts',
    find: '    if (envelope.pendingId > 0) turn.delivered.push(envelope.pendingId)\n    if (envelope.key',
    replace: '    if (envelope.key',
    invariant: 7,
  },
  {
    name: 'the rest of a cascade is dropped',
    words: 'What does not fit in a turn is not kept for the next one.',
    file: 'src/runtime/kernel.ts',
    find: '    this.#backlog.keepRest(turn)\n    // Half',
    replace: '    // Half',
    invariant: 7,
  },
  {
    name: 'the backlog does not count as work',
    words: 'The hub goes to rest while the rest of a cascade waits for its next turn.',
    file: 'src/runtime/kernel.ts',
    find: 'this.#inbox.length === 0 && this.#backlog.isEmpty && !',
    replace: 'this.#inbox.length === 0 && !',
    invariant: 9,
  },
  {
    name: 'mail of held actors is dropped',
    words: 'What arrives for an actor that does not move is not kept for it.',
    file: 'src/runtime/holding.ts',
    find: "  if (envelope.type !== 'task.start') backlog.keepMail(envelope, turn)\n  else {",
    replace: "  if (envelope.type === 'task.start') {",
    invariant: 7,
  },
  {
    name: 'ids of pending messages begin anew',
    words: 'After a start the rows of new pending messages overwrite those of old ones.',
    file: 'src/runtime/backlog.ts',
    find: '      this.#lastId = Math.max(this.#lastId, id)\n',
    replace: '      this.#lastId = id - 1\n',
    invariant: 7,
  },
  {
    name: 'pending messages are not loaded',
    words: 'A start forgets what was committed and not delivered.',
    file: 'src/runtime/kernel.ts',
    find: '    this.#backlog.load(from.pending)\n',
    replace: '',
    invariant: 6,
  },
  {
    name: 'a release forgets what was held up',
    words: 'An actor that is let go does not get again what it stumbled over.',
    file: 'src/runtime/holding.ts',
    find: '    turn.queue.push(againInput(again, find(again.causationId)))\n',
    replace: '    void againInput(again, find(again.causationId))\n',
    invariant: 9,
  },
  {
    name: 'a release delivers one message of several',
    words: 'Of all that an actor sent along too long a chain only the first goes on when it is let go.',
    file: 'src/runtime/holding.ts',
    find: '  for (const late of overrun) turn.queue.push(againInput(late, find(late.causationId)))\n',
    replace: '  void overrun\n',
    invariant: 9,
  },
]
