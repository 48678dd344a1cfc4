/** Rows of the task machine: sub-steps that are announced, and word on what became of one. */
import type { Row } from './drive.ts'
import { signal } from './drive.ts'
import { assigned, create, held } from './task-events.ts'

const intended = (turn: number): ReturnType<typeof signal> =>
  signal('task.intended', { turn, name: 'charge' })
const resolved = (more: object = {}): ReturnType<typeof signal> =>
  signal('task.resolved', { name: 'charge', done: false, how: 'operator', by: 'eve', ...more })
const failed = signal('task.failed', {
  turn: 1,
  random: 0,
  error: { name: 'E', message: 'm', code: 'HANDLER_FAILED' },
})
const retry = { maxAttempts: 2, initialInterval: 1000, backoff: 2, maxInterval: 9000, jitter: 'none' }
const running = [create({}, assigned)]

export const effectRows: Row[] = [
  {
    promise: 'a sub-step is announced by the attempt that runs',
    given: running,
    when: intended(1),
    to: 'running',
  },
  { promise: 'and by no other', given: running, when: intended(2) },
  { promise: 'what became of one is heard while it runs', given: running, when: resolved(), to: 'running' },
  { promise: 'of the attempt that runs', given: running, when: resolved({ turn: 1 }), to: 'running' },
  { promise: 'but of no other attempt', given: running, when: resolved({ turn: 2 }) },
  { promise: 'before it runs again', given: [create({})], when: resolved(), to: 'queued' },
  {
    promise: 'between two attempts',
    given: [create({ retry }, assigned), failed],
    when: resolved(),
    to: 'retrying',
  },
  { promise: 'and while it is held', given: held, when: resolved({ done: true, value: 1 }), to: 'held' },
]
