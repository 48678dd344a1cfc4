/**
 * Flow document: a workflow as people and programs write it in JSON: what follows what, which task, and where its input comes from.
 * Schemas and shapes only; flow.ts makes a flow of it.
 */
import { z } from 'zod'
import { termsShape, wordsShape } from './gate-question.ts'
import { COMPARISONS, ON_FAILURE } from '../messages/flow.ts'
import type { Duration } from '../messages/duration.ts'
import { json } from '../messages/task.ts'
import type { Json } from '../messages/json.ts'

const name = z.string()
const duration = z.union([z.string(), z.number()]) as unknown as z.ZodType<Duration>

/** `input`, `input.ref`, `outputs.build.image`; as a list where a name holds a dot: `["outputs", "a.b", "image"]`. */
export type DocumentReference = string | readonly string[]
const reference: z.ZodType<DocumentReference> = z.union([z.string(), z.array(z.string()).min(1)])

export type DocumentCondition =
  | {
      readonly ref: DocumentReference
      readonly is: (typeof COMPARISONS)[number]
      readonly value?: Json | undefined
    }
  | { readonly all: readonly DocumentCondition[] }
  | { readonly any: readonly DocumentCondition[] }
  | { readonly not: DocumentCondition }
const condition: z.ZodType<DocumentCondition> = z.lazy(() =>
  z.union([
    z.strictObject({ ref: reference, is: z.enum(COMPARISONS), value: json.optional() }),
    z.strictObject({ all: z.array(condition) }),
    z.strictObject({ any: z.array(condition) }),
    z.strictObject({ not: condition }),
  ]),
) as z.ZodType<DocumentCondition>

/** What a step is given: a value, keys of it out of what is there, or all of it from one place. Default: the input of the run. */
const given = {
  input: json.optional(),
  bind: z.record(z.string(), z.union([reference, z.array(z.array(z.string()).min(1))])).optional(),
  from: reference.optional(),
}

const work = {
  compensate: name.optional(),
  role: name.optional(),
  retry: z.unknown().optional(),
  timeout: duration.optional(),
  ...given,
}

const child = z.strictObject({ name, version: z.string().optional() })
const limit = z.int().min(1).optional()

const step = z.strictObject({ step: name, task: name, pivot: z.boolean().optional(), ...work })
const map = z.strictObject({
  map: name,
  over: reference,
  task: name.optional(),
  workflow: child.optional(),
  limit,
  ...work,
})
const run = z.strictObject({ run: name, workflow: child, ...given })
const gate = z.strictObject({
  gate: name,
  ...wordsShape,
  ...termsShape,
  expires: duration.optional(),
  escalateAfter: duration.optional(),
  /** A JSON Schema. */
  form: json.optional(),
  /** What helps to decide it, as a step is given its input. */
  details: json.optional(),
  bind: given.bind,
  from: given.from,
})
const wait = z.strictObject({
  wait: name,
  signal: name.optional(),
  for: duration.optional(),
  until: reference.optional(),
})

export type StepDocument = z.infer<typeof step>
export type MapDocument = z.infer<typeof map>
export type GateDocument = z.infer<typeof gate>
export type WaitDocument = z.infer<typeof wait>
interface Steps {
  readonly steps: readonly DocumentNode[]
}
export interface SequenceDocument extends Steps {
  readonly sequence: string
}
export interface ParallelDocument extends Steps {
  readonly parallel: string
  readonly limit?: number | undefined
}
export interface BranchDocument {
  readonly branch: string
  readonly cases: readonly (Steps & {
    readonly case: string
    readonly when?: DocumentCondition | undefined
  })[]
}
export interface LoopDocument extends Steps {
  readonly loop: string
  readonly while: DocumentCondition
  readonly max: number
}
export type DocumentNode =
  | StepDocument
  | MapDocument
  | z.infer<typeof run>
  | GateDocument
  | WaitDocument
  | SequenceDocument
  | ParallelDocument
  | BranchDocument
  | LoopDocument

/** What is in them is looked at one by one, so that an error says where it is. */
const steps = z.array(z.looseObject({})) as unknown as z.ZodType<readonly DocumentNode[]>

/** Each sort of node, by the key that holds its name. */
export const documentNodes = {
  step,
  map,
  run,
  gate,
  wait,
  sequence: z.strictObject({ sequence: name, steps }),
  parallel: z.strictObject({ parallel: name, limit, steps }),
  branch: z.strictObject({
    branch: name,
    cases: z.array(z.strictObject({ case: name, when: condition.optional(), steps })).min(1),
  }),
  loop: z.strictObject({ loop: name, while: condition, max: z.int().min(1), steps }),
} as const

export const flowDocument = z.strictObject({
  name,
  /** Default '1'. */
  version: z.string().min(1).max(200).optional(),
  limit: z.int().min(1).optional(),
  onFailure: z.enum(ON_FAILURE).optional(),
  /** Signals that it takes beside those that it waits for. */
  signals: z.array(name).optional(),
  steps,
})
export type FlowDocument = z.infer<typeof flowDocument>
