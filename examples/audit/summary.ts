// What one specialist says in the end: numbers, a score, and findings in order of rank.
// Never in here: text formatting; the report does that.
import { z } from 'zod'
import { onceSchema } from './check.ts'
import { collector, partSchema, severities, severityCounts } from './finding.ts'
import type { Finding, Part, SeverityCounts } from './finding.ts'
import { roles } from './roles.ts'
import type { Role } from './roles.ts'

export const grades = ['excellent', 'good', 'fair', 'poor'] as const
export type Grade = (typeof grades)[number]

export const summaryInputSchema = onceSchema.extend({ files: z.number().int(), parts: z.array(partSchema) })

export const summarySchema = partSchema.extend({
  role: z.enum(roles),
  tasks: z.number().int(),
  severities: severityCounts,
  /** 0 to 100; `null` when the repository holds nothing of the specialist's trade. */
  score: z.number().int().nullable(),
  grade: z.enum(grades).nullable(),
})
export type Summary = z.infer<typeof summarySchema>

export const severitiesOf = ({ rules }: Pick<Part, 'rules'>): SeverityCounts => {
  const total: SeverityCounts = { high: 0, medium: 0, low: 0, info: 0 }
  for (const counts of Object.values(rules))
    for (const severity of severities) total[severity] += counts[severity]
  return total
}

/** What a rule takes from the score: capped, so that one habit does not drown everything else. */
export const pointsOf = ({ high, medium, low }: SeverityCounts): number =>
  Math.min(40, 12 * high) + Math.min(16, 4 * medium) + Math.min(6, low)

/** The larger the repository, the less a single finding weighs. */
export const scoreOf = (rules: Part['rules'], files: number): number => {
  const points = Object.values(rules).reduce((sum, counts) => sum + pointsOf(counts), 0)
  const ease = 60 + files / 10
  return Math.round((100 * ease) / (ease + points))
}

export const gradeOf = (score: number, { high }: SeverityCounts): Grade => {
  const grade: Grade = score >= 90 ? 'excellent' : score >= 75 ? 'good' : score >= 55 ? 'fair' : 'poor'
  return grade === 'excellent' && high > 0 ? 'good' : grade
}

const signs: Partial<Record<Role, readonly string[]>> = {
  ai: [
    'files that use a model library',
    'model calls',
    'prompt and instruction files',
    'prompts in code',
    'tool servers',
    'model names in code',
    'packages that depend on a model library',
  ],
  frontend: ['elements', 'style sheets', 'front-end assets'],
}

/** Whether there is anything of the specialist's trade; only for trades that a repository may do without. */
const practised = (role: Role, { sums }: Part): boolean => {
  const names = signs[role]
  return names === undefined || names.some(name => (sums[name] ?? 0) > 0)
}

/** The worst that needs doing; findings are in order of rank. */
export const worstOf = ({ findings }: Pick<Part, 'findings'>): Finding | null => {
  const [first] = findings
  return first === undefined || first.severity === 'info' ? null : first
}

/** The summary task of one role. */
export const summarize =
  (role: Role) =>
  (input: unknown): Promise<Summary> => {
    const { bytes, files, parts } = summaryInputSchema.parse(input)
    const out = collector()
    for (const part of parts) out.absorb(part)
    const part = out.part(bytes)
    const counts = severitiesOf(part)
    const score = practised(role, part) ? scoreOf(part.rules, files) : null
    const grade = score === null ? null : gradeOf(score, counts)
    return Promise.resolve({ ...part, role, tasks: parts.length, severities: counts, score, grade })
  }
