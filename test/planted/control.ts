/** Bugs in the control of runs: what is paused and never goes on; what outlives a run that was terminated. */
import type { Mutant } from './mutant.ts'

export const CONTROL: readonly Mutant[] = [
  {
    name: 'what was paused never goes on',
    words: 'What waits of a run is not put back into its line when the run is resumed.',
    file: 'src/runtime/shelf.ts',
    find: 'else this.#door.enter(job, placing)',
    replace: 'else continue',
    invariant: 9,
  },
  {
    name: 'nothing below a terminated run is told',
    words: 'Tasks of a run that is terminated go on.',
    file: 'src/runtime/terminating.ts',
    find: 'if (lives(parts, to)) found.set(to, signal)',
    replace: 'if (lives(parts, to)) continue',
    invariant: 7,
  },
  {
    name: 'a terminated run is told with the urgency of who ended it',
    words: 'What is below a terminated run is told with the priority of the client and not of the run.',
    file: 'src/runtime/terminating.ts',
    find: 'const priority = birth?.priority ?? signal.priority',
    replace: 'const { priority } = signal',
    invariant: 7,
  },
]
