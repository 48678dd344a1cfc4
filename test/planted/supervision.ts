/** Bugs in what follows from failures: counts, restarts, quarantine, and pauses of several. */
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
    name: 'failures are never too long ago',
    words: 'A failure counts however long ago it was.',
    file: 'src/machines/agent-supervision.ts',
    find: 'return [...recent(faults, supervision.failures.within, event.at)',
    replace: 'return [...recent(faults, Number.POSITIVE_INFINITY, event.at)',
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
  {
    name: 'the resume of one lifts all pauses',
    words: 'When one of those who paused an agent lets it go on, it goes on, whoever else wants it paused.',
    file: 'src/machines/agent-context.ts',
    find: 'return pauses.filter(pause => pause.by !== by)',
    replace: 'return pauses.filter(pause => pause.by === by && by === null)',
    invariant: 4,
  },
]
