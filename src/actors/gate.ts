/** gate(): a step of a workflow that somebody must approve. Who may, and how it is answered, is runtime.gates'. */
import { z } from 'zod'
import type { GateQuestion } from '../messages/gate.ts'
import type { Json } from '../messages/json.ts'
import { termsFrom, termsShape, wordsShape, type GateTerms, type GateWords } from './gate-question.ts'
import { present } from './present.ts'
import { parse, type Schema } from './schema.ts'

export interface GateOptions<Form extends Schema = Schema> extends GateTerms<Form>, GateWords {}

/** What an approval leaves behind, as the output of its step. */
export interface Approval<Data = Json> {
  readonly approved: true
  /** `system/clock` where it was its time that approved. */
  readonly by: string
  readonly reason?: string
  readonly data?: Data
}

/** Of a gate with a form. */
export interface FilledApproval<Data> extends Approval<Data> {
  readonly data: Data
}

export interface GateDefinition<Made = Approval> {
  readonly kind: 'gate'
  /** Times in milliseconds; the form as JSON Schema. */
  readonly question: GateQuestion
  /** Of an approval; a type and no value. */
  readonly made?: Made
}

const shape = z.strictObject({ ...termsShape, ...wordsShape })

/** @throws StatorError DEFINITION_INVALID */
export function gate<Form extends Schema>(
  options: GateOptions<Form> & { readonly form: Form },
): GateDefinition<FilledApproval<z.output<Form>>>
export function gate(options?: GateOptions): GateDefinition
export function gate(options: GateOptions = {}): GateDefinition<never> {
  const { title, reason, attemptedSolutions, ...terms } = parse(
    shape,
    options,
    'DEFINITION_INVALID',
    'options of a gate',
  )
  const question = { ...present({ title, reason, attemptedSolutions }), ...termsFrom(terms, 'a gate') }
  return Object.freeze({ kind: 'gate' as const, question })
}
