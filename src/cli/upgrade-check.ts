/** stator upgrade-check: can the living runs of a journal go on with the workflows of a module? */
import type { AnyWorkflow } from '../actors/workflow.ts'
import { upgradeCheck, type UpgradeReport, type UpgradeVerdict } from '../runtime/upgrade-check.ts'
import type { JournalReader } from '../sqlite/index.ts'
import { common, type Answer, type Common, type Declare } from './answer.ts'
import { reading } from './journal.ts'
import { workflowsOf } from './module.ts'
import { plain, type Paint, type Style } from './style.ts'
import { table, type Cell } from './table.ts'

export const declareUpgradeCheck: Declare = (program, reply) => {
  common(program.command('upgrade-check'))
    .description('Says of each living run of a journal whether it can go on with the workflows of a module.')
    .argument('<journal>', 'the file of the journal')
    .argument(
      '<module>',
      'an ES module that exports all workflows of the new code (TypeScript: Node 22.18 or later)',
    )
    .action(async (file: string, module: string, options: Common) =>
      reply(options, async ({ cwd }) => {
        const workflows = await workflowsOf(module, cwd)
        return reading(file, cwd, journal => check(journal, workflows))
      }),
    )
}

function check(journal: JournalReader, workflows: readonly AnyWorkflow[]): Answer {
  const report = upgradeCheck(journal, workflows)
  return { json: report, text: style => textOf(report, style), code: report.ok ? 0 : 1 }
}

const HEAD = ['RUN', 'WORKFLOW', 'VERSION', 'VERDICT', 'GOES ON AS']

/** Who would be held, and every reason: that is what is to be mended. */
function textOf({ runs, others, ok }: UpgradeReport, style: Style): string {
  const rows = runs.map(({ run, workflow, version, verdict, to = '' }): Cell[] => [
    run,
    workflow,
    version,
    { text: verdict, paint: paintOf(verdict, style) },
    to,
  ])
  const refused = [...runs.filter(({ verdict }) => verdict === 'refused'), ...others].map(each => ({
    address: 'run' in each ? each.run : each.address,
    reasons: each.reasons,
  }))
  const why = refused.map(
    ({ address, reasons }) => `\n${address}\n${reasons.map(reason => `  ${plain(reason)}\n`).join('')}`,
  )
  const end = ok ? style.good('All can go on.') : style.bad(`${refused.length} would be held.`)
  return `${rows.length === 0 ? 'No living runs.\n' : table(HEAD, rows, style)}${why.join('')}\n${end}\n`
}

function paintOf(verdict: UpgradeVerdict, style: Style): Paint {
  if (verdict === 'refused') return style.bad
  return verdict === 'migrates' ? style.poor : style.good
}
