/** Plans: checks that hold for every task graph, whether declared in code or given as data. Pure. */
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import { checkName } from '../messages/address.ts'
import { plan as planSchema, type Plan, type PlanStep } from '../messages/workflow.ts'
import { parse } from './schema.ts'

const graphShape = z.object({ kind: z.literal('graph'), plan: z.unknown() })

/** What graph() makes, or its JSON; the plan is not looked at. @throws StatorError DEFINITION_INVALID */
export const checkGraph = (value: unknown): { plan?: unknown } =>
  parse(graphShape, value, 'DEFINITION_INVALID', 'a task graph')

/**
 * A plan that comes from outside, whole: its shape, and what no schema can say. One that passed cannot harm the hub, nor leave
 * a run with a step that never starts. The value itself is returned: it is JSON already.
 * @throws StatorError DEFINITION_INVALID (shape, a name used twice, a lane that is not there, a binding to a step that it
 * does not wait for), ADDRESS_INVALID (name, group, role), DEPENDENCY_UNKNOWN, CYCLE
 */
export function checkPlan(value: unknown): Plan {
  parse(planSchema, value, 'DEFINITION_INVALID', 'plan of a graph')
  const plan = value as Plan
  const names = new Set<string>()
  for (const step of plan.steps) {
    checkName(step.name, 'step id')
    if (step.group !== undefined) checkName(step.group, 'group name')
    if (step.role !== undefined) checkName(step.role, 'role')
    if (names.has(step.name)) refuse(step, 'the id is used twice')
    names.add(step.name)
    const unknown = step.after.find(other => other >= plan.steps.length)
    if (unknown !== undefined)
      throw new StatorError('DEPENDENCY_UNKNOWN', { step: step.name, dependency: unknown })
    const lane = step.lanes.find(other => other >= plan.lanes.length)
    if (lane !== undefined) refuse(step, `there is no lane ${lane}`)
    checkBinding(step)
  }
  refuseCycle(
    plan.steps.map(step => step.name),
    plan.steps.map(step => step.after),
  )
  return plan
}

/** An output can be bound only into an object, and only once it is there: the step waits for it. */
function checkBinding(step: PlanStep): void {
  if (step.bind === undefined) return
  const { input = {} } = step
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    refuse(step, 'outputs can only be bound into an input that is an object')
  const after = new Set(step.after)
  const early = Object.values(step.bind)
    .flat()
    .find(other => !after.has(other))
  if (early !== undefined) refuse(step, `it binds step ${early} and does not wait for it`)
}

function refuse(step: PlanStep, reason: string): never {
  throw new StatorError('DEFINITION_INVALID', { step: step.name, reason })
}

/**
 * Looks for a cycle and spells it out: `a → b → a`. Iterative, so that a long chain does not end the stack.
 * @returns the names along the first cycle found, or null
 */
export function findCycle(names: readonly string[], after: readonly (readonly number[])[]): string[] | null {
  const done = new Uint8Array(names.length)
  for (let root = 0; root < names.length; root++) {
    const path: { node: number; next: number }[] = done[root] === 0 ? [{ node: root, next: 0 }] : []
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      done[top.node] = 1
      const next = after[top.node]?.[top.next++]
      if (next === undefined) {
        done[top.node] = 2
        path.pop()
      } else if (done[next] === 1) {
        const cycle = [
          ...path.slice(path.findIndex(entry => entry.node === next)).map(entry => entry.node),
          next,
        ]
        // "after" points back in time: turned round, it reads in the order of work.
        return cycle.toReversed().map(node => names[node] ?? '')
      } else if (done[next] === 0) path.push({ node: next, next: 0 })
    }
  }
  return null
}

/** @throws StatorError CYCLE, naming the steps along it */
export function refuseCycle(names: readonly string[], after: readonly (readonly number[])[]): void {
  const cycle = findCycle(names, after)
  if (cycle !== null) throw new StatorError('CYCLE', { cycle: cycle.join(' → ') })
}
