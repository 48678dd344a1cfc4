/** What a task is told and what it emits, with the situations that the tests of the task machine begin in. */
import { MAX_INTERRUPTIONS } from '../../src/machines/task.ts'
import type { Command } from '../../src/messages/command.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { signal } from './drive.ts'

export const retry = { maxAttempts: 3, initialInterval: 100, backoff: 2, maxInterval: 1000, jitter: 'none' }
export const oops = { name: 'Error', message: 'oops', code: 'HANDLER_FAILED' }
export const cancelled = { name: 'Cancelled', message: 'cancelled', code: 'CANCELLED' }
export const interruption = {
  name: 'Interrupted',
  message: 'the process ended while the handler ran',
  code: 'INTERRUPTED',
}

export const create = (more: object = {}, meta: Partial<Signal> = {}): Signal =>
  signal('task.create', { task: 't', input: null, ...more }, meta)
export const assigned: Partial<Signal> = { stamp: { agent: 'agent/a' } }
export const child = { parent: 'workflow/run', step: 4 }
export const begin = signal('task.start', { agent: 'agent/b' }, { at: 2000 })
export const done = (turn: number): Signal => signal('task.done', { turn, output: 'out' }, { at: 3000 })
export const failed = (turn: number, error: object = oops): Signal =>
  signal('task.failed', { turn, error, random: 0.5 }, { at: 3000 })
export const interrupted = (clean = false): Signal => signal('task.interrupted', { clean }, { at: 3000 })
export const cancel = (data: object = {}): Signal => signal('task.cancel', data, { at: 4000 })
export const progress = (turn: number, note?: string): Signal =>
  signal('task.progress', { turn, percent: 40, ...(note === undefined ? {} : { note }) })
export const recorded = (turn: number): Signal => signal('task.recorded', { turn, name: 'push', value: 1 })
export const again = signal('task.retry', {}, { at: 4000 })
export const giveUp = signal('task.fail', { reason: 'no use' }, { at: 4000 })
/** Its own timers, as they fire. */
export const overdue = { type: 'task.overdue', at: 6000 }
export const expired = { type: 'task.expired', at: 6000 }
export const tooLongQueued = {
  name: 'Overdue',
  message: 'it waited too long for an agent',
  code: 'QUEUE_TIMEOUT',
}
export const notInTime = {
  name: 'Expired',
  message: 'it was not done in the time that it had in all',
  code: 'TASK_EXPIRED',
}
export const due = (state: string): { type: string; at: number } => ({
  type: `xstate.after.untilNext.task.${state}`,
  at: 5000,
})

export const timer = (state: string, delay: number): Command => ({
  type: 'timer.set',
  id: due(state).type,
  delay,
  event: due(state).type,
})
export const unset = (state: string): Command => ({ type: 'timer.cancel', id: due(state).type })
export const queueTimer = (delay: number): Command => ({
  type: 'timer.set',
  id: 'queue',
  delay,
  event: 'task.overdue',
})
export const overallTimer = (delay: number): Command => ({
  type: 'timer.set',
  id: 'overall',
  delay,
  event: 'task.expired',
})
export const leftQueue: Command = { type: 'timer.cancel', id: 'queue' }
export const effect = (turn: number): Command => ({ type: 'effect.start', turn })
export const told = (status: string, error?: object): Command => ({
  type: 'send',
  to: 'workflow/run',
  event: 'step.done',
  data: error === undefined ? { step: 4, status } : ({ step: 4, status, error } as never),
})

export const running = [create({ retry }, assigned)]
export const runningChild = [create({ retry, ...child }, assigned)]
export const scheduled = [create({ startAt: 1500 })]
export const retrying = [...running, failed(1)]
export const held = [create({ onInterrupted: 'hold', ...child }, assigned), interrupted()]
export const secondTurn = [...running, failed(1), due('retrying'), begin]

/** Interrupted once less than it may be, and running again. */
export const fragile = (spec: object): Signal[] => [
  create(spec, assigned),
  ...Array.from({ length: MAX_INTERRUPTIONS - 1 }, () => [interrupted(), begin]).flat(),
]
