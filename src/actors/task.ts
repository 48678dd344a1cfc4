/**
 * task(): what a kind of work is to its users: its name, its input and output, and its policies.
 * The code that does it belongs to agents.
 */
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import { rounded } from '../machines/amounts.ts'
import { checkName } from '../messages/address.ts'
import { amountsSchema, type Amounts } from '../messages/budget.ts'
import { toMs, type Duration } from '../messages/duration.ts'
import {
  INTERRUPTED_POLICIES,
  retrySchema,
  UNCERTAIN_POLICIES,
  type RetryPolicy,
  type TaskCreate,
} from '../messages/task.ts'
import { checkOptions, checkSchema, func, parse, type Schema } from './schema.ts'

export interface RetryOptions {
  /** Attempts in all, the first included. */
  maxAttempts: number
  /** Before the second attempt; 0 is allowed. Default 1 s. */
  initialInterval?: Duration
  /** Factor from one interval to the next. Default 2. */
  backoff?: number
  /** Default 1 minute. */
  maxInterval?: Duration
  /** Default 'full'. */
  jitter?: RetryPolicy['jitter']
  /** Errors that no further attempt can help: by class, those that extend it included, by name, or by code. */
  nonRetryable?: readonly (string | (abstract new (...args: never[]) => Error))[]
}

/**
 * How long a task may take; what runs over fails with a code of its own. A handler that is out of time is told by `ctx.signal` and
 * given up at once, whether it obeys or not: its agent has room for the next, and what it still says is recorded as
 * STALE_ATTEMPT and never used. `runtime.status().abandoned` counts those that go on nonetheless.
 */
export interface Timeouts {
  /** For one attempt, from its start to its end (TASK_TIMEOUT; it is retried). Default 30 minutes (limits.taskTimeout). */
  startToClose?: Duration
  /** Between two signs of life, `ctx.heartbeat()` or `ctx.progress()` (HEARTBEAT_TIMEOUT; it is retried). Default: none are asked for. */
  heartbeat?: Duration
  /** In its queue, each time it waits for an agent (QUEUE_TIMEOUT; it is not retried). Default: for ever. */
  queueToStart?: Duration
  /** From when it first could run to its end, all attempts and waits included (TASK_EXPIRED). Default: for ever. */
  overall?: Duration
}

export interface CacheOptions {
  /** How long a result stands for others that ask for the same, from when it was made. At 0 none does. */
  ttl: Duration
}

export interface TaskOptions<I extends Schema, O extends Schema> {
  input?: I
  output?: O
  /** Only agents of this role get it. Default: any agent that handles it. */
  role?: string
  /** Only agents with all of these skills get it. */
  skills?: readonly string[]
  /** The queue it waits in, unless who submits it names another. Default `default`. */
  queue?: string
  /** Whose share of the queue it uses, such as a customer or a model provider: `queue({ perKey })` limits each. */
  key?: (input: z.output<I>) => string
  /** Default: one attempt. */
  retry?: RetryOptions
  /** A duration is for one attempt: `startToClose`. */
  timeout?: Duration | Timeouts
  /**
   * Results are kept by name, version and input, as its schema gives it; the same again completes at once with what is there, whoever
   * made it, also in a later process life. No failure is kept. What first waits, for a time or for other tasks, runs all the same; and
   * the same asked for while no result is there yet runs as often as it is asked for. Default: no.
   */
  cache?: CacheOptions
  /**
   * Says that the same input may give another result now: part of what results are kept by. What is kept is not checked again: an
   * output schema that changed needs another version. Default `1`.
   */
  version?: string
  /** What a crash in the middle means. Default 'retry'; three interruptions fail the task all the same. */
  onInterrupted?: 'retry' | 'fail' | 'hold'
  /**
   * For tasks that do to others what must not be done twice unasked: each `ctx.do` is announced in the journal before it begins (one more
   * write each). Where an attempt ends without its outcome it is `uncertain`, and the next attempt that comes to it does as this says:
   * `retry`: runs it once more, under the same key; `reconcile`: asks the `reconcile` given to `ctx.do`, and people where that does not
   * know; `gate`: asks people (docs/effects.md). Default: nothing is announced, and what has no result is run, under the same key.
   */
  uncertain?: 'retry' | 'reconcile' | 'gate'
  /**
   * What an attempt may use up, by unit: set aside of the budget of its run (or task) before the handler begins; where there is less it
   * fails (BUDGET_EXHAUSTED), and is not retried. `ctx.budget.declared` says what was used; unsaid, all of it was. Default: nothing.
   */
  budget?: Amounts
}

