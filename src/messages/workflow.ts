/** What a workflow is told, and the plan it follows. Schemas and shapes only. */
import { z } from 'zod'
import { flow, ON_FAILURE } from './flow.ts'
import { address, failureSchema, json, retrySchema } from './task.ts'

/** How a run ends, of whatever kind it is. */
export const RUN_ENDINGS = ['completed', 'failed', 'cancelled', 'compensated', 'terminated'] as const

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

/** Who started it, and where it stands there: a step of another run, or a schedule. */
const place = {
  parent: address.optional(),
  step: z.int().optional(),
  visit: z.int().optional(),
  item: z.int().optional(),
}

export const workflowMessages = {
  'workflow.start': z.object({
    workflow: z.string(),
    version: z.string(),
    hash: z.string(),
    input: json,
    /** Present in a graph given as data. */
    plan: plan.optional(),
    /** Present in a workflow given as data. */
    flow: flow.optional(),
    /** What updates may change, as it is at first. */
    vars: json.optional(),
    metadata: z.record(z.string(), json).optional(),
    /** Its parent is paused. */
    paused: z.boolean().optional(),
    ...place,
  }),
  /** Word of a step: how its task, its run or its gate ended. */
  'step.done': z.object({
    step: z.int(),
    /** Which visit of the step it is of, and which item of a map; of a compensation: that it is one. */
    visit: z.int().optional(),
    item: z.int().optional(),
    undo: z.boolean().optional(),
    status: z.enum(['completed', 'failed', 'cancelled']),
    error: failureSchema.optional(),
    /** What came of it, where the signal before this one does not hold it. */
    output: json.optional(),
    /** Is there anything to undo? Absent: if it completed. */
    ran: z.boolean().optional(),
  }),
  /** What the definition's own code, or its data, says of a node: which case, whether once more, which items, until when. */
  'flow.decided': z.object({
    step: z.int(),
    visit: z.int(),
    choice: z.string().nullable().optional(),
    list: z.array(json).optional(),
    /** Milliseconds since the epoch. */
    until: z.number().optional(),
  }),
  /** The hub could not make the message that this actor emitted. */
  fault: z.object({
    step: z.int(),
    visit: z.int().optional(),
    item: z.int().optional(),
    undo: z.boolean().optional(),
    error: failureSchema,
  }),
  'workflow.signal': z.object({ name: z.string(), data: json }),
  /** What came of it is put in by the hub: the answer, and what it changed; erased like any payload. */
  'workflow.update': z.object({
    name: z.string(),
    data: json,
    answer: json.optional(),
    vars: json.optional(),
  }),
  'workflow.pause': z.object({ reason: z.string().optional() }),
  'workflow.resume': z.object({}),
  /** `compensate`: undo what ran; absent: if there is anything that can be undone. */
  'workflow.cancel': z.object({ reason: z.string().optional(), compensate: z.boolean().optional() }),
  /** The hub itself ends the run as it stands, with all that is below it: no machine is asked. */
  'workflow.terminate': z.object({ reason: z.string().optional() }),
  /** An operator's word to a held step: once more; go on without it; it was done by hand. */
  'step.retry': z.object({ step: z.string() }),
  'step.skip': z.object({ step: z.string(), reason: z.string().min(1).max(2000) }),
  'step.finish': z.object({
    step: z.string(),
    reason: z.string().min(1).max(2000),
    output: json.optional(),
  }),
  /** From its parent, which did not come to its end: undo what you did; which did: you need not be undone any more. */
  'workflow.compensate': z.object({}),
  'workflow.release': z.object({}),
} as const

export const workflowPublic = [
  'workflow.signal',
  'workflow.update',
  'workflow.pause',
  'workflow.resume',
  'workflow.cancel',
  'workflow.terminate',
  'step.retry',
  'step.skip',
  'step.finish',
] as const

/** What a graph given as data is told. */
export const graphMessages = {
  'workflow.start': workflowMessages['workflow.start'],
  'step.done': workflowMessages['step.done'],
  fault: workflowMessages.fault,
  'workflow.pause': workflowMessages['workflow.pause'],
  'workflow.resume': workflowMessages['workflow.resume'],
  'workflow.cancel': workflowMessages['workflow.cancel'],
} as const
