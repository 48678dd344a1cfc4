/**
 * Again: a case out of a token, under the check as it is today. Workflows go on after a token is kept: they get steps, and their schemas
 * change. What the token says nothing of is drawn; what can no longer be given is said. It plays nothing.
 */
import * as fc from 'fast-check'
import { StatorError } from '../../errors.ts'
import type { Json } from '../../messages/json.ts'
import type { Schema } from '../../actors/schema.ts'
import type { Case } from './case.ts'
import type { Check } from './options.ts'

/** `file` is where the token is kept, if it is. @throws StatorError TOKEN_INVALID where its inputs fit the workflow no more */
export function today(check: Check, drawn: Case, file?: string): Case {
  const { workflow } = check
  for (const input of drawn.inputs)
    if (!fits(workflow.input, input))
      throw new StatorError('TOKEN_INVALID', {
        ...(file === undefined ? {} : { file }),
        reason: `its input does not fit ${workflow.name} any more${file === undefined ? '' : ': take it out of the file'}`,
        input: JSON.stringify(input),
      })
  const outputs = Object.entries(check.outputs).map(([name, answers]): [string, readonly Json[]] => {
    const kept = drawn.outputs[name]
    return [name, kept !== undefined && isUsable(check, name, kept) ? kept : sample(answers)]
  })
  return { ...drawn, outputs: Object.fromEntries(outputs) }
}

/** What the user made may be wrong on purpose; what was drawn from a schema fits it. */
function isUsable(check: Check, name: string, kept: readonly Json[]): boolean {
  const schema = check.tasks.find(task => task.name === name)?.output
  const isDrawn = check.agents === undefined && check.effects.get(name)?.output === undefined
  return kept.length > 0 && (!isDrawn || schema === undefined || kept.every(value => fits(schema, value)))
}

/** The same one each time. */
const sample = (answers: fc.Arbitrary<Json>): readonly Json[] => fc.sample(answers, { numRuns: 1, seed: 1 })

function fits(schema: Schema, value: Json): boolean {
  try {
    return schema.safeParse(value).success
  } catch {
    return false
  }
}
