/**
 * Release: what becomes visible outside once a turn is durable, in this order: effects, signals, endings, room at the door. And
 * the way back: what an effect reports to the hub.
 */
import { StatorError } from '../errors.ts'
import type { TaskContext as TaskState } from '../machines/task.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { Cell } from './cell.ts'
import type { Door } from './door.ts'
import type { Drains } from './drains.ts'
import type { Effect, Executor } from './effect.ts'
import { heldError } from './ended.ts'
import type { Endings } from './endings.ts'
import { input } from './envelope.ts'
import type { Kernel } from './kernel.ts'
import type { Released } from './kernel-parts.ts'
import type { SignalStream } from './signal-stream.ts'

export interface ReleaseParts {
  readonly executor: Executor
  readonly stream: SignalStream
  readonly endings: Endings
  readonly door: Door
  readonly drains: Drains
}

export function release(to: ReleaseParts, released: Released): void {
  const { executor, stream, endings, door, drains } = to
  for (const { task, turn, reason } of released.stops) executor.stop(task, turn, reason)
  for (const { cell, turn } of released.starts) {
    const effect = effectOf(cell)
    // Cancelled, or moved on, in the same turn: there is nothing to start.
    if (effect?.turn === turn) executor.start(effect)
  }
  stream.publish(released.signals)
  for (const { address, hold } of released.held)
    if (hold !== null) endings.fail(address, heldError(address, hold))
  for (const { cell, signal } of released.endings) endings.tell(cell.address, { cell, signal })
  drains.tell()
  door.letIn()
}

/** What a task has running outside; undefined where it has nothing. */
export function effectOf(cell: Cell): Effect | undefined {
  const { agent, spec, attempts: attempt, turn, handedOver } = cell.snapshot.context as TaskState
  if (agent === null || spec === null || cell.state !== 'running') return undefined
  const { address: task, correlationId, depth } = cell
  const effect = { task, agent, turn, attempt, spec, correlationId, depth }
  return handedOver === undefined ? effect : { ...effect, handedOver }
}

/** Settles when it is durable, if asked to wait; rejects when the task did not take it. */
export function report(
  kernel: Kernel,
  effect: Effect,
  type: string,
  data: Json,
  wait: boolean,
): Promise<void> | undefined {
  const message = {
    type,
    to: effect.task,
    from: effect.agent,
    data,
    correlationId: effect.correlationId,
    priority: 'normal',
  } as const
  if (!wait) {
    kernel.push(input(message, { depth: effect.depth }))
    return undefined
  }
  return new Promise((resolve, reject) => {
    const committed = (signal: Signal): void => {
      if (signal.refused === null) resolve()
      else reject(new StatorError('STALE_ATTEMPT', { task: effect.task, reason: signal.refused.code }))
    }
    kernel.push(input(message, { depth: effect.depth, ack: { committed, failed: reject } }))
  })
}
