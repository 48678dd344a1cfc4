/** Bugs in who waits for whom, in what they are told, and in groups. */
import type { Mutant } from './mutant.ts'

export const DEPENDENCIES: readonly Mutant[] = [
  {
    name: 'nobody hears of what ends',
    words: 'What a task depends on ends, and the task is not told.',
    file: 'src/runtime/dependencies.ts',
    find: '    this.#tell(address, signal)\n',
    replace: '',
    invariant: 9,
  },
  {
    name: 'what ended before is not looked up',
    words:
      'A task that comes to wait for something that has ended already, or is found waiting for it at a start, hears nothing.',
    file: 'src/runtime/dependencies.ts',
    find: '    if (ending !== undefined) this.#tell(on, ending)\n',
    replace: '',
    invariant: 9,
  },
  {
    name: 'circles are closed',
    words: 'A task may wait for itself by way of others.',
    file: 'src/runtime/delivery.ts',
    find: 'envelope.causationId === 0 ? this.#parts.deciders.objection(signal) : undefined',
    replace: 'undefined',
    invariant: 4,
  },
  {
    name: 'only the nearest reason',
    words: 'A blocked task is told what stood in its way, and not what stood in the way of that.',
    file: 'src/runtime/dependencies.ts',
    find: 'const reasons = [own, ...(error?.reasons ?? [])]',
    replace: 'const reasons = [own]',
    invariant: 4,
  },
  {
    name: 'a failure stands in nobody’s way',
    words: 'A task that depends on what failed goes on as if that had completed.',
    file: 'src/machines/task.ts',
    find: "          { guard: 'hinders', target: 'blocked', actions: 'block' },\n",
    replace: '',
    invariant: 4,
  },
  {
    name: 'the last dependency does not matter',
    words: 'A task is ready when all but one that it depends on are done.',
    file: 'src/machines/task.ts',
    find: 'frees: ({ context, event }: Args) => context.waitsFor.length > 0 && waiting(context, event).length === 0,',
    replace:
      'frees: ({ context, event }: Args) => context.waitsFor.length > 0 && waiting(context, event).length <= 1,',
    invariant: 4,
  },
  {
    name: 'a group ends before its last task',
    words: 'A group counts itself as over while one of its tasks lives.',
    file: 'src/machines/group.ts',
    find: 'isOver: ({ context }: Args) => context.sealed && context.living === 0,',
    replace: 'isOver: ({ context }: Args) => context.sealed && context.living <= 1,',
    invariant: 4,
  },
  {
    name: 'a sequence runs all at once',
    words: 'The tasks of a sequence do not wait for one another.',
    file: 'src/machines/group.ts',
    find: "mode === 'sequence' && before !== undefined",
    replace: "mode === 'parallel' && before === undefined",
    invariant: 4,
  },
]
