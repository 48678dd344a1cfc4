/** Inputs: with which clock and dispatcher tell actors what they decided. Shapes only; nothing is decided here. */
import { CLOCK, DEPENDENCIES, DISPATCHER, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { Cell } from './cell.ts'
import type { AgentLoad, QueueLoad } from './slots.ts'
import { input, type Envelope } from './envelope.ts'
import type { DueTimer } from './timers.ts'

/** A timer is due; `setSeq` is its generation. */
export function timerInput({ cell, timer }: DueTimer): Envelope {
  const { address: to, correlationId, depth } = cell
  const data = { id: timer.id, event: timer.event, setSeq: timer.setSeq }
  return input({ type: 'hub.timer', to, from: CLOCK, data, correlationId }, { depth })
}

/** A waiting task gets an agent. */
export function startInput(task: Address, agent: Address, cell: Cell | undefined): Envelope {
  const { correlationId, priority, depth } = cell ?? { correlationId: task, priority: 'normal', depth: 0 }
  const message = {
    type: 'task.start',
    to: task,
    from: DISPATCHER,
    data: { agent },
    priority,
    correlationId,
  } as const
  return input(message, { depth })
}

/** A task hears how something ended that it waits for. */
export function dependencyInput(
  task: Address,
  on: Address,
  ending: object,
  cell: Cell | undefined,
): Envelope {
  const { correlationId, priority, depth } = cell ?? { correlationId: task, priority: 'normal', depth: 0 }
  const data = { on, ...ending } as Json
  return input(
    { type: 'dependency.done', to: task, from: DEPENDENCIES, data, priority, correlationId },
    { depth },
  )
}

/** A message that an actor stumbled over, once more: the same one, as the start of a new chain. */
export function againInput(signal: Signal, cause: Signal | undefined): Envelope {
  const { causationId, output, depth } = signal
  return { ...input(signal, { depth }), causationId, output, cause: cause ?? null }
}

/** An agent hears what changed since it was last told. */
export function loadInput({ agent, running, done, failed, busyMs }: AgentLoad): Envelope {
  const data = { running, done, failed, busyMs }
  return input({ type: 'agent.load', to: agent, from: DISPATCHER, data, correlationId: agent })
}

/** A queue hears what was started from it. */
export function queueLoadInput({ queue, load }: QueueLoad): Envelope {
  return input({ type: 'queue.load', to: queue, from: DISPATCHER, data: load, correlationId: queue })
}
