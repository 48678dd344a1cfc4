// The eight specialists as agents of Stator, each with code for its own task types, and the plan as a Stator graph.
// Never in here: what a check does, or how a run is started and shown.
import { agent, graph, StatorError, task } from 'stator'
import type { AgentDefinition, AnyTask, Run, Runtime, TaskGraph } from 'stator'
import { secondOpinion } from './opinion.ts'
import { personas } from './personas.ts'
import { planAudit } from './plan.ts'
import type { Inventory } from './inventory.ts'
import { roles } from './roles.ts'
import { deskOf, policy, secondOpinionTask } from './shared.ts'
import { auditTasks } from './tasks.ts'

const defined = auditTasks.map(one => ({
  ...one,
  definition: task(one.name, { input: one.input, output: one.output, role: one.role, ...policy }),
}))

const definitionOf = (name: string) => {
  const found = defined.find(one => one.name === name)
  if (found === undefined) throw new Error(`there is no task type ${name}`)
  return found.definition
}

/** Every task type of the audit, as Stator knows it. */
export const tasks: readonly AnyTask[] = defined.map(({ definition }) => definition)

export const inventoryTask = definitionOf('inventory')

/** The crew at work on one repository; each specialist does up to `capacity` tasks at a time. */
export const crew = (repo: string, capacity: number): AgentDefinition[] =>
  roles.map(role =>
    defined
      .filter(one => one.role === role)
      .reduce(
        (specialist, { definition, run }) =>
          specialist.handle(definition, (input, ctx) =>
            run(input, { repo, signal: ctx.signal, desk: deskOf(ctx) }),
          ),
        agent(role, { role, capacity, skills: personas[role].skills }).handle(secondOpinionTask, question =>
          secondOpinion(role, question, { repo }),
        ),
      ),
  )

/** The audit behind the inventory. The same inventory gives the same graph, so that starting it again is no start. */
export const auditGraph = (inventory: Inventory): TaskGraph =>
  graph(planAudit(inventory).map(step => ({ ...step, task: definitionOf(step.task) })))

/** Agents come to work. Tasks that a kill interrupted may be done again: that is what the same command says. */
export const join = async (runtime: Runtime, agents: readonly AgentDefinition[]): Promise<void> => {
  for (const one of agents) await runtime.agents.register(one)
  for (const { address, code } of runtime.held()) if (code === 'INTERRUPTED') await runtime.release(address)
}

/** Was it ever started? */
export const isKnown = (run: Run): boolean => {
  try {
    run.status()
    return true
  } catch (error) {
    if (error instanceof StatorError && error.code === 'NOT_FOUND') return false
    throw error
  }
}
