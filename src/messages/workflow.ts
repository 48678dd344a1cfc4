/** What a workflow is told, and the plan it follows. Schemas and shapes only. */
import { z } from 'zod'
import { failureSchema, json, retrySchema } from './task.ts'

/** What a failed step means for steps that do not depend on it. */
export const ON_FAILURE = ['continue', 'cancel'] as const

const index = z.int().min(0)

/** Strict, as the whole plan: what nobody knows is a word misspelled. What no schema can say, `checkPlan` does. */
export const planStep = z.strictObject({
  name: z.string(),
  task: z.string(),
  /** Indexes of the steps that must complete first. */
  after: z.array(index),
  /** Indexes of the lanes it needs a place in. */
  lanes: z.array(index),
  /** The group that it was declared in, such as `verify`. */
  group: z.string().optional(),
  role: z.string().optional(),
  retry: retrySchema.optional(),
  timeout: z.number().min(0).optional(),
  /** The input, or the part of it that is known beforehand; absent where a mapper makes it. */
  input: json.optional(),
  /** Keys of the input that get the outputs of these steps: one, or a list of them. */
  bind: z.record(z.string(), z.union([index, z.array(index)])).optional(),
})
export type PlanStep = z.infer<typeof planStep>

export const plan = z.strictObject({
  steps: z.array(planStep),
  /** Each lane lets so many of its steps run at once. */
  lanes: z.array(z.int().min(1)),
  onFailure: z.enum(ON_FAILURE),
})
export type Plan = z.infer<typeof plan>

export const workflowMessages = {
  'workflow.start': z.object({
    workflow: z.string(),
    version: z.string(),
    hash: z.string(),
    input: json,
    /** Present in a graph given as data. */
    plan: plan.optional(),
    metadata: z.record(z.string(), json).optional(),
  }),
  'step.done': z.object({
    step: z.int(),
    status: z.enum(['completed', 'failed', 'cancelled']),
    error: failureSchema.optional(),
  }),
  /** The hub could not make the message that this actor emitted. */
  fault: z.object({ step: z.int(), error: failureSchema }),
  'workflow.cancel': z.object({ reason: z.string().optional() }),
} as const

export const workflowPublic = ['workflow.cancel'] as const
