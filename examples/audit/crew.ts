// The eight specialists as agents of Stator, each with code for its own task types, and the plan as a Stator graph.
// Never in here: what a check does, or how a run is started and shown.
import { agent, graph, task } from 'stator'
import type { AgentDefinition, AnyTask, TaskGraph } from 'stator'
import { planAudit } from './plan.ts'
import type { Inventory } from './inventory.ts'
import { roles } from './roles.ts'
import { auditTasks } from './tasks.ts'

// A check only reads, so that it may always be done again: three attempts, and never given up because of a kill. Tasks
// that a kill interrupted are held, and whoever starts the audit again is the operator who lets them go on (run.ts);
// with 'retry' Stator would call a task that was killed three times a danger, and fail it.
const policy = {
  retry: { maxAttempts: 3, initialInterval: 200 },
  timeout: '10m',
  onInterrupted: 'hold',
} as const

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
          specialist.handle(definition, (input, { signal }) => run(input, { repo, signal })),
        agent(role, { role, capacity }),
      ),
  )

/** The audit behind the inventory. The same inventory gives the same graph, so that starting it again is no start. */
export const auditGraph = (inventory: Inventory): TaskGraph =>
  graph(planAudit(inventory).map(step => ({ ...step, task: definitionOf(step.task) })))
