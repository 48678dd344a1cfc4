/** Errors of agents that work together: messages, locks, shared context, gates, budgets. Part of the one catalogue, error-codes.ts. */

export const TEAM_ERRORS = {
  CONVERSATION_DEPTH: {
    message: 'A conversation between agents has become too deep.',
    next: 'See in the details who answered whom; let one of them end it, or raise limits.depth.',
  },
  GATE_FORM_INVALID: {
    message: 'What an approval says does not fit the form of its gate.',
    next: 'The details name each place that does not fit, and what is expected there; the gate is still open. runtime.gates.get(id).form is the whole form, as JSON Schema.',
  },
  GATE_LAST_APPROVER: {
    message: 'A gate has nobody further up who could be asked.',
    next: 'Answer it, or give it to somebody by name: runtime.gates.reassign(id, to, { by }).',
  },
  GATE_NOT_YOURS: {
    message: 'The gate is strict, and somebody else is asked now.',
    next: 'The details name who is asked: let them answer, or give it to whoever is to answer with runtime.gates.reassign(id, to, { by }).',
  },
} as const
