// What becomes of a finished report, as a workflow of Stator: it is placed, somebody is asked, it is announced. A no, or
// a failure on the way, takes it away again; once it is announced, nothing does. The editor is the agent who does it.
// Never in here: when it is started, who is asked, or what is in a report.
import { agent, gate, task, workflow } from 'stator'
import type { AgentDefinition } from 'stator'
import { z } from 'zod'
import { severityCounts } from './finding.ts'
import { announce, placeReport, takeBack } from './files.ts'
import { entrySchema } from './published.ts'
import type { Texts } from './report.ts'
import { policy } from './shared.ts'

/** All of a report that is asked about, announced, or taken back; its text is in no message. */
export const publicationSchema = entrySchema.omit({ by: true, note: true }).extend({
  severities: severityCounts,
  actions: z.array(z.string()),
})
export type Publication = z.infer<typeof publicationSchema>

/** Who has this lock may touch report and announcement; its token is what the files themselves ask for. */
export const REPORT_LOCK = 'report'

const EDITOR = 'editor'
const work = { role: EDITOR, ...policy }

const placing = task('place', { input: publicationSchema, ...work })
const withdrawing = task('withdraw', {
  input: z.object({ input: publicationSchema, output: z.unknown().optional() }),
  ...work,
})
const announcing = task('announce', { input: entrySchema, ...work })

/** The gate of a run, by its id. */
export const gateOf = (run: string): string => `${run}/approve`

export const publish = workflow('publish', { input: publicationSchema })
  .step('place', placing, { compensate: withdrawing })
  .step(
    'approve',
    // For as long as it takes: the report is there meanwhile.
    gate({
      title: 'Publish the report?',
      reason: 'Once it is announced, it is not taken back.',
      form: z.object({ note: z.string().max(500).optional() }),
    }),
    {
      details: ({ input: { repository, commit, score, severities, actions } }) => ({
        repository,
        commit,
        score,
        findings: severities,
        first: actions,
      }),
    },
  )
  .step(
    'announce',
    announcing,
    ({ input, outputs: { approve } }) => {
      const { severities: _, actions: __, ...entry } = input
      return { ...entry, by: approve.by, note: approve.data.note ?? null }
    },
    { pivot: true },
  )

/** Each of its tasks may be interrupted anywhere, and be done again: what is there already stays as it is. */
export const editor = (out: string, texts: Texts): AgentDefinition =>
  agent(EDITOR, { role: EDITOR })
    .handle(placing, (_, ctx) =>
      ctx.lock(REPORT_LOCK, { note: 'places the report' }, ({ token }) => placeReport(out, texts, token)),
    )
    .handle(withdrawing, ({ input: { audit } }, ctx) =>
      ctx.lock(REPORT_LOCK, { note: 'withdraws the report' }, ({ token }) => takeBack(out, audit, token)),
    )
    .handle(announcing, (entry, ctx) =>
      ctx.lock(REPORT_LOCK, { note: 'announces the report' }, ({ token }) => announce(out, entry, token)),
    )
