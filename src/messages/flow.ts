/**
 * Flow: a workflow as data, from which its statechart is compiled: what follows what, and what is done with failures. Users' code
 * (mappers, conditions, lists) is not in it: that hangs on the definition, by the index of the node. Schemas and shapes only.
 */
import { z } from 'zod'
import { gateQuestion } from './gate.ts'
import { json, retrySchema } from './task.ts'

const index = z.int().min(0)
const name = z.string()

/** Where a value comes from: the input of the run, or the output of a step, and a path into it such as `items.0.id`. */
export const reference = z.strictObject({
  from: z.union([z.literal('input'), z.strictObject({ step: index })]),
  path: z.array(z.string()).optional(),
})
export type Reference = z.infer<typeof reference>

/** An input as data: a value, with parts of it filled in. */
export const filling = z.strictObject({
  value: json.optional(),
  /** Keys of the value that get what is referred to. */
  fill: z.record(z.string(), z.union([reference, z.array(reference)])).optional(),
  /** All of it is what is referred to. */
  whole: reference.optional(),
})
export type Filling = z.infer<typeof filling>

export const COMPARISONS = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'exists'] as const

/** A condition as data; `in` wants a list, `exists` no value. */
export type Condition =
  | {
      readonly ref: Reference
      readonly is: (typeof COMPARISONS)[number]
      readonly value?: z.infer<typeof json> | undefined
    }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
export const condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ ref: reference, is: z.enum(COMPARISONS), value: json.optional() }),
    z.strictObject({ all: z.array(condition) }),
    z.strictObject({ any: z.array(condition) }),
    z.strictObject({ not: condition }),
  ]),
) as z.ZodType<Condition>

/** A task that undoes a step; it is told `{ input, output }`, without an output where nobody knows how the step ended. */
const undo = z.strictObject({ task: name })

/** What all have that happen at a time of their own: a name, and the index by which the machine knows it. */
const placed = { name, step: index }

const step = z.strictObject({
  kind: z.literal('step'),
  ...placed,
  task: name,
  role: z.string().optional(),
  retry: retrySchema.optional(),
  timeout: z.number().min(0).optional(),
  /** Absent where a mapper makes it, or it is the input of the run. */
  input: filling.optional(),
  undo: undo.optional(),
  /** Once it has completed nothing is undone any more: what fails then is held until it is done. */
  pivot: z.literal(true).optional(),
  /** Lanes that it needs a place in, by index. */
  lanes: z.array(index).optional(),
})

const wait = z.strictObject({
  kind: z.literal('wait'),
  ...placed,
  /** The signal that ends it; else the time does. */
  signal: z.string().optional(),
  /** Milliseconds; without a signal how long it waits, with one how long at most: then it fails. */
  for: z.number().min(0).optional(),
  /** A time that is known only then: a mapper, or data, makes it. */
  until: z.union([z.literal('mapper'), reference]).optional(),
})

const gate = z.strictObject({
  kind: z.literal('gate'),
  ...placed,
  /** Milliseconds until it is rejected for want of an answer. */
  expires: z.number().min(0).optional(),
  /** What else is asked, and of whom. */
  asks: gateQuestion.omit({ expires: true, details: true }).optional(),
  /** Its details, where no mapper makes them. */
  details: filling.optional(),
})

/** Another workflow as a step of this one: a run of its own, below this one. */
const child = z.strictObject({
  kind: z.literal('workflow'),
  ...placed,
  workflow: name,
  version: z.string(),
  input: filling.optional(),
  /** It has something to undo. */
  undoable: z.boolean(),
})

const map = z.strictObject({
  kind: z.literal('map'),
  ...placed,
  /** Items that run at once. */
  limit: z.int().min(1).optional(),
  /** The list, where no mapper makes it. */
  over: reference.optional(),
  /** What is done with each item: a step or a workflow, with the index of the map itself. */
  each: z.discriminatedUnion('kind', [step, child]),
})

export type Leaf = z.infer<typeof step> | z.infer<typeof wait> | z.infer<typeof gate> | z.infer<typeof child>
export type StepNode = z.infer<typeof step>
export type WaitNode = z.infer<typeof wait>
export type GateNode = z.infer<typeof gate>
export type ChildNode = z.infer<typeof child>
export type MapNode = z.infer<typeof map>
export interface SequenceNode {
  readonly kind: 'sequence'
  readonly name: string
  readonly body: readonly FlowNode[]
}
/** Each node of its body runs beside the others. */
export interface ParallelNode {
  readonly kind: 'parallel'
  readonly name: string
  readonly body: readonly FlowNode[]
}
/** The first case whose condition holds; one without a condition always does. Where none holds, it fails. */
export interface BranchNode {
  readonly kind: 'branch'
  readonly name: string
  readonly step: number
  readonly cases: readonly BranchCase[]
}
export interface BranchCase {
  readonly name: string
  /** `code`: the definition has a function for it. */
  readonly when?: 'code' | Condition | undefined
  readonly body: readonly FlowNode[]
}
/** Its body again and again, as long as the condition holds, which is asked before each time; at most `max` times, then it fails. */
export interface LoopNode {
  readonly kind: 'loop'
  readonly name: string
  readonly step: number
  readonly while: 'code' | Condition
  readonly max: number
  readonly body: readonly FlowNode[]
}
export type FlowNode = Leaf | MapNode | SequenceNode | ParallelNode | BranchNode | LoopNode

const when = z.union([z.literal('code'), condition])

export const flowNode: z.ZodType<FlowNode> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    step,
    wait,
    gate,
    child,
    map,
    z.strictObject({ kind: z.literal('sequence'), name, body: z.array(flowNode) }),
    z.strictObject({ kind: z.literal('parallel'), name, body: z.array(flowNode) }),
    z.strictObject({
      kind: z.literal('branch'),
      ...placed,
      cases: z.array(z.strictObject({ name, when: when.optional(), body: z.array(flowNode) })).min(1),
    }),
    z.strictObject({
      kind: z.literal('loop'),
      ...placed,
      while: when,
      max: z.int().min(1),
      body: z.array(flowNode),
    }),
  ]),
) as z.ZodType<FlowNode>

/** What a failed step means for what runs beside it: it goes on to its end, or is cancelled. */
export const ON_FAILURE = ['continue', 'cancel'] as const

export const flow = z.strictObject({
  body: z.array(flowNode),
  /** Each lane lets so many of its tasks run at once. */
  lanes: z.array(z.int().min(1)),
  onFailure: z.enum(ON_FAILURE),
  /** Names of the signals that it takes, whether it waits for them or not. */
  signals: z.array(z.string()),
})
export type Flow = z.infer<typeof flow>
