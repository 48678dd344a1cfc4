// Every task type can be declared to a runtime that wants JSON Schema, and every specialist has work.
// Never in here: what the tasks do.
import { expect, test } from 'vitest'
import { z } from 'zod'
import { roles } from '../../examples/audit/roles.ts'
import { auditTasks } from '../../examples/audit/tasks.ts'

test.each(auditTasks.map(task => [task.name, task] as const))(
  '%s has a JSON Schema for input and output',
  (_, task) => {
    expect(z.toJSONSchema(task.input)).toMatchObject({ type: 'object' })
    expect(z.toJSONSchema(task.output)).toMatchObject({ type: 'object' })
  },
)

test('task types have names of their own', () => {
  const names = auditTasks.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

test.each(roles)('%s has checks of its own and a summary', role => {
  const names = auditTasks.filter(task => task.role === role).map(({ name }) => name)
  expect(names).toContain(`${role}.summary`)
  expect(names.length).toBeGreaterThanOrEqual(4)
})
