/**
 * Shapes: is what somebody hands over a task, an agent, a workflow? For those whose compiler did not ask. What they are made of
 * was checked where they were made; here only that they are what they are taken for. A copy that JSON made is not.
 */
import { z } from 'zod'
import { taskCreate } from '../messages/task.ts'
import type { AgentDefinition } from './agent.ts'
import { parse } from './schema.ts'
import type { AnyTask } from './task.ts'
import type { AnyWorkflow } from './workflow.ts'

const schema = z.instanceof(z.ZodType)

const taskShape = z.object({
  kind: z.literal('task'),
  name: z.string(),
  input: schema,
  output: schema,
  // It goes into messages as it is.
  spec: taskCreate.omit({ input: true, task: true }),
})

const agentShape = z.object({
  kind: z.literal('agent'),
  id: z.string(),
  // So do these.
  role: z.string().optional(),
  skills: z.array(z.string()),
  capacity: z.int().min(1),
  handlers: z.instanceof(Map),
})

const workflowShape = z.object({
  kind: z.literal('workflow'),
  name: z.string(),
  version: z.string(),
  input: schema,
  declared: z.array(z.unknown()),
})

/** Tasks that were looked at: one is submitted many times, and none changes behind our back. */
const known = new WeakSet<object>()

/** What task() makes. @throws StatorError DEFINITION_INVALID */
export function checkTask(value: unknown, what: string): AnyTask {
  if (typeof value === 'object' && value !== null && known.has(value)) return value as AnyTask
  parse(taskShape, value, 'DEFINITION_INVALID', what)
  if (Object.isFrozen(value)) known.add(value as object)
  return value as AnyTask
}

/** What agent() makes. @throws StatorError DEFINITION_INVALID */
export function checkAgent(value: unknown): AgentDefinition {
  parse(agentShape, value, 'DEFINITION_INVALID', 'an agent')
  return value as AgentDefinition
}

/** What workflow() makes. @throws StatorError DEFINITION_INVALID */
export function checkWorkflow(value: unknown): AnyWorkflow {
  parse(workflowShape, value, 'DEFINITION_INVALID', 'a workflow')
  return value as AnyWorkflow
}
