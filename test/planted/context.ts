/** Bugs in shared values: versions, tokens, whose they are, and what another attempt does again. */
import type { Mutant } from './mutant.ts'

export const CONTEXT: readonly Mutant[] = [
  {
    name: 'a version is written over that nobody has seen',
    words: 'A value takes every write, whatever version its writer has read.',
    file: 'src/machines/context.ts',
    find: '(expect === undefined || expect === expected(context))',
    replace: '(expect === undefined || expect >= 0)',
    invariant: 4,
  },
  {
    name: 'versions begin anew after a deletion',
    words: 'What is written after a deletion is version 1 again.',
    file: 'src/machines/context.ts',
    find: 'version: context.version + 1,',
    replace: 'version: context.isThere ? context.version + 1 : 1,',
    invariant: 4,
  },
  {
    name: 'a lock that is over still writes',
    words: 'A value does not look at the token under which it is written.',
    file: 'src/machines/context.ts',
    find: 'fence !== undefined && fence < context.fence',
    replace: 'fence !== undefined && fence < 0',
    invariant: 4,
  },
  {
    name: 'each attempt updates once more',
    words: 'The key of a write is not that of the task, but of the attempt.',
    file: 'src/runtime/context/writer.ts',
    find: 'given === undefined ? seat.keyOf(raw)',
    replace: 'given === undefined ? seat.keyOf([raw, turn])',
    invariant: 6,
  },
  {
    name: 'an update knows nothing of the version that it read',
    words: 'An update writes over whatever is there when it comes.',
    file: 'src/runtime/context/values.ts',
    find: 'return await write({ value, expect: entry?.version ?? 0 })',
    replace: 'return await write({ value })',
    invariant: 6,
  },
  {
    name: 'values outlive their run',
    words: 'Nobody tells the values of a run or task that it has ended.',
    file: 'src/runtime/context/keeper.ts',
    find: 'else for (const value of this.#owned.get(address) ?? []) this.#over.push(value)',
    replace: 'else for (const value of this.#owned.get(address) ?? []) this.#population.lives(value)',
    invariant: 4,
  },
  {
    name: 'an attempt that is over writes all the same',
    words: 'The hub does not ask whether the attempt that writes is still under way.',
    file: 'src/runtime/context/keeper.ts',
    find: 'if (task !== undefined && !this.#runs(task, turn))',
    replace: 'if (task !== undefined && turn === undefined)',
    invariant: 4,
  },
  {
    name: 'a watcher sees what was there twice',
    words: 'Whoever begins to watch while a turn is told gets its version once more.',
    file: 'src/runtime/context/reading.ts',
    find: 'if (version === undefined || version.version <= seen) return',
    replace: 'if (version === undefined || version.version < seen) return',
    invariant: 14,
  },
]
