// The eight specialists as agents of Stator: personas, bound to the code for their task types; and the plan as a Stator graph.
// Never in here: what a check does, or how a run is started and shown.
import { graph, StatorError, task } from 'stator'
import type { AgentDefinition, AnyTask, Run, Runtime, TaskGraph } from 'stator'
import { bindPersonas } from 'stator/personas'
import type { Binding } from 'stator/personas'
import { secondOpinion } from './opinion.ts'
import { personas } from './personas.ts'
import { planAudit } from './plan.ts'
import type { Inventory } from './inventory.ts'
import { roles } from './roles.ts'
import type { Role } from './roles.ts'
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

/**
 * The crew at work on one repository; each specialist does up to `capacity` tasks at a time. In the order of the roles: Docs, which asks
 * the others, comes last, so that they are there when it goes on after a kill.
 */
export const crew = (repo: string, capacity: number): AgentDefinition[] => {
  const bindings = Object.fromEntries(roles.map(role => [role, working(repo, role)]))
  const able = personas.map(persona => ({ ...persona, capacity }))
  return bindPersonas(able, bindings).toSorted((a, b) => place(a) - place(b))
}

const place = ({ id }: AgentDefinition): number => roles.findIndex(role => role === id)

/** The code of a specialist: its own tasks, and what others may ask it. */
const working =
  (repo: string, role: Role): Binding =>
  specialist =>
    defined
      .filter(one => one.role === role)
      .reduce(
        (able, { definition, run }) =>
          able.handle(definition, (input, ctx) =>
            run(input, { repo, signal: ctx.signal, desk: deskOf(ctx) }),
          ),
        specialist.handle(secondOpinionTask, question => secondOpinion(role, question, { repo })),
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
