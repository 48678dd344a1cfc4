// Runs a whole audit in memory, one task after another: what the durable run must arrive at.
// Never in here: Stator, or any cleverness; it is the reference the wiring is compared with.
import { inventorySchema, takeInventory } from '../../../examples/audit/inventory.ts'
import { planAudit } from '../../../examples/audit/plan.ts'
import type { PlannedTask } from '../../../examples/audit/plan.ts'
import { buildReport, renderReport, reportResultSchema } from '../../../examples/audit/report.ts'
import type { Report } from '../../../examples/audit/report.ts'
import { auditTasks } from '../../../examples/audit/tasks.ts'
import { memoryDesk } from './memory-desk.ts'

export interface PlanRun {
  plan: PlannedTask[]
  outputs: Map<string, unknown>
  inputs: Map<string, unknown>
  report: Report
  markdown: string
  json: string
}

export const runPlan = async (repo: string, repository = 'fixture'): Promise<PlanRun> => {
  const { signal } = new AbortController()
  const inventory = inventorySchema.parse(
    await takeInventory({ revision: 'HEAD', repository }, { repo, signal }),
  )
  const plan = planAudit(inventory)
  const desk = memoryDesk(repo)
  const outputs = new Map<string, unknown>()
  const inputs = new Map<string, unknown>()
  for (const { id, task, input, after, bind } of plan) {
    for (const before of after) if (!outputs.has(before)) throw new Error(`${id} is planned before ${before}`)
    const bound = Object.entries(bind ?? {}).map(([key, from]) => [
      key,
      typeof from === 'string' ? outputs.get(from) : from.map(one => outputs.get(one)),
    ])
    const given: unknown = { ...input, ...Object.fromEntries(bound) }
    const type = auditTasks.find(({ name }) => name === task)
    if (type === undefined) throw new Error(`there is no task type ${task}`)
    inputs.set(id, given)
    // Through JSON, as the journal would carry it.
    const output: unknown = JSON.parse(
      JSON.stringify(type.output.parse(await type.run(given, { repo, signal, desk }))),
    )
    outputs.set(id, output)
  }
  const report = buildReport(inputs.get('report'), reportResultSchema.parse(outputs.get('report')).heard)
  return { plan, outputs, inputs, report, ...renderReport(report) }
}
