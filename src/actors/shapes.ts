/**
 * Shapes: is what somebody hands over a task, an agent, a workflow, a gate, a signal? For those whose compiler did not ask. What they are made of
 * was checked where they were made; here only that they are what they are taken for. A copy that JSON made is not.
 */
import { z } from 'zod'
import { gateQuestion } from '../messages/gate.ts'
import { taskCreate } from '../messages/task.ts'
import type { AgentDefinition } from './agent.ts'
import type { GateDefinition } from './gate.ts'
import { func, parse } from './schema.ts'
import type { QueryDefinition, SignalDefinition, UpdateDefinition } from './signals.ts'
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
  define: func,
})

// It goes into messages as it is.
const gateShape = z.object({ kind: z.literal('gate'), question: gateQuestion })
const signalShape = z.object({ kind: z.literal('signal'), name: z.string(), data: schema })
const updateShape = z.object({ kind: z.literal('update'), name: z.string(), input: schema, output: schema })
const queryShape = z.object({ kind: z.literal('query'), name: z.string(), output: schema })

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
export function checkWorkflow(value: unknown, what = 'a workflow'): AnyWorkflow {
  parse(workflowShape, value, 'DEFINITION_INVALID', what)
  return value as AnyWorkflow
}

/** What gate() makes. @throws StatorError DEFINITION_INVALID */
export function checkGate(value: unknown, what: string): GateDefinition {
  parse(gateShape, value, 'DEFINITION_INVALID', what)
  return value as GateDefinition
}

/** What signal() makes. @throws StatorError DEFINITION_INVALID */
export function checkSignal(value: unknown, what = 'a signal'): SignalDefinition<never, never> {
  parse(signalShape, value, 'DEFINITION_INVALID', what)
  return value as SignalDefinition<never, never>
}

/** What update() makes. @throws StatorError DEFINITION_INVALID */
export function checkUpdate(value: unknown): UpdateDefinition {
  parse(updateShape, value, 'DEFINITION_INVALID', 'an update')
  return value as UpdateDefinition
}

/** What query() makes. @throws StatorError DEFINITION_INVALID */
export function checkQuery(value: unknown): QueryDefinition {
  parse(queryShape, value, 'DEFINITION_INVALID', 'a query')
  return value as QueryDefinition
}
