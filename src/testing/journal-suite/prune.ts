/** Pruning: what goes, what stays, and that the chain holds. */
import assert from 'node:assert/strict'
import { same } from './expect.ts'
import { drafts, keyRecord, Scribe, subResult, type Draft } from './fixtures.ts'
import type { JournalGroup } from './place.ts'

const RUNS = ['workflow/run-1', 'workflow/run-2', 'task/alone'] as const
const inTurn = (count: number): Draft[] => drafts(count, index => ({ correlationId: RUNS[index % 3] ?? '' }))

export const prune: JournalGroup = {
  name: 'prune',
  tests: [
    {
      name: 'erases the payloads of the runs named and no others; headers stay',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write(inTurn(40))
        scribe.write(inTurn(20))
        scribe.journal.prune({
          correlationIds: ['workflow/run-1', 'task/alone', 'workflow/never'],
          dropTo: 0,
        })
        const expected = scribe.signals.map(each =>
          each.correlationId === 'workflow/run-2' ? each : { ...each, data: null },
        )
        same(scribe.journal.query({}), expected)
        same(
          scribe.journal.query({ correlationId: 'task/alone' }),
          expected.filter(each => each.correlationId === 'task/alone'),
        )
        assert.equal(scribe.journal.get(1)?.data, null)
        assert.equal(scribe.journal.verify(), null)
      },
    },
    {
      name: 'erases their sub-results and keys, of their tasks too',
      run(place) {
        const scribe = new Scribe(place)
        const owners = [
          'workflow/run-1',
          'task/run-1/build',
          'task/run-10/build',
          'task/alone',
          'workflow/run-10',
        ] as const
        scribe.write([], {
          results: owners.map(owner => subResult(owner, 'push')),
          keys: owners.map(owner => keyRecord(`of ${owner}`, owner)),
        })
        scribe.journal.prune({ correlationIds: ['workflow/run-1', 'task/alone'], dropTo: 0 })
        const left = ['task/run-10/build', 'workflow/run-10']
        same(
          owners.filter(owner => scribe.journal.results(owner).length > 0),
          left,
        )
        same(
          owners.filter(owner => scribe.journal.key('client/test', `of ${owner}`) !== undefined),
          left,
        )
      },
    },
    {
      name: 'drops a prefix and leaves an anchor from which the chain goes on',
      run(place) {
        const scribe = new Scribe(place)
        const records = scribe.write(inTurn(50), { tailAfter: 45 })
        scribe.journal.prune({ correlationIds: [], dropTo: 30 })
        same(scribe.journal.read({ after: 0, limit: 100 }), records.slice(30))
        assert.equal(scribe.journal.get(30), undefined)
        same(scribe.journal.get(31), records[30])
        same(scribe.find({ limit: 2 }), [31, 32])
        same(scribe.find({ correlationId: 'task/alone', before: 37 }), [33, 36])
        same(scribe.find({ since: 0, until: 1_320 }), [31, 32])
        assert.equal(scribe.journal.verify(), null)
        scribe.write(inTurn(10))
        scribe.journal.close()
        const next = new Scribe(place)
        same([next.state.anchor, next.state.last.seq, next.state.tailAfter], [30, 60, 45])
        assert.equal(next.journal.verify(), null)
      },
    },
    {
      name: 'drops nothing that recovery needs',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write(drafts(20), { tailAfter: 8 })
        scribe.journal.prune({ correlationIds: [], dropTo: 15 })
        scribe.journal.close()
        const next = new Scribe(place)
        same([next.state.anchor, next.journal.read({ after: 0, limit: 1 })[0]?.seq], [8, 9])
      },
    },
    {
      name: 'may drop every record; positions, times and sums go on',
      run(place) {
        const scribe = new Scribe(place)
        const last = scribe.write(drafts(12), { tailAfter: 12 }).at(-1)
        scribe.journal.prune({ correlationIds: [], dropTo: 12 })
        same(scribe.journal.query({}), [])
        scribe.journal.close()
        const next = new Scribe(place)
        same(next.state.last, { seq: 12, at: last?.at, sum: last?.sum })
        next.write(drafts(3))
        same(next.find({}), [13, 14, 15])
        assert.equal(next.journal.verify(), null)
      },
    },
    {
      name: 'pruning again, or what is gone, changes nothing',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write(inTurn(30), { tailAfter: 30 })
        const once = (): unknown => {
          scribe.journal.prune({ correlationIds: ['workflow/run-1'], dropTo: 10 })
          return scribe.journal.read({ after: 0, limit: 100 })
        }
        const first = once()
        same(once(), first)
        scribe.journal.prune({ correlationIds: [], dropTo: 5 })
        scribe.journal.prune({ correlationIds: [], dropTo: -1 })
        same(scribe.journal.read({ after: 0, limit: 100 }), first)
        assert.equal(scribe.journal.verify(), null)
      },
    },
    {
      name: 'many runs at once',
      run(place) {
        const scribe = new Scribe(place)
        const run = (index: number): string => `workflow/r${index % 400}`
        scribe.write(drafts(800, index => ({ correlationId: run(index) })))
        scribe.journal.prune({ correlationIds: drafts(300).map((_, index) => run(index)), dropTo: 0 })
        const kept = scribe.journal.read({ after: 0, limit: 1_000 }).filter(({ data }) => data !== null)
        assert.equal(kept.length, 200)
        assert.equal(scribe.journal.verify(), null)
      },
    },
  ],
}
