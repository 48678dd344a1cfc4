// What the audit says to people beside its progress.
// Never in here: deciding anything.
import { relative } from 'node:path'
import type { ContextEntry, GateOutcome, HeldStep, RunOutcome } from 'stator'
import type { Repository } from './cli.ts'
import type { Inventory } from './inventory.ts'
import { severities } from './finding.ts'
import type { Finding, SeverityCounts } from './finding.ts'

const mostNamed = 20
const short = (commit: string): string => commit.slice(0, 12)

const shown = (path: string): string => {
  const near = relative(process.cwd(), path)
  return near === '' ? '.' : near.startsWith('..') ? path : near
}

const counts = (found: SeverityCounts): string =>
  severities
    .filter(severity => found[severity] > 0)
    .map(severity => `${found[severity]} ${severity}`)
    .join(', ') || 'none'

export const begin = ({ name, head }: Repository, out: string): string =>
  `Auditing ${name} at commit ${short(head)}; journal and report go to ${shown(out)}.`

export const resume = (at: { completed: number; total: number } | undefined): string =>
  at === undefined
    ? 'Resuming: it was ended before the first task.'
    : `Resuming: ${at.completed} of ${at.total} tasks are done.`

export const waiting = (out: string, seconds: number): string =>
  `Another process is at work in ${shown(out)}; waiting up to ${seconds} s for it to end.`

export const finished = ({ repository, files, commit }: Inventory, ms: number): string =>
  `Audited ${files} files of ${repository} at commit ${short(commit)} in ${(ms / 1000).toFixed(1)} s.`

export const already = (total: number, commit: string): string =>
  `Done already: all ${total} tasks, of commit ${short(commit)}. Start over with --fresh.`

export const result = (
  {
    score,
    severities: found,
    actions,
  }: { score: number; severities: SeverityCounts; actions: readonly string[] },
  worst: ContextEntry<Finding> | undefined,
): string =>
  [
    `Score ${score} of 100; findings: ${counts(found)}.`,
    ...(actions.length > 0
      ? ['Do first:', ...actions.slice(0, 3).map((title, i) => `  ${i + 1}. ${title}`)]
      : []),
    ...(worst === undefined ? [] : [noted(worst)]),
  ].join('\n')

/** From the shared context of the crew: who wrote what stands there now, over how many others. */
const noted = ({ value: { rule, file, line }, by, version }: ContextEntry<Finding>): string => {
  const place = file === undefined ? '' : ` in ${file}${line === undefined ? '' : `:${line}`}`
  return `Worst: ${rule}${place}; noted by ${by}, version ${version}.`
}

export const placed = (out: string): string => `The report is in ${shown(out)}: report.md, report.json.`

export const question = (title: string | null | undefined, reason: string | null | undefined): string =>
  [reason, title].filter(said => said !== null && said !== undefined).join(' ')

export const waits =
  'It is not published yet: give the same command with --yes (npm start -- --yes), or in a terminal to be asked.'

export const published = (answer: GateOutcome | null | undefined): string =>
  `Published: approved by ${answer?.by ?? 'somebody'}, see published.json.`

export const withdrawn = (answer: GateOutcome | null | undefined): string =>
  `Withdrawn: ${answer?.by ?? 'somebody'} said no: ${answer?.reason ?? 'no reason known'}. There is no report any more; start over with --fresh.`

export const unpublished = (reason: string): string =>
  `The report could not be published, and was withdrawn: ${reason}. The same command tries again.`

export const stuck = (steps: readonly HeldStep[], out: string): string =>
  [
    `The report in ${shown(out)} could not be withdrawn:`,
    ...steps.map(({ step, error }) => `  ${step}: ${error?.message ?? 'no reason known'}`),
    'The same command tries again.',
  ].join('\n')

export const moved = (commit: string, head: string): string =>
  `This is an audit of commit ${short(commit)}; HEAD is ${short(head)} now. To audit that, start over with --fresh.`

const overAgain = (out: string): string => `There is no report in ${shown(out)}. Start over with --fresh.`

export const failed = ({ steps }: RunOutcome, out: string): string => {
  const named = Object.entries(steps)
  const bad = named.filter(([, { status }]) => status === 'failed')
  const rest = named.length - bad.length
  return [
    `The audit failed: ${bad.length === 1 ? 'one task' : `${bad.length} tasks`} failed in every attempt.`,
    ...bad.slice(0, mostNamed).map(([id, { error }]) => `  ${id}: ${error?.message ?? 'no reason known'}`),
    ...(bad.length > mostNamed ? [`  and ${bad.length - mostNamed} more`] : []),
    ...(rest > 0 ? [`${rest} more ${rest === 1 ? 'task needs' : 'tasks need'} these and did not run.`] : []),
    overAgain(out),
  ].join('\n')
}

export const noInventory = (reason: string, out: string): string =>
  `The audit failed: the inventory could not be taken: ${reason}\n${overAgain(out)}`

export const foreign = (out: string, theirs: string, ours: string): string =>
  `${out} holds an audit of ${theirs}, not of ${ours}. Give another --out, or start over with --fresh.`

export const otherVersion = (out: string): string =>
  `${out} holds an audit that another version of these checks began. Start over with --fresh.`

export const lost = (root: string, commit: string): string =>
  `${root} no longer has commit ${commit}, which this audit is of. Start over with --fresh.`

export const stopped = 'Stopped. What is done is kept; the same command goes on from here.'
