// The last step: both forms of the report, and the small result that the report task leaves in the journal.
// Never in here: writing files; whoever runs the audit does that, as often as it likes, with the same bytes.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { severityCounts } from './finding.ts'
import { renderMarkdown } from './report/markdown.ts'
import { buildReport, reportInputSchema } from './report/model.ts'
import type { Report } from './report/model.ts'

export { buildReport, reportInputSchema }
export type { Report }

/** The two files, complete. */
export const renderReport = (report: Report): { markdown: string; json: string } => ({
  markdown: renderMarkdown(report),
  json: `${JSON.stringify(report, null, 2)}\n`,
})

export const reportResultSchema = z.object({
  score: z.number().int(),
  severities: severityCounts,
  actions: z.array(z.string()),
  /** Digests of report.md and report.json: what a resumed run must arrive at again. */
  sha256: z.object({ markdown: z.string(), json: z.string() }),
})

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The report task. */
export const makeReport = (input: unknown): Promise<z.infer<typeof reportResultSchema>> => {
  const report = buildReport(input)
  const { markdown, json } = renderReport(report)
  return Promise.resolve({
    score: report.score,
    severities: report.severities,
    actions: report.actions.map(({ title }) => title),
    sha256: { markdown: sha256(markdown), json: sha256(json) },
  })
}
