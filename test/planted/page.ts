/** Page: what became of the planted bugs, as a document: made from the catalogue and from a hunt, and by nothing else. */
import { resolve } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { INVARIANTS } from '../../src/testing/invariants/index.ts'
import type { Mutant } from './mutant.ts'
import type { Hunted } from './worker.ts'

/** Runs within which a bug was found are told in these steps, so that the page stays as it is when seeds mean other campaigns. */
const STEPS = [1, 3, 10, 30, 100, 300, 500]

/** Formatted like every other document. */
export async function pageOf(found: ReadonlyMap<Mutant, Hunted>): Promise<string> {
  const filepath = resolve(import.meta.dirname, '../../docs/planted-bugs.md')
  return format(text(found), { ...(await resolveConfig(filepath)), filepath })
}

export const withinSteps = (run: number): number =>
  STEPS.find(step => run <= step) ?? Number.POSITIVE_INFINITY

/** The run in which the invariant that must see it saw it. */
export const runOf = ({ invariant }: Mutant, { seen }: Hunted): number =>
  seen.find(({ promise }) => promise === invariant)?.run ?? Number.POSITIVE_INFINITY

function text(found: ReadonlyMap<Mutant, Hunted>): string {
  const mutants = [...found.keys()]
  const sections = INVARIANTS.toSorted((a, b) => a.number - b.number).flatMap(({ number, promise }) => {
    const own = mutants.filter(({ invariant }) => invariant === number)
    if (own.length === 0) return []
    const rows = own.map(mutant => row(mutant, found.get(mutant) as Hunted))
    return [
      `## ${number}. ${promise}\n\n${table(['planted bug', 'what is wrong', 'file', 'found within'], rows)}`,
    ]
  })
  return `<!-- Made by test/process/planted.test.ts, which compares it: npm test -- planted -u writes it anew. -->

# Planted bugs

A check that never fails proves nothing. So ${mutants.length} bugs are planted in the production source, one at a time: in the loop,
in delivery, dispatch and execution, in the journal, in recovery and streams, and in the machines, which a replay cannot tell
from right ones. Each is loaded in place of the right code, in a thread of its own; then random campaigns are played (\`test/simulation\`:
work, crashes, clients, all from one seed), from seed 1 on, until the invariant that has to see the bug does. It must be that one,
whatever others say before it; and in the source as it is the same campaigns find nothing.

${table(['invariant', 'planted bugs', 'all found within'], counts(mutants, found))}

Invariant 13 speaks of a part that is not built yet. What would end the process counts for 11, and a client who waits while
nothing is left to happen for 9: the simulation itself sees both. The bugs are in \`test/planted\`; to plant another one is to add it
there.

${sections.join('\n\n')}
`
}

function counts(mutants: readonly Mutant[], found: ReadonlyMap<Mutant, Hunted>): string[][] {
  const numbers = [...new Set(mutants.map(({ invariant }) => invariant))].toSorted((a, b) => a - b)
  return numbers.map(number => {
    const own = mutants.filter(({ invariant }) => invariant === number)
    const most = Math.max(...own.map(mutant => runOf(mutant, found.get(mutant) as Hunted)))
    return [String(number), String(own.length), runs(most)]
  })
}

function row(mutant: Mutant, hunted: Hunted): string[] {
  const { name, words, file } = mutant
  return [name, words, `\`${file.replace('src/', '')}\``, runs(runOf(mutant, hunted))]
}

function runs(run: number): string {
  const within = withinSteps(run)
  return within === 1 ? '1 campaign' : `${within} campaigns`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map(cell => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
