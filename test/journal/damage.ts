/** Damage: a journal with something in every table, what can be seen of it, and ways to spoil its file. */
import { StatorError } from '../../src/errors.ts'
import type { Journal } from '../../src/runtime/journal.ts'
import {
  cachedResult,
  checkpoint,
  drafts,
  keyRecord,
  open,
  pendingMessage,
  Scribe,
  subResult,
} from '../../src/testing/journal-suite/fixtures.ts'
import type { SqlitePlace } from './places.ts'

export const PAGE = 4096

/** Where commits end in a log: after the last frame of each. */
export function commitEnds(log: Buffer): number[] {
  const ends: number[] = []
  for (let at = 32; at + 24 + PAGE <= log.length; at += 24 + PAGE)
    if (log.readUInt32BE(at + 4) !== 0) ends.push(at + 24 + PAGE)
  return ends
}

const OWNERS = ['task/run-1/build', 'workflow/run-1', 'task/run-2/build'] as const

/** Writes forty commits; the owner is left open. */
export function fill(place: SqlitePlace): Journal {
  const scribe = new Scribe(place)
  for (let i = 0; i < 40; i++) {
    const run = `run-${i % 5}` as const
    const more =
      i % 4 === 0
        ? { checkpoints: [checkpoint(`workflow/${run}`, { seq: i }), checkpoint(`task/${run}/t${i}`)] }
        : {}
    scribe.write(
      drafts(3, index => ({
        type: `kind-${index}`,
        correlationId: `workflow/${run}`,
        data: { text: `payload ${i}`.repeat(9) },
      })),
      { tailAfter: i * 2, ...more },
    )
  }
  scribe.write([], {
    pending: [1, 2, 3].map(id => pendingMessage(id)),
    results: OWNERS.flatMap(owner => ['a', 'b', 'c'].map(name => subResult(owner, name))),
    keys: OWNERS.flatMap(owner => ['k', 'l'].map(key => keyRecord(`${key} of ${owner}`, owner))),
    cached: ['c', 'c of run-1'].map((key, index) => cachedResult(key, 30 + index)),
  })
  return scribe.journal
}

/** All that can be seen of an open journal. */
export function content(journal: Journal): string {
  return JSON.stringify([
    journal.read({ after: 0, limit: 10_000 }),
    [1, 30, 60, 120].map(seq => journal.get(seq)),
    [0, 1, 2].map(index => journal.query({ types: [`kind-${index}`] })),
    [0, 1, 2, 3, 4].map(index => journal.query({ correlationId: `workflow/run-${index}`, order: 'desc' })),
    journal.query({ actor: 'workflow/run-1', since: 1_100, until: 1_900 }),
    [...journal.checkpoints({})],
    [...journal.checkpoints({ kind: 'task', state: 'running', wake: false })],
    [journal.checkpoint('workflow/run-1'), journal.checkpoint('task/run-0/t0')],
    journal.pending(),
    OWNERS.map(owner => journal.results(owner)),
    OWNERS.map(owner => journal.key('client/test', `k of ${owner}`)),
    ['c', 'c of run-1', 'z'].map(key => journal.cached(key)),
  ])
}

/** What came of opening a spoilt file. */
export type Finding = 'refused' | 'found by verify' | 'unharmed' | { readonly silent: string }

/** Opens, verifies, and compares with what was there; never repairs. Errors without a code are rethrown. */
export function judge(place: SqlitePlace, state: string, expected: string): Finding {
  const journal = place.journal()
  try {
    const opened = JSON.stringify(open(journal))
    if (journal.verify() !== null) return 'found by verify'
    const seen = content(journal)
    return opened === state && seen === expected
      ? 'unharmed'
      : { silent: opened === state ? 'content' : opened }
  } catch (error) {
    if (error instanceof StatorError && (error.code === 'JOURNAL_DAMAGED' || error.code === 'JOURNAL_NEWER'))
      return 'refused'
    throw error
  } finally {
    journal.close()
  }
}
