/** Bugs in what follows from failures, a quarantine that does not hold, work that others cannot take over; and in what projects count. */
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
  {
    name: 'reassigned, it waits for the old one',
    words: 'A task that is given to others still names the agent that was given up.',
    file: 'src/machines/task-context.ts',
    find: '  return { ...others, ...(agent !== null && { agent }), ...(role !== undefined && { role }) }',
    replace:
      '  return { ...others, ...(_agent !== undefined && { agent: _agent }), ...(role !== undefined && { role }) }',
    invariant: 9,
  },
  {
    name: 'what moves is counted twice',
    words: 'What moves on is counted where it stands now, and still where it stood before.',
    file: 'src/runtime/project/bookkeeper.ts',
    find: '    this.#leave(address)\n    this.#stands.set(address, stand)',
    replace: '    this.#stands.set(address, stand)',
    invariant: 7,
  },
  {
    name: 'a project is not told of failures',
    words: 'What failed for a project leaves its books, and the project never hears of it.',
    file: 'src/runtime/project/bookkeeper.ts',
    find: "    if (sort === 'gates') return\n",
    replace: "    if (sort === 'gates' || signal.toState === 'failed') return\n",
    invariant: 7,
  },
]
