// The report as data: what report.json holds, built from the inventory, the eight summaries and what the crew said.
// Never in here: Markdown, the clock, the machine. The same inputs give the same bytes.
import { z } from 'zod'
import { checks, ruleById } from '../checks.ts'
import { heardSchema } from '../desk.ts'
import type { Heard } from '../desk.ts'
import { findingSchema, severities, severityCounts } from '../finding.ts'
import type { Severity, SeverityCounts } from '../finding.ts'
import { inventorySchema } from '../inventory.ts'
import type { Inventory } from '../inventory.ts'
import { roles, roleTitles } from '../roles.ts'
import { byText } from '../tree.ts'
import { grades, pointsOf, summarySchema } from '../summary.ts'
import type { Summary } from '../summary.ts'

export const reportInputSchema = z.object({ inventory: inventorySchema, summaries: z.array(summarySchema) })

const actionSchema = z.object({
  role: z.enum(roles),
  rule: z.string(),
  severity: z.enum(severities),
  title: z.string(),
  advice: z.string(),
  findings: z.number().int(),
  /** The first places, `path:line`. */
  places: z.array(z.string()),
})
export type Action = z.infer<typeof actionSchema>

const specialistSchema = z.object({
  role: z.enum(roles),
  title: z.string(),
  score: z.number().int().nullable(),
  grade: z.enum(grades).nullable(),
  tasks: z.number().int(),
  /** Files looked at, once for each check that looked. */
  checked: z.number().int(),
  severities: severityCounts,
  numbers: z.record(z.string(), z.number()),
  skipped: z.record(z.string(), z.number()),
  rules: z.record(z.string(), severityCounts),
  findings: z.array(findingSchema),
  /** Findings counted in `severities` but not listed in `findings`. */
  notListed: z.number().int(),
  checks: z.array(z.object({ name: z.string(), about: z.string(), files: z.number().int().nullable() })),
})
export type Specialist = z.infer<typeof specialistSchema>

export const reportSchema = z.object({
  schema: z.literal('stator-audit/2'),
  inventory: inventorySchema,
  tasks: z.number().int(),
  score: z.number().int(),
  severities: severityCounts,
  actions: z.array(actionSchema),
  heard: heardSchema,
  specialists: z.array(specialistSchema),
})
export type Report = z.infer<typeof reportSchema>

const mostActions = 10
const mostActionsOfRole = 3

const worst = (counts: SeverityCounts): Severity =>
  severities.find(severity => counts[severity] > 0) ?? 'info'
const all = (counts: SeverityCounts): number =>
  severities.reduce((sum, severity) => sum + counts[severity], 0)

const actionsOf = ({ role, rules, findings }: Summary): (Action & { points: number })[] =>
  Object.entries(rules).flatMap(([id, counts]) => {
    const rule = ruleById.get(id)
    if (rule === undefined || worst(counts) === 'info') return []
    const places = findings.filter(finding => finding.rule === id && finding.file !== undefined).slice(0, 3)
    return [
      {
        role,
        rule: id,
        severity: worst(counts),
        title: rule.title,
        advice: rule.advice,
        findings: all(counts) - counts.info,
        places: places.map(({ file, line }) => (line === undefined ? (file ?? '') : `${file ?? ''}:${line}`)),
        points: pointsOf(counts),
      },
    ]
  })

const chooseActions = (summaries: readonly Summary[]): Action[] => {
  const ranked = summaries
    .flatMap(actionsOf)
    .sort(
      (a, b) =>
        severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
        b.points - a.points ||
        b.findings - a.findings ||
        byText(a.rule, b.rule),
    )
  const perRole = new Map<string, number>()
  const chosen: Action[] = []
  for (const { points: _, ...action } of ranked) {
    const used = perRole.get(action.role) ?? 0
    if (chosen.length >= mostActions || used >= mostActionsOfRole) continue
    perRole.set(action.role, used + 1)
    chosen.push(action)
  }
  return chosen
}

const specialistOf = (summary: Summary, { applicable }: Inventory): Specialist => {
  const {
    role,
    score,
    grade,
    tasks,
    checked,
    severities: counted,
    sums,
    peaks,
    skipped,
    rules,
    findings,
    dropped,
  } = summary
  const largest = Object.fromEntries(Object.entries(peaks).map(([name, value]) => [`most ${name}`, value]))
  return {
    role,
    title: roleTitles[role],
    score,
    grade,
    tasks,
    checked,
    severities: counted,
    numbers: { ...sums, ...largest },
    skipped,
    rules,
    findings,
    notListed: dropped,
    checks: checks
      .filter(check => check.role === role)
      .map(({ name, about, applies }) => ({
        name,
        about,
        files: applies === undefined ? null : (applicable[name] ?? 0),
      })),
  }
}

/** Joins the eight summaries and what the crew said into the report. */
export const buildReport = (input: unknown, heard: Heard): Report => {
  const { inventory, summaries } = reportInputSchema.parse(input)
  const inOrder = roles.flatMap(role => summaries.filter(summary => summary.role === role))
  const scores = inOrder.flatMap(({ score }) => (score === null ? [] : [score]))
  const total: SeverityCounts = { high: 0, medium: 0, low: 0, info: 0 }
  for (const { severities: counted } of inOrder)
    for (const severity of severities) total[severity] += counted[severity]
  return {
    schema: 'stator-audit/2',
    inventory,
    tasks: inOrder.reduce((sum, { tasks }) => sum + tasks, 0),
    score: Math.round(scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length)),
    severities: total,
    actions: chooseActions(inOrder),
    // Keys in the order of the schema, whoever made it: the same bytes.
    heard: heardSchema.parse(heard),
    specialists: inOrder.map(summary => specialistOf(summary, inventory)),
  }
}
