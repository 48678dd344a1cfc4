/**
 * A task that is a letter, a message to an agent for whose answer nobody waits: what does not come of it is not lost, but lies among the
 * dead until somebody replays or discards it. The transitions and pure functions for that; the states are the chart's, in task.ts.
 */
import type { Failure } from '../errors.ts'
import type { Undelivered } from '../messages/task.ts'
import { failureOf, isLetter, stampOf, turnOf, type TaskContext, type TaskEvent } from './task-context.ts'

type Args = { context: TaskContext; event: TaskEvent }

/** What cannot be handled: a letter is kept, anything else has failed. */
export const expire = [
  { guard: 'isLetter', target: 'dead', actions: 'bury' },
  { target: 'failed', actions: 'fail' },
] as const

/** Nobody may say so but of a message; a question has failed, so that who asks hears of it. */
export const drop = [
  { guard: 'isLetter', target: 'dead', actions: 'bury' },
  { guard: 'isMail', target: 'failed', actions: 'fail' },
] as const

export const letterGuards = {
  isMail: ({ context }: Args) => context.spec?.mail !== undefined,
  isLetter: ({ context }: Args) => isLetter(context),
  isUndeliverable: ({ context, event }: Args) =>
    context.spec === null && event.type === 'task.create' && stampOf(event).dead !== undefined,
  endsLetter: ({ context, event }: Args) => isLetter(context) && turnOf(event) === context.turn,
}

/** Why it is among the dead. */
function undelivered(event: TaskEvent): Undelivered {
  const stamped = stampOf(event).dead
  if (stamped !== undefined) return stamped
  if (event.type === 'task.drop') return event.data
  const reason = event.type === 'task.overdue' || event.type === 'task.expired' ? 'expired' : 'failed'
  return { reason, error: failureOf(event) as Undelivered['error'] }
}

export function buried(event: TaskEvent): Partial<TaskContext> {
  const { reason, error } = undelivered(event)
  return { agent: null, error: error as Failure, dead: { reason, at: event.at } }
}

/** As if it had just come. */
export const revived = ({ at }: TaskEvent): Partial<TaskContext> => ({
  dead: null,
  error: null,
  attempts: 0,
  interruptions: 0,
  readyAt: at,
})

/** Does its time in all run? While it is dead it stands still. */
export const hasTime = ({ spec, readyAt }: TaskContext, event: TaskEvent): boolean =>
  readyAt > 0 && spec?.overall !== undefined && event.type !== 'task.expired'
