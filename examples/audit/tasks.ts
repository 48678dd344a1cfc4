// Every task type of the audit in one shape: schemas and a function. This is what gets wired to agents.
// Never in here: Stator. The wiring knows both sides; this side knows only the work.
import { z } from 'zod'
import { checks } from './checks.ts'
import { inventoryInputSchema, inventorySchema, takeInventory } from './inventory.ts'
import { makeReport, reportInputSchema, reportResultSchema } from './report.ts'
import { roles } from './roles.ts'
import type { Role } from './roles.ts'
import { summarize, summaryInputSchema, summarySchema } from './summary.ts'
import type { AuditContext } from './tree.ts'

/** A task type: `run` takes what `input` accepts and gives what `output` accepts. */
export interface AuditTask {
  name: string
  role: Role
  input: z.ZodType
  output: z.ZodType
  run: (input: unknown, context: Omit<AuditContext, 'commit'>) => Promise<unknown>
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
  run: input => makeReport(input),
}

/** All task types: the inventory, the checks, the eight summaries, the report. */
export const auditTasks: readonly AuditTask[] = [
  inventory,
  ...checks.map(({ name, role, input, output, run }): AuditTask => ({
    name,
    role,
    input,
    output,
    run: (given, context) => run(given, { ...context, commit: commitOf.parse(given).commit }),
  })),
  ...roles.map((role): AuditTask => ({
    name: `${role}.summary`,
    role,
    input: summaryInputSchema,
    output: summarySchema,
    run: given => summarize(role)(given),
  })),
  report,
]
