/** Bugs in the loop: what is taken, committed and let out, in which order, and who wakes it. */
import type { Mutant } from './mutant.ts'

export const LOOP: readonly Mutant[] = [
  {
    name: 'acknowledged before the commit',
    words: 'Clients are told that their message is accepted before it is written.',
    file: 'src/runtime/kernel.ts',
    find: 'if (!turn.isEmpty) journal.commit(batchOf(turn))',
    replace:
      'for (const { ack, signal } of turn.acks) ack.committed(signal)\n      if (!turn.isEmpty) journal.commit(batchOf(turn))',
    invariant: 1,
  },
  {
    name: 'released before the commit',
    words: 'Signals, effects and endings leave the hub before their turn is written.',
    file: 'src/runtime/kernel.ts',
    find: `      if (!turn.isEmpty) journal.commit(batchOf(turn))
    } catch (error) {
      this.stop(journalFailure(error), turn)
      return
    }
    this.#committed(turn)
    for (const { ack, signal } of turn.acks) ack.committed(signal)
    release(turn)
    this.#rest()`,
    replace: `      release(turn)
      if (!turn.isEmpty) journal.commit(batchOf(turn))
    } catch (error) {
      this.stop(journalFailure(error), turn)
      return
    }
    this.#committed(turn)
    for (const { ack, signal } of turn.acks) ack.committed(signal)
    this.#rest()`,
    invariant: 1,
  },
  {
    name: 'effects started before the commit',
    words: 'Handlers are started while their turn is still being put together.',
    file: 'src/runtime/kernel.ts',
    find: '      this.#run(turn)\n',
    replace:
      '      this.#run(turn)\n      release({ signals: [], endings: [], held: [], stops: [], starts: turn.starts.splice(0) })\n',
    invariant: 1,
  },
  {
    name: 'the idempotency key is not committed',
    words: 'A submission is recorded without its key, so that the same one comes again as another.',
    file: 'src/runtime/kernel.ts',
    find: `    if (envelope.key !== undefined && signal.refused === null)
      turn.keys.push({ ...envelope.key, seq: signal.seq })
`,
    replace: '',
    invariant: 2,
  },
  {
    name: 'time follows the clock of the machine',
    words: 'Signals carry the time of a clock that may be set back.',
    file: 'src/runtime/kernel.ts',
    find: 'this.#at = Math.max(this.#at, clock.now())',
    replace: 'this.#at = clock.now()',
    invariant: 5,
  },
  {
    name: 'the tail moves past actors that have no checkpoint',
    words: 'Recovery begins to read behind records that no checkpoint covers.',
    file: 'src/runtime/kernel.ts',
    find: 'turn.checkpointedTo = (population.oldestDirty() ?? this.#seq + 1) - 1',
    replace: 'turn.checkpointedTo = this.#seq',
    invariant: 3,
  },
  {
    name: 'the tail moves past actors whose definition is missing',
    words: 'A run whose workflow is not registered loses the records that it needs to come back.',
    file: 'src/runtime/kernel.ts',
    find: 'turn.tailAfter = Math.min(turn.checkpointedTo, population.strandedSince - 1)',
    replace: 'turn.tailAfter = turn.checkpointedTo',
    invariant: 15,
  },
  {
    name: 'an idle hub arms no timer',
    words: 'Nothing wakes the hub for the next timer that is due.',
    file: 'src/runtime/kernel.ts',
    find: '    this.timers.arm(this.#parts.deciders.wakeAt)\n',
    replace: '',
    invariant: 8,
  },
  {
    name: 'a wake-up during a turn is lost',
    words: 'Who asks for a turn while one is taken is taken to have asked for that one.',
    file: 'src/runtime/kernel.ts',
    find: '      this.#scheduled = false\n      this.turn()\n',
    replace: '      this.turn()\n      this.#scheduled = false\n',
    invariant: 9,
  },
  {
    name: 'those in the inbox are not told of a failed journal',
    words: 'When a commit fails only who was in that turn hears of it.',
    file: 'src/runtime/kernel.ts',
    find: `    for (const envelope of this.#inbox)
      if (envelope.ack !== undefined && !told.has(envelope.ack)) envelope.ack.failed(error)
`,
    replace: '',
    invariant: 9,
  },
  {
    name: 'a graceful close is remembered for ever',
    words: 'The mark of a graceful close is not taken away by what happens after it.',
    file: 'src/runtime/kernel.ts',
    find: "turn.clean = this.#clean &&= this.#inbox.some(({ type }) => type === 'task.interrupted')",
    replace: 'turn.clean = this.#clean',
    invariant: 2,
  },
  {
    name: 'the newest input goes first',
    words: 'The inbox is a stack.',
    file: 'src/runtime/kernel.ts',
    find: '    this.#inbox.push(envelope)\n',
    replace: '    this.#inbox.unshift(envelope)\n',
    invariant: 5,
  },
  {
    name: 'checksums are not chained by the hub',
    words: 'Each record is summed as if it were the first.',
    file: 'src/runtime/kernel.ts',
    find: '    this.#sum = record.sum\n',
    replace: '',
    invariant: 2,
  },
  {
    name: 'urgent messages overtake others',
    words: 'An input of high priority goes to the head of the inbox, also before others like it.',
    file: 'src/runtime/kernel.ts',
    find: '    this.#inbox.push(envelope)\n    this.wake()\n',
    replace:
      "    if (envelope.priority === 'high') this.#inbox.unshift(envelope)\n    else this.#inbox.push(envelope)\n    this.wake()\n",
    invariant: 5,
  },
]
