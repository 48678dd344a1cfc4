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
/** A letter, or a question: what becomes of it at its end is not the same. */
const mail = z.object({
  type: z.literal('task'),
  from: z.literal('agent/b'),
  path: z.tuple([]),
  asks: z.boolean(),
})
const undeliverable = z.object({
  type: z.literal('error'),
  from: z.literal('agent/b'),
  path: z.tuple([]),
})

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
    z.object({ ...base, mail }),
    z.object({ ...base, mail: undeliverable }),
    z.object({ ...base, mail, after: one }),
    z.object({ ...base, mail, startAt: later }),
    z.object({ ...own, mail, retry }),
    z.object({ ...own, mail, onInterrupted: z.enum(['fail', 'hold']) }),
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
  'task.intended': z.object({ turn, name: z.literal('a') }),
  'task.resolved': z.object({
    name: z.literal('a'),
    done: z.literal(true),
    how: z.literal('operator'),
    by: z.literal('o'),
  }),
  'task.handOff': z.object({ turn, to: z.object({ role: z.literal('r') }) }),
  'task.reassign': z.object({ agent: z.null(), reason: z.literal('gone') }),
  'task.drop': z.object({ reason: z.literal('overflow'), error }),
  'task.discard': z.object({ by: z.literal('o'), reason: z.literal('no') }),
  'task.cancel': z.object({}),
  'task.fail': z.object({ reason: z.literal('no') }),
  'task.overdue': z.object({ id: z.literal('queue') }),
  'task.expired': z.object({ id: z.literal('overall') }),
}

/** The same, of mail that comes to a wait or to an operator: what happens then is seldom drawn otherwise. */
export const MAIL_EVENTS = {
  ...TASK_EVENTS,
  'task.create': z.union([
    z.object({ ...base, mail, startAt: later }),
    z.object({ ...own, mail, retry }),
    z.object({ ...own, mail, onInterrupted: z.literal('hold') }),
  ]),
  'dependency.done': TASK_EVENTS['dependency.done'].extend({ on: z.literal('task/a') }),
  // It names its agent for good.
  'task.reassign': [],
  'task.handOff': [],
  'task.progress': [],
  'task.recorded': [],
  'task.intended': [],
}

/** What the hub would stamp on such a message: a task that names its agent was given it, one with an output is known. */
export function stampFor(data: unknown): object | null {
  const { agent, output, mail: said } = (data ?? {}) as Words
  if (typeof agent === 'string') return { agent }
  if (said?.type === 'error')
    return { dead: { reason: 'overflow', error: { name: 'Error', message: 'no', code: 'E' } } }
  return output === 1 ? { from: 'task/other' } : null
}

interface Words {
  readonly agent?: string | null
  readonly output?: unknown
  readonly mail?: { readonly type: string }
}
