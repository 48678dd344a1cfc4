/**
 * signal(), update(), query(): what can be said to a run while it goes on, and asked of it. A definition holds a name and types;
 * what an update or a query does belongs to the workflow.
 */
import { z } from 'zod'
import { checkName } from '../messages/address.ts'
import { checkOptions, checkSchema, type Schema } from './schema.ts'

/** Something that happens outside, told to a run. It is kept until the run waits for it. */
export interface SignalDefinition<in out D = unknown, in out Given = D> {
  readonly kind: 'signal'
  readonly name: string
  readonly data: Schema<D, Given>
}

/** Any signal, where its types do not matter. */
export type AnySignal = Pick<SignalDefinition, 'kind' | 'name'> & { readonly data: Schema }

/** A change of a run that is answered. */
export interface UpdateDefinition<in out I = unknown, in out O = unknown, in out Given = I> {
  readonly kind: 'update'
  readonly name: string
  readonly input: Schema<I, Given>
  readonly output: Schema<O, O>
}

/** A look at a run that changes nothing and leaves no trace. */
export interface QueryDefinition<in out O = unknown> {
  readonly kind: 'query'
  readonly name: string
  readonly output: Schema<O, O>
}

/** @throws StatorError ADDRESS_INVALID (name), DEFINITION_INVALID (schema not JSON to JSON) */
export function signal<D extends Schema = z.ZodUnknown>(
  name: string,
  data?: D,
): SignalDefinition<z.output<D>, z.input<D>> {
  checkName(name, 'signal name')
  const schema = data ?? z.unknown()
  checkSchema(schema, `data of signal ${name}`)
  return Object.freeze({ kind: 'signal' as const, name, data: schema as Schema<z.output<D>, z.input<D>> })
}

/** @throws StatorError ADDRESS_INVALID (name), DEFINITION_INVALID (schema not JSON to JSON) */
export function update<I extends Schema = z.ZodUnknown, O extends Schema = z.ZodUnknown>(
  name: string,
  schemas: { input?: I; output?: O } = {},
): UpdateDefinition<z.output<I>, z.output<O>, z.input<I>> {
  checkName(name, 'update name')
  checkOptions(schemas, `schemas of update ${name}`)
  const { input = z.unknown(), output = z.unknown() } = schemas
  checkSchema(input, `input of update ${name}`)
  checkSchema(output, `output of update ${name}`)
  return Object.freeze({
    kind: 'update' as const,
    name,
    input: input as Schema<z.output<I>, z.input<I>>,
    output: output as Schema<z.output<O>, z.output<O>>,
  })
}

/** @throws StatorError ADDRESS_INVALID (name), DEFINITION_INVALID (schema not JSON to JSON) */
export function query<O extends Schema = z.ZodUnknown>(
  name: string,
  output?: O,
): QueryDefinition<z.output<O>> {
  checkName(name, 'query name')
  const schema = output ?? z.unknown()
  checkSchema(schema, `output of query ${name}`)
  return Object.freeze({ kind: 'query' as const, name, output: schema as Schema<z.output<O>, z.output<O>> })
}
