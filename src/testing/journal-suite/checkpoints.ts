/** Checkpoints: one an address, replaced as a whole, gone with their actor. */
import assert from 'node:assert/strict'
import type { CheckpointFilter } from '../../runtime/journal.ts'
import { same } from './expect.ts'
import { checkpoint, drafts, Scribe } from './fixtures.ts'
import type { JournalGroup } from './place.ts'

const ALL = [
  checkpoint('agent/a', { state: 'idle' }),
  checkpoint('task/run-1/build', { wake: true }),
  checkpoint('task/run-2/build', { state: 'waiting', wake: true }),
  checkpoint('workflow/run-1'),
  checkpoint('workflow/run-10', { wake: true }),
  checkpoint('workflow/run-2', { state: 'waiting' }),
]

export const checkpoints: JournalGroup = {
  name: 'checkpoints',
  tests: [
    {
      name: 'lists by kind, state and wake, ordered by address',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write([], { checkpoints: ALL.toReversed() })
        const found = (filter: CheckpointFilter): unknown => [...scribe.journal.checkpoints(filter)]
        same(found({}), ALL)
        same(found({ kind: 'workflow' }), ALL.slice(3))
        same(found({ kind: 'gate' }), [])
        same(found({ kind: 'work' }), [])
        same(
          found({ wake: true }),
          ALL.filter(({ wake }) => wake),
        )
        same(
          found({ wake: false }),
          ALL.filter(({ wake }) => !wake),
        )
        same(
          found({ state: 'waiting' }),
          ALL.filter(({ state }) => state === 'waiting'),
        )
        same(found({ kind: 'task', state: 'waiting', wake: true }), [ALL[2]])
      },
    },
    {
      name: 'a later one replaces all of the earlier',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write([], { checkpoints: [checkpoint('agent/a', { wake: true, state: 'busy' })] })
        const next = checkpoint('agent/a', { seq: 9, state: 'idle', timers: [], held: { code: 'HELD' } })
        scribe.write([], { checkpoints: [next] })
        same(scribe.journal.checkpoint('agent/a'), next)
        same([...scribe.journal.checkpoints({ state: 'busy' })], [])
        same([...scribe.journal.checkpoints({ state: 'idle', wake: false })], [next])
      },
    },
    {
      name: 'an actor that ended has none, unless it began anew in that batch: then that of its new life',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write([], { checkpoints: [checkpoint('agent/a'), checkpoint('agent/b')] })
        const anew = checkpoint('agent/b', { seq: 7, createdSeq: 6 })
        scribe.write([], { checkpoints: [anew], ended: ['agent/a', 'agent/b', 'agent/never'] })
        assert.equal(scribe.journal.checkpoint('agent/a'), undefined)
        same([...scribe.journal.checkpoints({})], [anew])
      },
    },
    {
      name: 'what is given out shares nothing with what is kept',
      run(place) {
        const scribe = new Scribe(place)
        const snapshot = { list: [1, 2] }
        scribe.write([], { checkpoints: [checkpoint('agent/a', { snapshot })] })
        snapshot.list.push(3)
        const given = scribe.journal.checkpoint('agent/a')?.snapshot as { list: number[] }
        given.list.push(4)
        same(scribe.journal.checkpoint('agent/a')?.snapshot, { list: [1, 2] })
      },
    },
    {
      name: 'thousands are listed without a gap, also while batches are committed',
      run(place) {
        const scribe = new Scribe(place)
        const many = drafts(1_500).map((_, index) => checkpoint(`task/t${String(index).padStart(5, '0')}`))
        scribe.write([], { checkpoints: many })
        const seen: string[] = []
        for (const { address } of scribe.journal.checkpoints({})) {
          if (seen.push(address) % 100 === 0)
            scribe.write(drafts(1), { checkpoints: [checkpoint(address, { seq: 2 })] })
        }
        same(
          seen,
          many.map(({ address }) => address),
        )
      },
    },
  ],
}
