/** What a workflow is told, and the plan it follows. Schemas and shapes only. */
import { z } from 'zod'
import { failureSchema, json, retrySchema } from './task.ts'

export const planStep = z.object({
  name: z.string(),
  task: z.string(),
  /** Indexes of the steps that must complete first. */
  after: z.array(z.int()),
  /** Indexes of the lanes it needs a place in. */
  lanes: z.array(z.int()),
  /** The group that it was declared in, such as `verify`. */
  group: z.string().optional(),
  role: z.string().optional(),
  retry: retrySchema.optional(),
  timeout: z.number().optional(),
  /** The input, or the part of it that is known beforehand; absent where a mapper makes it. */
  input: json.optional(),
  /** Keys of the input that get the outputs of these steps: one, or a list of them. */
  bind: z.record(z.string(), z.union([z.int(), z.array(z.int())])).optional(),
})
export type PlanStep = z.infer<typeof planStep>

export const plan = z.object({
  steps: z.array(planStep),
  /** Each lane lets so many of its steps run at once. */
  lanes: z.array(z.int().min(1)),
  /** What a failed step means for steps that do not depend on it. */
  onFailure: z.enum(['continue', 'cancel']),
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
