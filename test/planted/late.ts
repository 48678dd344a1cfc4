/** Bugs in what is late: timeouts, signs of life, results that come too late, and when to come again. */
import type { Mutant } from './mutant.ts'

export const LATE: readonly Mutant[] = [
  {
    name: 'late results are applied',
    words: 'A task takes the result of whatever attempt of its comes first, also of one that was given up.',
    file: 'src/machines/task.ts',
    find: "'task.done': { guard: 'isCurrent', target: 'completed', actions: 'complete' },",
    replace: "'task.done': { target: 'completed', actions: 'complete' },",
    invariant: 4,
  },
  {
    name: 'late results are not told',
    words: 'What a handler still says after it was given up is thrown away, and nobody learns of it.',
    file: 'src/runtime/local-executor.ts',
    find: '    return !this.#closed\n',
    replace: '    return !this.#closed && attempt.over === undefined\n',
    invariant: 11,
  },
  {
    name: 'what is late is refused like anything else',
    words: 'A refusal does not say that an attempt was over.',
    file: 'src/runtime/signal-draft.ts',
    find: "return OF_AN_ATTEMPT.has(signal.type) ? 'STALE_ATTEMPT' : code",
    replace: 'return OF_AN_ATTEMPT.has(signal.type) ? code : code',
    invariant: 4,
  },
  {
    name: 'nothing is ever out of all time',
    words: 'The timer of the time that a task has in all is not set.',
    file: 'src/machines/task.ts',
    find: "const overall = event.type === 'task.create' ? event.data.overall : undefined",
    replace: "const overall = event.type !== 'task.create' ? 1 : undefined",
    invariant: 8,
  },
  {
    name: 'the time in all begins anew with each wait',
    words: 'Whenever a task waits for an agent, it has all of its time again.',
    file: 'src/machines/task.ts',
    find: '    awaitAgent: enqueueActions(({ context, enqueue }) => {\n',
    replace: `    awaitAgent: enqueueActions(({ context, enqueue }) => {
      const { overall } = context.spec ?? {}
      if (overall !== undefined)
        enqueue.raise({ type: 'task.expired' } as never, { id: 'overall', delay: overall })
`,
    invariant: 8,
  },
  {
    name: 'the time in the queue runs on',
    words: 'The timer of the queue is not cancelled when a task leaves it.',
    file: 'src/machines/task.ts',
    find: "      if (context.spec?.queueTimeout !== undefined) enqueue.cancel('queue')\n",
    replace: '      void context\n      void enqueue\n',
    invariant: 8,
  },
  {
    name: 'a task out of time is not stopped',
    words: 'A task fails for it was not done in time, and its handler is not told.',
    file: 'src/machines/task.ts',
    find: "{ target: 'failed', actions: ['stop', 'fail'] },",
    replace: "{ target: 'failed', actions: 'fail' },",
    invariant: 4,
  },
  {
    name: 'errors that no retry can help are retried',
    words: 'The list of errors that are final is not looked at.',
    file: 'src/machines/task-context.ts',
    find: 'return error.retryable !== false && !isFinal && attempts < maxAttempts',
    replace: 'return error.retryable !== false && (isFinal || !isFinal) && attempts < maxAttempts',
    invariant: 4,
  },
  {
    name: 'nobody asks a handler when to come again',
    words: 'The backoff of the policy holds, whatever the handler said.',
    file: 'src/machines/task-context.ts',
    find: 'return event.data.retryAfter ?? retryDelay(',
    replace: 'return retryDelay(',
    invariant: 8,
  },
  {
    name: 'signs of life do not count',
    words: 'A heartbeat changes nothing: the time to be silent runs from the start of the attempt.',
    file: 'src/runtime/attempt.ts',
    find: 'if (this.effect.spec.heartbeat !== undefined) this.seen = this.parts.now()',
    replace: 'if (this.effect.spec.heartbeat !== undefined) void this.seen',
    invariant: 8,
  },
  {
    name: 'silence is not noticed',
    words: 'An attempt that gives no sign of life goes on until its deadline.',
    file: 'src/runtime/local-executor.ts',
    find: '      if (left > 0) this.#feel(attempt, heartbeat, left)\n',
    replace: '      if (left > -1000) this.#feel(attempt, heartbeat, left + 1000)\n',
    invariant: 8,
  },
  {
    name: 'all progress is recorded',
    words: 'What a handler says of its progress is recorded as soon as the journal has the one before.',
    file: 'src/runtime/attempt.ts',
    find: 'telling.timer = this.parts.later(wait, () => {',
    replace: 'telling.timer = this.parts.later(Math.min(wait, 0), () => {',
    invariant: 8,
  },
]
