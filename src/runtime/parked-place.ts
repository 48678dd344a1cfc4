/** Parked place: what the dispatcher needs of a task that stays parked at a start. Reads a checkpoint, and nothing else. */
import type { TaskContext } from '../machines/task.ts'
import { kindOf } from '../messages/address.ts'
import type { Checkpoint } from './journal.ts'
import type { Waiting } from './slots.ts'

/** Undefined where the actor is none that only waits for an agent, or for others. */
export function placeOf(checkpoint: Checkpoint): Waiting | undefined {
  const { address: task, state, held, timers, priority, sinceSeq: seq, snapshot } = checkpoint
  if (kindOf(task) !== 'task' || held !== null || timers.length > 0) return undefined
  if (state !== 'queued' && state !== 'pending') return undefined
  const { spec, interruptions } = (snapshot as unknown as { context: TaskContext }).context
  if (spec === null) return undefined
  // Not its input: there may be a million of these.
  const { task: name, role, skills, agent, except, queue, key, lane, path, parent, mail } = spec
  return {
    task,
    state,
    spec: { task: name, role, skills, agent, except, queue, key, lane, path, parent, mail },
    interruptions,
    priority,
    seq,
  }
}
