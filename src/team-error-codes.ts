/** Errors of agents that work together: messages, locks, shared context, gates, budgets. Part of the one catalogue, error-codes.ts. */

export const TEAM_ERRORS = {
  CONVERSATION_DEPTH: {
    message: 'A conversation between agents has become too deep.',
    next: 'See in the details who answered whom; let one of them end it, or raise limits.depth.',
  },
} as const
