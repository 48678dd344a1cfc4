/** What a task is told, in few words: enough to take each of its ways, where all that can be said would be drawn for ever. */
import { z } from 'zod'
import { taskMessages } from '../../src/messages/task.ts'

// The turn that counts is seldom drawn among all whole numbers.
const turn = z.literal([1, 2])
const base = { task: z.literal('t'), input: z.null() }
const own = { ...base, agent: z.literal('agent/a') }
const one = z.array(z.literal('task/a')).length(1)
const retry = z.object({
  maxAttempts: z.literal(2),
  initialInterval: z.literal(1),
  backoff: z.literal(2),
  maxInterval: z.literal(9),
  jitter: z.literal('none'),
})
/** Signals are of the time 1. */
const later = z.literal(9)
const error = z.object({ name: z.literal('Error'), message: z.literal('no'), code: z.literal('E') })

const hold = z.object({ ...own, onInterrupted: z.literal('hold') })

export const TASK_EVENTS = {
  ...taskMessages,
  'task.create': z.union([
    z.object(base),
    z.object({ ...own, onInterrupted: z.enum(['retry', 'fail', 'hold']) }),
    // What leads to an operator takes several words: it is said more often.
    hold,
    hold,
    hold,
    hold,
    z.object({ ...own, retry }),
    z.object({ ...base, startAt: later }),
    z.object({ ...base, output: z.literal(1) }),
    z.object({ ...base, after: one }),
    z.object({ ...base, after: one, startAt: later }),
    z.object({ ...base, after: z.tuple([z.literal('task/a'), z.literal('task/b')]) }),
    z.object({ ...base, blocked: z.object({ by: z.literal('b'), code: z.literal('E') }) }),
  ]),
  'task.depend': z.object({ after: one }),
  'dependency.done': z.object({
    on: z.literal(['task/a', 'task/b']),
    status: z.enum(['completed', 'failed']),
  }),
  'task.start': z.object({ agent: z.literal('agent/a') }),
  'task.done': z.object({ turn, output: z.null() }),
  'task.failed': z.object({ turn, error, random: z.literal(0) }),
  'task.progress': z.object({ turn, percent: z.literal(5) }),
  'task.recorded': z.object({ turn, name: z.literal('a'), value: z.null() }),
  'task.overdue': z.object({ id: z.literal('queue') }),
  'task.expired': z.object({ id: z.literal('overall') }),
}

/** What the hub would stamp on such a message: a task that names its agent was given it, one with an output is known. */
export function stampFor(data: unknown): object | null {
  const { agent, output } = (data ?? {}) as { agent?: string; output?: unknown }
  if (agent !== undefined) return { agent }
  return output === 1 ? { from: 'task/other' } : null
}
