/**
 * Gate question: what is asked, of whom, and for how long, as users write it: in a workflow, of a client, by a handler. From options
 * to what a gate is opened with, each checked where it is written.
 */
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import { toMs, type Duration } from '../messages/duration.ts'
import { gateQuestion, type GateQuestion } from '../messages/gate.ts'
import type { Json } from '../messages/json.ts'
import { formOf } from './gate-form.ts'
import { present } from './present.ts'
import { parse, type Schema } from './schema.ts'

export interface GateTerms<Form extends Schema = Schema> {
  /** What an approval must say: a zod schema, kept with the gate as JSON Schema; its code (`refine`) is not. Default: anything. */
  readonly form?: Form
  /** Who is asked, one after the other: 1 to 100 names of 1 to 200 characters. Default: anybody. */
  readonly approvers?: readonly string[]
  /** Only whoever is asked may answer; others get GATE_NOT_YOURS. Default false: whoever answers is recorded. */
  readonly strict?: boolean
  /** Unanswered by then, it expires. Default: it waits for as long as it takes. */
  readonly expires?: Duration
  /** Each approver has so long before the next one is asked. The last one has until `expires`; without that, so long as well. */
  readonly escalateAfter?: Duration
  /** What its expiry counts as: `reject` (GATE_EXPIRED), or `approve`, by `system/clock`; not of one with a form. Default `reject`. */
  readonly onExpire?: 'reject' | 'approve'
}

/** What is said to those who are asked. */
export interface GateWords {
  /** What is asked, in a line. */
  readonly title?: string
  /** Why somebody must be asked. */
  readonly reason?: string
  /** What was tried before. */
  readonly attemptedSolutions?: readonly string[]
}

/** Of one that no run opens: all of it at once. */
export interface GateQuestionOptions<Form extends Schema = Schema> extends GateTerms<Form>, GateWords {
  /** All that helps to decide it, as JSON. */
  readonly details?: unknown
}

/** For the compiler that does not ask. Durations and the form are checked with codes of their own. */
export const termsShape = {
  form: z.unknown().optional(),
  approvers: gateQuestion.shape.approvers,
  strict: gateQuestion.shape.strict,
  expires: z.unknown().optional(),
  escalateAfter: z.unknown().optional(),
  onExpire: gateQuestion.shape.onExpire,
}
export const wordsShape = {
  title: gateQuestion.shape.title,
  reason: gateQuestion.shape.reason,
  attemptedSolutions: gateQuestion.shape.attemptedSolutions,
}
export const questionShape = { ...termsShape, ...wordsShape, details: z.unknown().optional() }

type Written = z.infer<z.ZodObject<typeof termsShape>>

/** @throws StatorError DEFINITION_INVALID: no duration, no form, or one that nobody would fill in */
export function termsFrom(
  options: Written,
  what: string,
  form: (form: Json, what: string) => Json = formOf,
): GateQuestion {
  const { approvers, strict, onExpire, expires, escalateAfter } = options
  if (onExpire === 'approve' && options.form !== undefined)
    throw new StatorError('DEFINITION_INVALID', { what, reason: 'nobody fills in its form when it expires' })
  const ms = (name: 'expires' | 'escalateAfter', time: unknown): number | undefined =>
    time === undefined ? undefined : toMs(time as Duration, name)
  return present({
    form: options.form === undefined ? undefined : form(options.form as Json, `form of ${what}`),
    approvers,
    strict,
    expires: ms('expires', expires),
    escalateAfter: ms('escalateAfter', escalateAfter),
    onExpire,
  })
}

const question = z.looseObject(questionShape)

/** All that is asked. @throws StatorError INPUT_INVALID, DEFINITION_INVALID (no duration, no form) */
export function questionOf(options: GateQuestionOptions, what: string): GateQuestion {
  const asked = parse(question, options, 'INPUT_INVALID', what)
  const { title, reason, attemptedSolutions } = asked
  const details = asked.details as Json | undefined
  return { ...present({ title, reason, details, attemptedSolutions }), ...termsFrom(asked, what) }
}