/**
 * `I` is what a handler is given and `O` what a result is; where a schema has defaults, who submits may give less than `I`, and a
 * handler less than `O`: `Given` and `Made`.
 */
export interface TaskDefinition<in out I = unknown, in out O = unknown, in out Given = I, in out Made = O> {
  readonly kind: 'task'
  readonly name: string
  readonly input: Schema<I, Given>
  readonly output: Schema<O, Made>
  readonly version: string
  readonly key: ((input: I) => string) | undefined
  /** How long results are kept, in milliseconds; undefined: not at all. */
  readonly cacheFor: number | undefined
  /** What every task of this sort is created with, beside its input. */
  readonly spec: Omit<TaskCreate, 'input' | 'task'>
  /** Only for the compiler: what it may be given. */
  readonly accepts?: (given: Given) => void
}

/** Any task, where its types do not matter. */
export type AnyTask = Pick<TaskDefinition, 'kind' | 'name' | 'spec' | 'version' | 'cacheFor'> & {
  readonly input: Schema
  readonly output: Schema
  readonly key: ((input: never) => string) | undefined
}

/**
 * Defines a sort of work.
 * @throws StatorError ADDRESS_INVALID (name), DEFINITION_INVALID (schema not JSON to JSON, bad policy)
 */
export function task<I extends Schema = z.ZodUnknown, O extends Schema = z.ZodUnknown>(
  name: string,
  options: TaskOptions<I, O> = {},
): TaskDefinition<z.output<I>, z.output<O>, z.input<I>, z.input<O>> {
  checkName(name, 'task name')
  checkOptions(options, `options of task ${name}`)
  const { input = z.unknown(), output = z.unknown() } = options
  checkSchema(input, `input of task ${name}`)
  checkSchema(output, `output of task ${name}`)
  if (options.onInterrupted !== undefined && !INTERRUPTED_POLICIES.includes(options.onInterrupted))
    throw new StatorError('DEFINITION_INVALID', {
      onInterrupted: options.onInterrupted,
      expected: INTERRUPTED_POLICIES.join(', '),
    })
  const what = `options of task ${name}`
  const { skills, version = '1', key, budget, uncertain } = parse(shape, options, 'DEFINITION_INVALID', what)
  const spec: Omit<TaskCreate, 'input' | 'task'> = {
    ...(options.role === undefined ? {} : { role: checkName(options.role, 'role') }),
    ...(skills === undefined || skills.length === 0 ? {} : { skills: [...new Set(skills)].toSorted() }),
    ...(options.queue === undefined ? {} : { queue: checkName(options.queue, 'queue') }),
    ...(options.retry === undefined ? {} : { retry: retryPolicy(options.retry, `retry of task ${name}`) }),
    ...timeouts(options.timeout, `timeout of task ${name}`),
    ...(options.onInterrupted === undefined ? {} : { onInterrupted: options.onInterrupted }),
    ...(uncertain === undefined ? {} : { uncertain }),
    ...(budget === undefined ? {} : { budget: rounded(budget as Amounts) }),
  }
  return Object.freeze({
    kind: 'task' as const,
    name,
    input: input as Schema<z.output<I>, z.input<I>>,
    output: output as Schema<z.output<O>, z.input<O>>,
    version,
    key: key as ((input: z.output<I>) => string) | undefined,
    cacheFor: options.cache === undefined ? undefined : toMs(cacheOf(options.cache, what).ttl, 'cache.ttl'),
    spec: Object.freeze(spec),
  })
}

