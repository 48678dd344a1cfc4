/**
 * task(): what a kind of work is to its users: its name, its input and output, and its policies.
 * The code that does it belongs to agents.
 */
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import { checkName } from '../messages/address.ts'
import { toMs, type Duration } from '../messages/duration.ts'
import { INTERRUPTED_POLICIES, retrySchema, type RetryPolicy, type TaskCreate } from '../messages/task.ts'
import { checkOptions, checkSchema, parse, type Schema } from './schema.ts'

export interface RetryOptions {
  /** Attempts in all, the first included. */
  maxAttempts: number
  /** Before the second attempt. Default 1 s. */
  initialInterval?: Duration
  /** Factor from one interval to the next. Default 2. */
  backoff?: number
  /** Default 1 minute. */
  maxInterval?: Duration
  /** Default 'full'. */
  jitter?: RetryPolicy['jitter']
}

export interface TaskOptions<I extends Schema, O extends Schema> {
  input?: I
  output?: O
  /** Only agents of this role get it. Default: any agent that handles it. */
  role?: string
  /** Default: one attempt. */
  retry?: RetryOptions
  /** For one attempt. Default 30 minutes (limits.taskTimeout). */
  timeout?: Duration
  /** What a crash in the middle means. Default 'retry'; three interruptions fail the task all the same. */
  onInterrupted?: 'retry' | 'fail' | 'hold'
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
  /** What every task of this sort is created with, beside its input. */
  readonly spec: Omit<TaskCreate, 'input' | 'task'>
}

/** Any task, where its types do not matter. */
export type AnyTask = Pick<TaskDefinition, 'kind' | 'name' | 'spec'> & {
  readonly input: Schema
  readonly output: Schema
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
  const spec: Omit<TaskCreate, 'input' | 'task'> = {
    ...(options.role === undefined ? {} : { role: checkName(options.role, 'role') }),
    ...(options.retry === undefined ? {} : { retry: retryPolicy(options.retry, `retry of task ${name}`) }),
    ...(options.timeout === undefined ? {} : { timeout: toMs(options.timeout, 'timeout') }),
    ...(options.onInterrupted === undefined ? {} : { onInterrupted: options.onInterrupted }),
  }
  return {
    kind: 'task',
    name,
    input: input as Schema<z.output<I>, z.input<I>>,
    output: output as Schema<z.output<O>, z.input<O>>,
    spec,
  }
}

/** Fills in the defaults. @throws StatorError DEFINITION_INVALID */
export function retryPolicy(options: RetryOptions, what: string): RetryPolicy {
  checkOptions(options, what)
  const policy = {
    maxAttempts: options.maxAttempts,
    initialInterval: toMs(options.initialInterval ?? 1000, 'initialInterval'),
    backoff: options.backoff ?? 2,
    maxInterval: toMs(options.maxInterval ?? 60_000, 'maxInterval'),
    jitter: options.jitter ?? 'full',
  }
  return parse(retrySchema, policy, 'DEFINITION_INVALID', what)
}
