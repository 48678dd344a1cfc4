/**
 * A hand-off: a task goes on with somebody else, with all that is recorded of it. The pure function for that; the transition is the
 * chart's, in task.ts.
 */
import type { Address } from '../messages/address.ts'
import type { TaskContext, TaskEvent } from './task-context.ts'

/** Who handed a task on, and what they said. */
export interface HandedOn {
  readonly from: Address
  readonly note: string | null
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** The attempt that hands it on is none: whoever has it next begins with as many as there were. */
export function handedOn(context: TaskContext, event: TaskEvent): Partial<TaskContext> {
  const { spec, agent, attempts, handedOver = [] } = context
  if (event.type !== 'task.handOff' || spec === null || agent === null) return {}
  const { agent: _, role: _role, skills: _skills, except: _except, queue, ...kept } = spec
  const { to, note = null } = event.data
  // A message waits in the mailbox of whose it is now; other work where it waited before.
  const place = to.queue ?? (spec.mail === undefined ? queue : undefined)
  return {
    spec: {
      ...kept,
      ...(to.agent === undefined ? { except: agent } : { agent: to.agent }),
      ...(to.role === undefined ? {} : { role: to.role }),
      ...(place === undefined ? {} : { queue: place }),
    },
    agent: null,
    attempts: attempts - 1,
    handedOver: [...handedOver, { from: agent, note, at: event.at }],
  }
}