/** What has checks of its own elsewhere is only named here, so that a word misspelled is refused. */
const other = z.unknown().optional()

const shape = z.strictObject({
  input: other,
  output: other,
  role: other,
  queue: other,
  retry: other,
  timeout: other,
  cache: other,
  onInterrupted: other,
  skills: z.array(z.string().min(1).max(200)).max(100).optional(),
  version: z.string().min(1).max(200).optional(),
  key: func.optional(),
  uncertain: z.enum(UNCERTAIN_POLICIES).optional(),
  budget: amountsSchema
    .refine(amounts => !('time' in amounts), 'time is counted by the hub: see timeout')
    .optional(),
})
const timeoutsShape = z.strictObject({
  startToClose: z.custom<Duration>().optional(),
  heartbeat: z.custom<Duration>().optional(),
  queueToStart: z.custom<Duration>().optional(),
  overall: z.custom<Duration>().optional(),
})
const cacheShape = z.strictObject({ ttl: z.custom<Duration>() })

const cacheOf = (cache: CacheOptions, what: string): CacheOptions =>
  parse(cacheShape, cache, 'DEFINITION_INVALID', what)

/** What of a task's creation its timeouts are. @throws StatorError DEFINITION_INVALID, naming what is no time of more than 0 */
export function timeouts(
  given: Duration | Timeouts | undefined,
  what: string,
): Pick<TaskCreate, 'timeout' | 'heartbeat' | 'queueTimeout' | 'overall'> {
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null) return { timeout: someMs(given, 'timeout') }
  const { startToClose, heartbeat, queueToStart, overall } = parse(
    timeoutsShape,
    given,
    'DEFINITION_INVALID',
    what,
  )
  return {
    ...(startToClose === undefined ? {} : { timeout: someMs(startToClose, 'timeout.startToClose') }),
    ...(heartbeat === undefined ? {} : { heartbeat: someMs(heartbeat, 'timeout.heartbeat') }),
    ...(queueToStart === undefined ? {} : { queueTimeout: someMs(queueToStart, 'timeout.queueToStart') }),
    ...(overall === undefined ? {} : { overall: someMs(overall, 'timeout.overall') }),
  }
}

/** With no time at all nothing could ever be in time. */
function someMs(duration: Duration, what: string): number {
  const ms = toMs(duration, what)
  if (ms > 0) return ms
  throw new StatorError('DEFINITION_INVALID', { [what]: duration, expected: 'more than 0' })
}

const retryShape = z.strictObject({
  maxAttempts: z.int().min(1),
  initialInterval: z.custom<Duration>().optional(),
  backoff: z.number().min(1).optional(),
  maxInterval: z.custom<Duration>().optional(),
  jitter: retrySchema.shape.jitter.optional(),
  nonRetryable: z
    .array(
      z.union([z.string().min(1), z.custom<{ readonly name: string }>(value => typeof value === 'function')]),
    )
    .optional(),
})

/** Fills in the defaults. @throws StatorError DEFINITION_INVALID, naming what is wrong */
export function retryPolicy(options: RetryOptions, what: string): RetryPolicy {
  const { maxAttempts, initialInterval, backoff, maxInterval, jitter, nonRetryable } = parse(
    retryShape,
    options,
    'DEFINITION_INVALID',
    what,
  )
  return {
    maxAttempts,
    initialInterval: toMs(initialInterval ?? 1000, 'retry.initialInterval'),
    backoff: backoff ?? 2,
    maxInterval: toMs(maxInterval ?? 60_000, 'retry.maxInterval'),
    jitter: jitter ?? 'full',
    ...(nonRetryable === undefined ? {} : { nonRetryable: nonRetryable.map(nameOf) }),
  }
}

/** An error class stands for its name. */
const nameOf = (error: string | { readonly name: string }): string =>
  typeof error === 'string' ? error : error.name
