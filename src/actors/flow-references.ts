/** References: where inputs and conditions of a flow document come from, as the flow has them: names become indexes. Pure. */
import { StatorError } from '../errors.ts'
import type { Condition, Filling, Reference } from '../messages/flow.ts'
import type { Json } from '../messages/json.ts'
import type { DocumentCondition, DocumentReference } from './flow-document.ts'

/** What a node says of its input. */
export interface GivenInput {
  readonly input?: Json | undefined
  readonly bind?: Readonly<Record<string, DocumentReference | readonly (readonly string[])[]>> | undefined
  readonly from?: DocumentReference | undefined
}

/** What comes before a node, by name. */
export type Before = ReadonlyMap<string, number>

export function conditionOf(name: string, given: DocumentCondition, before: Before): Condition {
  if ('all' in given) return { all: given.all.map(one => conditionOf(name, one, before)) }
  if ('any' in given) return { any: given.any.map(one => conditionOf(name, one, before)) }
  if ('not' in given) return { not: conditionOf(name, given.not, before) }
  const { ref, is, value } = given
  return { ref: referenceOf(name, ref, before), is, ...(value === undefined ? {} : { value }) }
}

/** Undefined: it is the input of the run. @throws StatorError DEFINITION_INVALID, DEPENDENCY_UNKNOWN */
export function fillingOf(
  name: string,
  { input, bind, from }: GivenInput,
  before: Before,
): Filling | undefined {
  if (from !== undefined) {
    if (input !== undefined || bind !== undefined) throw invalid(name, '`from` is all of its input')
    return { whole: referenceOf(name, from, before) }
  }
  if (bind === undefined) return input === undefined ? undefined : { value: input }
  const isRecord = typeof input === 'object' && input !== null && !Array.isArray(input)
  if (input !== undefined && !isRecord)
    throw invalid(name, 'outputs can only be bound into an input that is an object')
  const fill = Object.fromEntries(
    Object.entries(bind).map(([key, ref]) => [
      key,
      isList(ref) ? ref.map(one => referenceOf(name, one, before)) : referenceOf(name, ref, before),
    ]),
  )
  return { ...(input === undefined ? {} : { value: input }), fill }
}

/** @throws StatorError DEPENDENCY_UNKNOWN: it does not come before */
export function referenceOf(name: string, given: DocumentReference, before: Before): Reference {
  const [from, ...rest] = typeof given === 'string' ? given.split('.') : given
  if (from === 'input') return { from: 'input', ...(rest.length === 0 ? {} : { path: rest }) }
  const [step = '', ...path] = from === 'outputs' ? rest : []
  const index = before.get(step)
  if (index === undefined)
    throw new StatorError('DEPENDENCY_UNKNOWN', { step: name, dependency: String(given) })
  return { from: { step: index }, ...(path.length === 0 ? {} : { path }) }
}

const invalid = (step: string, reason: string): StatorError =>
  new StatorError('DEFINITION_INVALID', { step, reason })

const isList = (
  ref: DocumentReference | readonly (readonly string[])[],
): ref is readonly (readonly string[])[] => Array.isArray(ref) && Array.isArray(ref[0])
