/**
 * A8, personas: agents declared in a YAML file (role, goal, skills, capacity, instructions) and bound to code by name; errors point at
 * line and column.
 */
import { expect, test } from 'vitest'
import { createRuntime, memory, task } from 'stator'
import { bindPersonas, parsePersonas, readPersonas } from 'stator/personas'
import { z } from 'zod'

const crew = readPersonas(new URL('../../examples/personas.yaml', import.meta.url))

test('a file declares agents, with role, goal, skills, capacity and instructions', () => {
  expect(crew).toMatchObject([
    {
      id: 'writer',
      role: 'docs',
      goal: 'Say what a change means to its users',
      skills: ['english'],
      capacity: 1,
      instructions: 'One sentence.\nNo jargon.\n',
    },
    { id: 'critic', role: 'review', skills: ['english', 'product'], capacity: 2, instructions: '' },
  ])
})

test('they are bound to code by name, and get work by their roles', async () => {
  const review = task('review', { input: z.string(), output: z.string(), role: 'review' })
  const agents = bindPersonas(crew, {
    writer: writer => writer,
    critic: (critic, { goal }) => critic.handle(review, text => `${text}: ${goal}`),
  })
  await using runtime = await createRuntime({ journal: memory(), agents })
  const handle = await runtime.submit(review, 'the page')
  expect(await handle.result()).toBe('the page: Find what is missing')
  expect(runtime.agents.get('critic')).toMatchObject({ role: 'review', done: 1 })
  expect(() => bindPersonas(crew, { writer: writer => writer })).toThrow(/critic.*personas\.yaml:10:3/s)
})

test('errors point at line and column', () => {
  const text = 'personas:\n  writer:\n    role: docs\n    goal: [a]\n  writer: {}\n'
  expect(() => parsePersonas(text)).toThrow(/personas\.yaml:5:3/)
  expect(() => parsePersonas(text.replace('  writer: {}\n', ''))).toThrow(/personas\.yaml:4:11/)
})
