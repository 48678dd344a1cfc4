/** Errors of agents that work together: messages, locks, shared context, gates, budgets. Part of the one catalogue, error-codes.ts. */

export const TEAM_ERRORS = {
  ASK_CYCLE: {
    message: 'A question can never be answered: whoever is asked waits for whoever asks.',
    next: 'The details name the loop. Tell instead of ask, answer first, or give one of the agents more capacity.',
  },
  ASK_FAILED: {
    message: 'A question was not answered: its handler failed, or it was called off.',
    next: 'See the cause; ask again, or go on without the answer.',
  },
  ASK_TIMEOUT: {
    message: 'A question was not answered in time, and is called off.',
    next: 'Give it more time with the option timeout or limits.askTimeout, ask somebody else, or go on without the answer.',
  },
  BUDGET_EXHAUSTED: {
    message: 'A budget has too little left for what was asked of it.',
    next: 'See in the details which budget, which unit, and how much was asked for; raise it with runtime.budgets.raise(), or ask for less.',
  },
  BUDGET_TIME_UP: {
    message: 'The running time of a budget is used up, and what ran in it was ended.',
    next: 'Raise it with runtime.budgets.raise() and begin again, or give less work to one budget.',
  },
  CONSULT_UNAVAILABLE: {
    message: 'No specialist who fits is there to be consulted.',
    next: 'The details name who would fit, and the state each is in: resume or start one of them, or go on without.',
  },
  CONTEXT_CONFLICT: {
    message: 'A shared value was written by somebody else in the meantime.',
    next: 'The details name both writers. Read it again and decide anew, or use update(), which does.',
  },
  CONTEXT_ENDED: {
    message: 'A shared value belongs to a run or task that has ended, or never was.',
    next: 'It can still be read. What is to outlive a run belongs to a project: context(definition, { project }).',
  },
  CONTEXT_FULL: {
    message: 'A shared value is too large, or its scope has too many keys.',
    next: 'The details name the limit: raise it in createRuntime({ limits }), or keep a reference to what is large.',
  },
  CONTEXT_INVALID: {
    message: 'A shared value does not fit its schema, or the context has no such key.',
    next: 'Correct what the details name, or declare it with sharedContext().',
  },
  CONVERSATION_CYCLE: {
    message: 'Agents answer each other in a circle.',
    next: 'The details show who answered whom. Let one of them end it, then resume the conversation; or raise limits.revisits.',
  },
  CONVERSATION_DEPTH: {
    message: 'A conversation between agents has become too deep.',
    next: 'See in the details who answered whom; let one of them end it, or raise limits.depth.',
  },
  CONVERSATION_LONG: {
    message: 'Agents have said too much in one conversation.',
    next: 'See in the details who answered whom; let one of them end it, resume the conversation, or raise limits.conversationMessages.',
  },
  CONVERSATION_STOPPED: {
    message: 'The conversation was stopped, by a guard or by an operator: nothing more may be said in it.',
    next: 'The details say why and since when. Do not try again; an operator lets it go on with runtime.conversations.resume().',
  },
  DEADLOCK: {
    message: 'Waiting for this lock would close a circle: whoever has it waits for what its asker has.',
    next: 'See the cycle in the details. Let all ask for these locks in the same order, or give back what is held and try again.',
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
  EFFECT_SETTLED: {
    message: 'It is known already what became of a sub-step, or it was never announced.',
    next: 'See runtime.ledger.get() for how it stands; only what is uncertain can be resolved.',
  },
  EFFECT_UNCERTAIN: {
    message: 'Nobody could say whether a sub-step had happened, and it is not to be run again unasked.',
    next: 'See runtime.ledger.get() and the gate that asked; find out outside what became of its key, and submit the work anew if it did not happen.',
  },
  HANDED_TOO_OFTEN: {
    message: 'A task was handed on too often.',
    next: 'See in the details by whom; let one of them do it, or raise limits.handOffs.',
  },
  LOCKS_TOO_MANY: {
    message: 'One owner has or waits for too many locks at once.',
    next: 'Give some back, lock something larger, or raise limits.locksHeld.',
  },
  LOCK_HELD: {
    message: 'Somebody else has the lock.',
    next: 'See in the details who has it, and until when; ask again later, or wait for it.',
  },
  LOCK_LINE_FULL: {
    message: 'Too many wait for the lock already.',
    next: 'Try again later, hold it for a shorter time, or raise limits.lockWaiters.',
  },
  LOCK_LOST: {
    message: 'The lock is not held any more.',
    next: 'See in the details how it was lost. Send signs of life more often than the lease, or give a longer one; and hand the token to whatever it guards.',
  },
  LOCK_TIMEOUT: {
    message: 'The lock did not come free in time.',
    next: 'See runtime.locks.get(name) for who has it; wait longer, or do something else first.',
  },
  MAILBOX_FULL: {
    message: 'The mailbox of an agent is full.',
    next: 'Send less or later, give the agent more capacity, or a larger mailbox or another overflow policy: agent(id, { mailbox }).',
  },
  MESSAGE_RATE: {
    message: 'Too much is said in too short a time.',
    next: 'Wait for retryAfter milliseconds (details). They name the agent, or the conversation, that says too much: raise its messages.perMinute (limits.agentRate), or limits.conversationRate, if that many are meant.',
  },
  PERSONAS_INVALID: {
    message: 'A file of personas is not what it has to be.',
    next: 'The details name each problem with its line and column.',
  },
  PERSONA_UNBOUND: {
    message: 'Personas and the code for them do not fit together.',
    next: 'Give each persona of the file a binding of its id, and each binding a persona; the details name those left over.',
  },
  STALE_TOKEN: {
    message: 'A write under a lock came too late: somebody else has had the lock since, and has written.',
    next: 'Do not write: take the lock again, look at what is there now, and decide anew.',
  },
  STORE_FAILED: {
    message: 'A guarded file, or what is kept beside it, cannot be read or written.',
    next: 'See the cause; check the folder, its rights and the space on the disk. What stood there before stands.',
  },
  WARM_UP_TIMEOUT: {
    message: 'An agent took longer to warm up than it may.',
    next: 'Look at what its warmUp waits for; give it more time with the option warmUpTimeout, or limits.taskTimeout.',
  },
} as const
