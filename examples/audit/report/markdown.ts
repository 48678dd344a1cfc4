// The report as Markdown: one screen of what to do first, then a section for each specialist.
// Never in here: choosing or ranking; that is done when the report is built.
import type { Heard } from '../desk.ts'
import type { Finding, SeverityCounts } from '../finding.ts'
import { severities } from '../finding.ts'
import { roleTitles } from '../roles.ts'
import { code, message, words } from './escape.ts'
import type { Report, Specialist } from './model.ts'

const mostRows = 30
const mostRowsOfRule = 6

const number = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
const plural = (count: number, one: string): string => `${number(count)} ${one}${count === 1 ? '' : 's'}`

const size = (bytes: number): string =>
  bytes >= 1 << 20 ? `${(bytes / (1 << 20)).toFixed(1)} MiB` : `${number(Math.ceil(bytes / 1024))} KiB`

const countsLine = (counts: SeverityCounts): string =>
  severities
    .filter(severity => counts[severity] > 0)
    .map(severity => `${number(counts[severity])} ${severity}`)
    .join(', ') || 'none'

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(' | ')} |`,
  `| ${head.map(() => '---').join(' | ')} |`,
  ...rows.map(row => `| ${row.join(' | ')} |`),
]

const place = ({ file, line }: Pick<Finding, 'file' | 'line'>): string =>
  file === undefined || file === '' ? '–' : code(line === undefined ? file : `${file}:${line}`)

const header = ({ inventory, tasks, severities: counts }: Report): string[] => {
  const { repository, commit, date, files, bytes, languages, submodules, symlinks } = inventory
  const main = languages
    .filter(({ name }) => name !== 'Other')
    .slice(0, 5)
    .map(({ name, files: count }) => `${name} (${number(count)})`)
  const apart = [
    ...(symlinks > 0 ? [plural(symlinks, 'symbolic link')] : []),
    ...(submodules > 0 ? [plural(submodules, 'submodule')] : []),
  ]
  return [
    `# Audit of ${words(repository)}`,
    '',
    `Commit ${code(commit)} of ${date}. What is committed was audited; changes in the work tree were not.`,
    '',
    ...table(
      ['files', 'size', 'languages (files)', 'audit tasks', 'findings'],
      [[number(files), size(bytes), main.join(', ') || '–', number(tasks), countsLine(counts)]],
    ),
    ...(apart.length > 0 ? ['', `Not followed: ${apart.join(', ')}.`] : []),
    ...(inventory.shallow
      ? ['', 'The clone is shallow: numbers that come from history count only the commits it has.']
      : []),
  ]
}

const gradeText = ({ score, grade }: Pick<Specialist, 'score' | 'grade'>): string =>
  score === null || grade === null ? 'nothing of this trade found' : `${score} (${grade})`

const overview = ({ specialists, score }: Report): string[] => [
  '## Scores',
  '',
  ...table(
    ['specialist', 'score', ...severities],
    specialists.map(specialist => [
      `[${specialist.title}](#${specialist.title.toLowerCase()})`,
      gradeText(specialist),
      ...severities.map(severity =>
        specialist.severities[severity] === 0 ? '·' : number(specialist.severities[severity]),
      ),
    ]),
  ),
  '',
  `Overall ${score} of 100. A score starts at 100 and falls with each rule that is broken, more for higher severities and`,
  'less in larger repositories; one rule can cost only so much, however often it is broken.',
]

const first = ({ actions }: Report): string[] => {
  const lines = ['## Do first', '']
  if (actions.length === 0) return [...lines, 'Nothing that needs doing was found.']
  actions.forEach(({ title, severity, findings, places, advice, role }, i) => {
    const more = findings - places.length
    const where =
      places.length === 0
        ? ''
        : ` — ${places.map(code).join(', ')}${more > 0 ? ` and ${number(more)} more` : ''}`
    lines.push(`${i + 1}. **${title}** (${severity}, ${role})${where}  `, `   ${advice}`)
  })
  return lines
}

