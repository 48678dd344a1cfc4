// Every task type of the audit in one shape: schemas and a function. This is what gets wired to agents.
// Never in here: Stator. The wiring knows both sides; this side knows only the work.
import { z } from 'zod'
import { checks } from './checks.ts'
import { hear } from './desk.ts'
import type { Desk } from './desk.ts'
import { plural } from './finding.ts'
import { inventoryInputSchema, inventorySchema, takeInventory } from './inventory.ts'
import { makeReport, reportInputSchema, reportResultSchema } from './report.ts'
import { roles } from './roles.ts'
import type { Role } from './roles.ts'
import { summarize, summaryInputSchema, summarySchema, worstOf } from './summary.ts'
import type { AuditContext } from './tree.ts'

/** Where a task is done: the repository, and the others. */
export interface Workplace extends Omit<AuditContext, 'commit'> {
  desk: Desk
}

/** A task type: `run` takes what `input` accepts and gives what `output` accepts. */
export interface AuditTask {
  name: string
  role: Role
  input: z.ZodType
  output: z.ZodType
  run: (input: unknown, context: Workplace) => Promise<unknown>
}

const commitOf = z.object({ commit: z.string() })

const inventory: AuditTask = {
  name: 'inventory',
  role: 'architecture',
  input: inventoryInputSchema,
  output: inventorySchema,
  run: (input, context) => takeInventory(inventoryInputSchema.parse(input), context),
}

const report: AuditTask = {
  name: 'report',
  role: 'docs',
  input: reportInputSchema,
  output: reportResultSchema,
  run: async (input, { desk }) => {
    const { inventory: of } = reportInputSchema.parse(input)
    return makeReport(input, await hear(desk, of.commit))
  },
}

/** All task types: the inventory, the checks, the eight summaries, the report. */
export const auditTasks: readonly AuditTask[] = [
  inventory,
  ...checks.map(({ name, role, input, output, run }): AuditTask => ({
    name,
    role,
    input,
    output,
    run: (given, { repo, signal }) => run(given, { repo, signal, commit: commitOf.parse(given).commit }),
  })),
  ...roles.map((role): AuditTask => ({
    name: `${role}.summary`,
    role,
    input: summaryInputSchema,
    output: summarySchema,
    run: async (given, { desk }) => {
      const summary = await summarize(role)(given)
      const { score, grade } = summary
      await desk.note(
        role,
        { score, grade, worst: worstOf(summary) },
        `summed up ${plural(summary.tasks, 'task')}`,
      )
      return summary
    },
  })),
  report,
]
