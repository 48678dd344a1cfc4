/**
 * Personas: agents that are declared in a file, for people to read, and bound to code by their ids. What is wrong in the file is told
 * with its line and column.
 */
import assert from 'node:assert/strict'
import { createRuntime, memory, StatorError, task, workflow } from 'stator'
import { bindPersonas, parsePersonas, readPersonas, type Persona } from 'stator/personas'
import { z } from 'zod'

// #region personas
const draft = task('draft', { input: z.object({ change: z.string() }), output: z.string(), role: 'docs' })
const review = task('review', { input: z.object({ text: z.string() }), output: z.string(), role: 'review' })
const note = workflow('note', { input: z.object({ change: z.string() }) })
  .step('draft', draft)
  .step('review', review, ({ outputs }) => ({ text: outputs.draft }))

const agents = bindPersonas(readPersonas(new URL('personas.yaml', import.meta.url)), {
  writer: (writer, persona) => writer.handle(draft, ({ change }) => model(persona, change)),
  critic: (critic, persona) => critic.handle(review, ({ text }) => model(persona, text)),
})
// #endregion

/** Stands in for a language model: it is given the persona as its instructions. */
function model({ id, goal, instructions }: Persona, prompt: string): string {
  const rules = instructions.split('\n').filter(line => line !== '').length
  return `${prompt} → ${id} (${goal}; ${rules} instructions)`
}

await using runtime = await createRuntime({ journal: memory(), agents, workflows: [note] })
for (const { id, role, skills, capacity } of runtime.agents.list())
  console.log(`${id}: ${role}, ${skills.join(' and ')}, ${capacity} at once`)
const run = await runtime.start(note, { change: 'runs can be paused' })
const outcome = await run.outcome()
assert.equal(outcome.status, 'completed')
console.log(outcome.outputs.review)

// A file in which something is wrong:
try {
  parsePersonas('personas:\n  writer:\n    role: docs\n    gaol: Write\n    capacity: two\n', {
    source: 'team.yaml',
  })
} catch (error) {
  assert(error instanceof StatorError)
  const { problems } = error.details as { problems: readonly { at: string; message: string }[] }
  for (const { at, message } of problems) console.log(`${at} ${message}`)
}
