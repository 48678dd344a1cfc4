/**
 * History by type, recipient, correlation, time and position: alone and joined, before and after a restart.
 */
import assert from 'node:assert/strict'
import type { Signal } from '../../messages/signal.ts'
import { matches } from '../../runtime/history.ts'
import type { HistoryFilter } from '../../runtime/journal.ts'
import { same } from './expect.ts'
import { drafts, Scribe, type Draft } from './fixtures.ts'
import type { JournalGroup } from './place.ts'

const FILTERS: HistoryFilter[] = [
  {},
  { types: ['task.done'] },
  { types: ['task.completed'] },
  { types: ['task.create', 'task.failed'] },
  { types: [] },
  { types: ['never'] },
  { actor: 'workflow/run-2' },
  { actor: 'task/run-2/build' },
  { actor: 'agent/builder' },
  { actor: 'task/alone' },
  { actor: 'workflow/nobody' },
  { correlationId: 'workflow/run-3' },
  { correlationId: 'task/alone' },
  { correlationId: 'workflow/none' },
  { after: 17 },
  { before: 17 },
  { after: 12, before: 31 },
  { after: 31, before: 12 },
  { after: 59 },
  { after: 1_000 },
  { since: 1_200 },
  { until: 1_200 },
  { since: 1_205, until: 1_395 },
  { since: 9_999 },
  { until: 0 },
  { types: ['task.done'], actor: 'task/run-1/build' },
  { types: ['task.done'], correlationId: 'workflow/run-1', after: 10, until: 1_500 },
  { actor: 'agent/builder', correlationId: 'workflow/run-2' },
  { actor: 'task/run-1/build', correlationId: 'workflow/run-2' },
]

export const query: JournalGroup = {
  name: 'query',
  tests: [
    {
      name: 'finds what fits, in either order, up to the limit',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write(mixed(37))
        scribe.write(mixed(22))
        scribe.write(mixed(1))
        check(scribe, scribe.signals)
      },
    },
    {
      name: 'finds the same after a restart, and goes on',
      run(place) {
        const first = new Scribe(place)
        first.write(mixed(43))
        first.journal.close()
        const second = new Scribe(place)
        check(second, first.signals)
        second.write(mixed(17))
        check(second, [...first.signals, ...second.signals])
      },
    },
    {
      name: 'finds signals of one millisecond together',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write([100, 100, 200, 200, 200, 300].map(at => ({ at })))
        same(scribe.find({ since: 200, until: 200 }), [3, 4, 5])
        same(scribe.find({ since: 101, until: 199 }), [])
        same(scribe.find({ since: 200 }), [3, 4, 5, 6])
        same(scribe.find({ until: 100, order: 'desc' }), [2, 1])
      },
    },
    {
      name: 'gives at most 1,000 unless told otherwise',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write(drafts(1_100))
        assert.equal(scribe.find({}).length, 1_000)
        assert.equal(scribe.find({ limit: 2_000 }).length, 1_100)
        same(scribe.find({ limit: 0 }), [])
        const down = scribe.signals.map(({ seq }) => seq).toReversed()
        same(scribe.find({ order: 'desc', limit: 2_000 }), down)
        same(scribe.find({ order: 'desc' }), down.slice(0, 1_000))
      },
    },
    {
      name: 'an empty journal has no history',
      run(place) {
        const scribe = new Scribe(place)
        for (const filter of FILTERS) same(scribe.find(filter), [])
      },
    },
  ],
}

function mixed(count: number): Draft[] {
  return drafts(count, index => {
    const run = `run-${(index % 3) + 1}`
    const kinds: Draft[] = [
      { type: 'task.create', to: `task/${run}/build`, correlationId: `workflow/${run}` },
      {
        type: 'task.done',
        name: 'task.completed',
        to: `task/${run}/build`,
        correlationId: `workflow/${run}`,
      },
      { type: 'agent.load', to: 'agent/builder', correlationId: `workflow/${run}` },
      { type: 'step.done', to: `workflow/${run}`, correlationId: `workflow/${run}` },
      { type: 'task.failed', to: 'task/alone', correlationId: 'task/alone' },
      { type: 'note', to: `task/${run}/build`, correlationId: `task/${run}/build` },
      { type: 'task.done', to: `workflow/${run}`, correlationId: 'workflow/run-3' },
    ]
    return kinds[index % kinds.length] ?? {}
  })
}

function check(scribe: Scribe, signals: readonly Signal[]): void {
  for (const base of FILTERS) {
    for (const order of ['asc', 'desc'] as const) {
      for (const limit of [1, 4, 1_000]) {
        const filter = { ...base, order, limit }
        const fits = signals.filter(signal => matches(signal, base))
        const expected = (order === 'asc' ? fits : fits.toReversed()).slice(0, limit)
        same(scribe.journal.query(filter), expected, JSON.stringify(filter))
      }
    }
  }
}
