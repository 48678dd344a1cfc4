// What a check reports: findings of declared rules, counted exactly and kept within a budget of bytes.
// Never in here: knowledge of any one rule, and severities decided anywhere but in a rule's declaration.
import { z } from 'zod'
import { byText } from './tree.ts'

export const severities = ['high', 'medium', 'low', 'info'] as const
export type Severity = (typeof severities)[number]

export const findingSchema = z.object({
  rule: z.string(),
  severity: z.enum(severities),
  file: z.string().optional(),
  line: z.number().int().optional(),
  /** Ranks findings of one severity: the larger, the earlier. */
  weight: z.number().optional(),
  message: z.string(),
  advice: z.string(),
})
export type Finding = z.infer<typeof findingSchema>

export interface Rule {
  id: string
  severity: Severity
  /** What to do about all findings of the rule, as an imperative: "Pin third-party actions". */
  title: string
  advice: string
}

/** Declares the rules of a check: `rules('docs', { 'dead-link': { … } })['dead-link'].id` is `docs.dead-link`. */
export const rules = <const K extends string>(
  role: string,
  declared: Record<K, Omit<Rule, 'id'>>,
): Record<K, Rule> => {
  const named: Partial<Record<K, Rule>> = {}
  for (const key of Object.keys(declared) as K[]) named[key] = { id: `${role}.${key}`, ...declared[key] }
  return named as Record<K, Rule>
}

export const severityCounts = z.object({
  high: z.number(),
  medium: z.number(),
  low: z.number(),
  info: z.number(),
})
export type SeverityCounts = z.infer<typeof severityCounts>

/** What every check but the inventory gives, whatever else it gives. */
export const partSchema = z.object({
  /** Files looked at. */
  checked: z.number().int(),
  /** Files not looked at, by reason. */
  skipped: z.record(z.string(), z.number()),
  findings: z.array(findingSchema),
  /** Findings counted below but not listed above. */
  dropped: z.number().int(),
  /** All findings by rule and severity, listed or not. */
  rules: z.record(z.string(), severityCounts),
  /** Numbers that add up over parts, and numbers of which the largest counts. */
  sums: z.record(z.string(), z.number()),
  peaks: z.record(z.string(), z.number()),
})
export type Part = z.infer<typeof partSchema>

export const byRank = (a: Finding, b: Finding): number =>
  severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
  (b.weight ?? 0) - (a.weight ?? 0) ||
  byText(a.rule, b.rule) ||
  byText(a.file ?? '', b.file ?? '') ||
  (a.line ?? 0) - (b.line ?? 0) ||
  byText(a.message, b.message)

/** `1 file`, `2 files`. */
export const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

export const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

/** The longest head of a ranked list that fits the budget. */
export const fitting = <T>(ranked: readonly T[], bytes: number): T[] => {
  const kept: T[] = []
  let used = 2
  for (const item of ranked) {
    used += jsonBytes(item) + 1
    if (used > bytes) break
    kept.push(item)
  }
  return kept
}

const shorten = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`

export interface Place {
  file?: string
  line?: number
  message: string
  weight?: number
  severity?: Severity
}

/** Collects what one run of a check finds. */
export interface Collector {
  add(rule: Rule, place: Place): void
  checked(files?: number): void
  skipped(reason: string, files?: number): void
  sum(name: string, by?: number): void
  peak(name: string, value: number): void
  /** Takes over what other parts found; their findings stay as they are. */
  absorb(part: Part): void
  part(bytes: number): Part
}

const addTo = (record: Record<string, number>, key: string, by: number): void => {
  record[key] = (record[key] ?? 0) + by
}

const sorted = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => byText(a, b)))

export const collector = (): Collector => {
  const findings: Finding[] = []
  let files = 0
  let dropped = 0
  const skipped: Record<string, number> = {}
  const counted: Record<string, SeverityCounts> = {}
  const sums: Record<string, number> = {}
  const peaks: Record<string, number> = {}
  const peak = (name: string, value: number): void => {
    peaks[name] = Math.max(peaks[name] ?? value, value)
  }
  const tally = (rule: string, severity: Severity, by: number): void => {
    counted[rule] ??= { high: 0, medium: 0, low: 0, info: 0 }
    counted[rule][severity] += by
  }
  return {
    add: (rule, { file, line, weight, message, severity = rule.severity }) => {
      tally(rule.id, severity, 1)
      findings.push({
        rule: rule.id,
        severity,
        ...(file === undefined ? {} : { file: shorten(file, 400) }),
        ...(line === undefined ? {} : { line }),
        ...(weight === undefined ? {} : { weight }),
        message: shorten(message, 240),
        advice: rule.advice,
      })
    },
    checked: (by = 1) => void (files += by),
    skipped: (reason, by = 1) => addTo(skipped, reason, by),
    sum: (name, by = 1) => addTo(sums, name, by),
    peak,
    absorb: part => {
      files += part.checked
      dropped += part.dropped
      findings.push(...part.findings)
      for (const [reason, count] of Object.entries(part.skipped)) addTo(skipped, reason, count)
      for (const [rule, counts] of Object.entries(part.rules)) {
        for (const severity of severities) tally(rule, severity, counts[severity])
      }
      for (const [name, value] of Object.entries(part.sums)) addTo(sums, name, value)
      for (const [name, value] of Object.entries(part.peaks)) peak(name, value)
    },
    part: bytes => {
      const counts = {
        skipped: sorted(skipped),
        rules: sorted(counted),
        sums: sorted(sums),
        peaks: sorted(peaks),
      }
      const kept = fitting(findings.sort(byRank), bytes - jsonBytes(counts) - 100)
      return { checked: files, ...counts, findings: kept, dropped: dropped + findings.length - kept.length }
    },
  }
}
