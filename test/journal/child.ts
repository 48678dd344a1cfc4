/**
 * A process of its own that owns the journal named as its argument and does what the second argument says,
 * for ever, until it is killed. Prints one line per fact that the test may rely on from then on.
 */
import { writeSync } from 'node:fs'
import { SqliteJournal } from '../../src/sqlite/journal.ts'
import { drafts, Scribe, type Draft } from '../../src/testing/journal-suite/fixtures.ts'
import { SMALL } from './places.ts'

const [path = '', work = ''] = process.argv.slice(2)
const say = (line: string): void => void writeSync(1, `${line}\n`)
const journal = new SqliteJournal(path, SMALL)
const place = { journal: () => journal, tamper: () => undefined, dispose: () => undefined }
const runs = (count: number): Draft[] =>
  drafts(count, index => ({ correlationId: `workflow/r${index % 50}` }))
const scribe = new Scribe(place)

if (work === 'hold') {
  say('open')
  setInterval(() => undefined, 60_000)
} else if (work === 'commit') {
  for (;;)
    say(String(scribe.write(runs(7), { tailAfter: Math.max(0, scribe.signals.length - 20) }).at(-1)?.seq))
} else if (work === 'prune') {
  scribe.write(runs(4_000), { tailAfter: 3_990 })
  const correlationIds = runs(25).map(each => each.correlationId ?? '')
  say('pruning')
  journal.prune({ correlationIds, dropTo: 3_000 })
  say('pruned')
  setInterval(() => undefined, 60_000)
}