const opinionOf = ({ worst, opinion }: Heard): string => {
  if (worst === null) return 'Nobody found anything that needs doing.'
  const { rule, severity } = worst
  const found = `The worst finding of all is ${code(rule)} (${severity}) at ${place(worst)}: ${message(worst.message)}`
  if (opinion === null) return `${found}\n\nNobody was there who could give a second opinion.`
  const { by, advice, touched } = opinion
  const why =
    touched === null
      ? 'it is of no one file, so no history speaks for or against it'
      : `${number(touched.commits)} of the last ${plural(touched.of, 'commit')} touched the file, by ${plural(touched.people, 'author')}`
  const say = advice === 'now' ? 'mend it now' : 'mend it when somebody works there'
  return `${found}\n\nSecond opinion, of ${roleTitles[by]}: ${say}; ${why}.`
}

const crew = ({ heard }: Report): string[] => [
  '## What the crew says',
  '',
  opinionOf(heard),
  '',
  ...table(
    ['specialist', 'score', 'its worst finding', 'where'],
    heard.notes.map(({ role, worst, ...rest }) => [
      roleTitles[role],
      gradeText(rest),
      worst === null ? '–' : code(worst.rule),
      worst === null ? '–' : place(worst),
    ]),
  ),
]

/** The head of the ranked list, with at most a few rows of each rule. */
const rowsOf = (findings: readonly Finding[]): Finding[] => {
  const shown = new Map<string, number>()
  return findings
    .filter(({ rule }) => {
      const count = shown.get(rule) ?? 0
      shown.set(rule, count + 1)
      return count < mostRowsOfRule
    })
    .slice(0, mostRows)
}

const findingsOf = (specialist: Specialist): string[] => {
  const { findings, severities: counts, rules } = specialist
  const total = severities.reduce((sum, severity) => sum + counts[severity], 0)
  if (total === 0) return ['No findings.']
  const rows = rowsOf(findings)
  const advices = new Map(rows.map(({ rule, advice }) => [rule, advice]))
  const rest = total - rows.length
  return [
    ...table(
      ['severity', 'rule', 'where', 'finding'],
      rows.map(finding => [
        finding.severity,
        code(finding.rule.split('.').slice(1).join('.')),
        place(finding),
        message(finding.message),
      ]),
    ),
    ...(rest > 0
      ? ['', `${plural(rest, 'more finding')}: see \`report.json\`, and by rule: ${byRule(rules)}.`]
      : []),
    '',
    ...[...advices].map(([rule, advice]) => `- ${code(rule.split('.').slice(1).join('.'))}: ${advice}`),
  ]
}

const byRule = (rules: Specialist['rules']): string =>
  Object.entries(rules)
    .map(
      ([rule, counts]) =>
        `${rule.split('.').slice(1).join('.')} ${number(severities.reduce((sum, severity) => sum + counts[severity], 0))}`,
    )
    .join(', ')

const section = (specialist: Specialist): string[] => {
  const { title, tasks, checked, severities: counts, numbers, skipped, checks } = specialist
  const left = Object.entries(skipped).map(([reason, files]) => `${reason} ${number(files)}`)
  const facts = Object.entries(numbers)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${words(name)} ${number(value)}`)
  return [
    `## ${title}`,
    '',
    `Score: ${gradeText(specialist)}. Findings: ${countsLine(counts)}. ${plural(checked, 'look')} at files in ${plural(tasks, 'task')}.`,
    ...(facts.length > 0 ? ['', `Numbers: ${facts.join('; ')}.`] : []),
    '',
    ...findingsOf(specialist),
    '',
    '<details><summary>What was checked</summary>',
    '',
    ...checks.map(
      ({ name, about, files }) =>
        `- ${code(name)}${files === null ? '' : ` (${plural(files, 'file')})`}: ${words(about)}`,
    ),
    ...(left.length > 0
      ? ['', `Not read, counted once for each check that would have: ${left.join(', ')}.`]
      : []),
    '',
    '</details>',
  ]
}

/** The whole of report.md. */
export const renderMarkdown = (report: Report): string =>
  [header(report), first(report), crew(report), overview(report), ...report.specialists.map(section)]
    .map(lines => lines.join('\n'))
    .join('\n\n')
    .concat('\n')
