/** Bugs in gates: who may answer, who is asked next, what an end comes to, and what becomes of the agent that waits. */
import type { Mutant } from './mutant.ts'

export const GATES: readonly Mutant[] = [
  {
    name: 'an agent is left paused',
    words: 'Who is rejected waits for ever: its gate lets its agent go only when it approves.',
    file: 'src/machines/gate-words.ts',
    find: "return spec.pauses === true ? toAgent(spec, 'agent.resume', { by: gate }) : null",
    replace:
      "return spec.pauses === true && status === 'completed' ? toAgent(spec, 'agent.resume', { by: gate }) : null",
    invariant: 4,
  },
  {
    name: 'an expiry that approves',
    words: 'Where nobody answers in time, what was asked is allowed.',
    file: 'src/machines/gate-words.ts',
    find: "spec?.onExpire === 'approve'",
    replace: "spec?.onExpire !== 'reject' || spec.strict === true",
    invariant: 4,
  },
  {
    name: 'anybody answers a strict gate',
    words: 'A strict gate takes the answer of each of its approvers, and not of whoever is asked alone.',
    file: 'src/machines/gate.ts',
    find: "('by' in event.data && event.data.by === assignment.to)",
    replace:
      "('by' in event.data && (spec.approvers ?? [assignment.to]).some(by => 'by' in event.data && by === event.data.by))",
    invariant: 4,
  },
  {
    name: 'an approver is passed over',
    words: 'Whoever comes next in the list is left out, and the one after that is asked.',
    file: 'src/machines/gate-assignment.ts',
    find: 'return assigned(before, (before?.level ?? 0) + 1, { ...change, to, how:',
    replace: 'return assigned(before, (before?.level ?? 0) + 2, { ...change, to, how:',
    invariant: 4,
  },
  {
    name: 'the next approver has no time',
    words: 'Who is asked second is waited for without an end.',
    file: 'src/machines/gate.ts',
    find: 'const turn = turnOf(spec, assignment)',
    replace: 'const turn = assignment.level > 1 ? undefined : turnOf(spec, assignment)',
    invariant: 4,
  },
  {
    name: 'a question that nobody waits for stays',
    words: 'A task ends, and its gate, with the agent that it pauses, waits on.',
    file: 'src/runtime/gate/orphans.ts',
    find: 'else for (const gate of this.#gates.get(address) ?? NONE) this.#due.push(gate)',
    replace: '',
    invariant: 9,
  },
  {
    name: 'whoever hears of gates and throws ends the process',
    words: 'What a subscriber of open gates throws is thrown where nobody listens.',
    file: 'src/runtime/signal-stream.ts',
    find: 'return new ContainedObservable<Signal>(this.#log, subscriber => {',
    replace: 'return new (Object.getPrototypeOf(ContainedObservable))(subscriber => {',
    invariant: 11,
  },
]
