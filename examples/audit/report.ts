// The last step: both forms of the report, and the small result that the report task leaves in the journal.
// Never in here: writing files; whoever runs the audit does that, as often as it likes, with the same bytes.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { heardSchema } from './desk.ts'
import type { Heard } from './desk.ts'
import { severityCounts } from './finding.ts'
import { renderMarkdown } from './report/markdown.ts'
import { buildReport, reportInputSchema } from './report/model.ts'
import type { Report } from './report/model.ts'

export { buildReport, reportInputSchema }
export type { Report }

/** The two files, complete. */
export interface Texts {
  markdown: string
  json: string
}

export const renderReport = (report: Report): Texts => ({
  markdown: renderMarkdown(report),
  json: `${JSON.stringify(report, null, 2)}\n`,
})

/** Of report.md and report.json, as sha256 in hex. */
export const digestsSchema = z.object({ markdown: z.string(), json: z.string() })
export type Digests = z.infer<typeof digestsSchema>

export const reportResultSchema = z.object({
  score: z.number().int(),
  severities: severityCounts,
  actions: z.array(z.string()),
  /** What the crew said: a part of the report that its input does not have. */
  heard: heardSchema,
  /** What a resumed run must arrive at again. */
  sha256: digestsSchema,
})

export type ReportResult = z.infer<typeof reportResultSchema>

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The report task. */
export const makeReport = (input: unknown, heard: Heard): ReportResult => {
  const report = buildReport(input, heard)
  const { markdown, json } = renderReport(report)
  return {
    score: report.score,
    severities: report.severities,
    actions: report.actions.map(({ title }) => title),
    heard,
    sha256: { markdown: sha256(markdown), json: sha256(json) },
  }
}
