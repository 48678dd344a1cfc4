/** Options of workflow(), and what is refused in them. */
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import { ON_FAILURE } from '../messages/flow.ts'
import type { Migrate } from '../messages/migration.ts'
import { checkLimit } from './graph.ts'
import { checkSchema, func, parse, type Schema } from './schema.ts'
import { checkSignal } from './shapes.ts'
import type { AnySignal } from './signals.ts'

export interface WorkflowOptions<I extends Schema, V extends Schema> {
  input?: I
  /** What updates may change, given to mappers as `vars`: an object whose every part has a default. Default: none. */
  vars?: V
  /** Part of a run's identity: raise it when runs in flight must not continue on the new code. Default '1'. */
  version?: string
  /** Tasks of it that may run at once. Default: as many as agents have room for. */
  limit?: number
  /** Does a failed step stop those that run beside it? Default 'continue': they go on to their ends. */
  onFailure?: (typeof ON_FAILURE)[number]
  /** Signals that it takes beside those that it waits for: they are kept, for a later version that does. */
  signals?: readonly AnySignal[]
  /** How runs of other versions go on with this one, by their version: given the state of a run as JSON, it returns it as this one has it. */
  migrate?: Readonly<Record<string, Migrate>>
  /** Findings of the pre-flight that are meant to be so: codes, each with the reason. */
  preflight?: { ignore?: Readonly<Record<string, string>> }
}

const optionsShape = z.strictObject({
  input: z.unknown().optional(),
  vars: z.unknown().optional(),
  version: z.string().min(1).max(200).optional(),
  limit: z.unknown().optional(),
  onFailure: z.enum(ON_FAILURE).optional(),
  signals: z.array(z.unknown()).optional(),
  migrate: z.record(z.string(), func).optional(),
  preflight: z.strictObject({ ignore: z.record(z.string(), z.string().min(1)).optional() }).optional(),
})

/** @throws StatorError DEFINITION_INVALID */
export function checkWorkflowOptions(name: string, options: WorkflowOptions<Schema, Schema>): void {
  parse(optionsShape, options, 'DEFINITION_INVALID', `options of workflow ${name}`)
  if (options.input !== undefined) checkSchema(options.input, `input of workflow ${name}`)
  if (options.vars !== undefined) checkVars(options.vars, name)
  if (options.limit !== undefined) checkLimit(options.limit, 'limit')
  for (const signal of options.signals ?? []) checkSignal(signal, `signals of workflow ${name}`)
}

/** A run begins with them, before anybody could say what they are. */
function checkVars(vars: Schema, name: string): void {
  checkSchema(vars, `vars of workflow ${name}`)
  if (!vars.safeParse({}).success)
    throw new StatorError('DEFINITION_INVALID', {
      workflow: name,
      reason: 'a part of its vars has no default',
    })
}
