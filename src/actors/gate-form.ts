/**
 * Gate form: what an approval must say, as a JSON Schema, so that whoever shows or checks it need not have the code that asked. Checks
 * and conversions only.
 */
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import type { GateContext } from '../machines/gate.ts'
import type { Json } from '../messages/json.ts'
import { checkSchema, parse, type Schema } from './schema.ts'

/** Made once for each form. */
const made = new WeakMap<object, Schema<Json>>()

/** A form that was given as a zod schema, as it is kept. Checks that are code (`refine`) are not part of it. @throws StatorError DEFINITION_INVALID */
export function formOf(form: unknown, what = 'form of a gate'): Json {
  checkSchema(form, what)
  const { $schema: _, ...kept } = z.toJSONSchema(form as z.ZodType, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = (zodSchema as z.core.$ZodTypes)._zod
      // A word that is misspelt in an answer is refused, not lost.
      if (def.type === 'object' && def.catchall === undefined) jsonSchema.additionalProperties = false
    },
  })
  return checkForm(kept as Json, what)
}

/** A form that was given as JSON Schema. @throws StatorError DEFINITION_INVALID */
export function checkForm(form: Json, what = 'form of a gate'): Json {
  try {
    schemaOf(form)
  } catch (error) {
    throw new StatorError('DEFINITION_INVALID', { what, reason: (error as Error).message }, { cause: error })
  }
  return form
}

/** What fits a form that was looked at. */
export function schemaOf(form: Json): Schema<Json> {
  if (typeof form !== 'object' || form === null)
    throw new TypeError('a form is a JSON Schema, which is an object')
  const known = made.get(form)
  if (known !== undefined) return known
  const schema = z.fromJSONSchema(form as unknown as z.core.JSONSchema.JSONSchema) as Schema<Json>
  made.set(form, schema)
  return schema
}

/** What somebody says to a gate, with its form filled in: an approval says what the form asks for. @throws StatorError GATE_FORM_INVALID */
export function heardByGate({ spec }: Pick<GateContext, 'spec'>, type: string, data: Json): Json {
  if (type !== 'gate.approve' || spec?.form === undefined) return data
  const said = data as { readonly data?: Json }
  const schema = schemaOf(spec.form)
  return {
    ...said,
    data: parse(schema, said.data ?? null, 'GATE_FORM_INVALID', `data of an approval`),
  } as Json
}
