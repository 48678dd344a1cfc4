/** Bugs in what follows from failures: restarts that are forgotten, and a quarantine that does not hold. */
import type { Mutant } from './mutant.ts'

export const SUPERVISION: readonly Mutant[] = [
  {
    name: 'a restart forgets those before',
    words: 'An agent that is restarted counts no restart before this one, so it is never given up.',
    file: 'src/machines/agent-supervision.ts',
    find: 'const kept = { faults: [], restarts, restartAt:',
    replace: 'const kept = { faults: [], restarts: [], restartAt:',
    invariant: 4,
  },
  {
    name: 'a quarantined agent gets work',
    words: 'Who has been given up is given work all the same.',
    file: 'src/runtime/roster.ts',
    find: "slot.open = state === 'ready' || state === 'busy'",
    replace: "slot.open = state === 'ready' || state === 'busy' || state === 'quarantined'",
    invariant: 4,
  },
]
