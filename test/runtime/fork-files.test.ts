/** Forks of files: beside an owner who goes on, into a file of their own, from what was pruned, and cut off in the middle. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { agent, createRuntime, cursorOf, fork, StatorError, task, type Journal, type Runtime } from 'stator'
import { readJournal, sqlite } from 'stator/sqlite'
import { VirtualClock } from 'stator/testing'
import { codeOf, settled } from '../ledger/support.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const job = task('job')
const start = Date.UTC(2030, 0, 1)
const far = start + 86_400_000

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stator-fork-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = async (journal: Journal, clock = new VirtualClock(start)): Promise<Runtime> =>
  createRuntime({
    journal,
    logger: quiet,
    host: { clock },
    agents: [agent('ann').handle(job, () => 'done')],
  })

const scheduled = (runtime: Runtime): string[] =>
  runtime.tasks.list({ state: 'scheduled' }).tasks.map(({ id }) => id)

const recordsOf = (journal: Journal): unknown[] => {
  journal.open({ newId: () => 'never' })
  try {
    expect(journal.verify()).toBeNull()
    return journal.read({ after: 0, limit: 10_000 })
  } finally {
    journal.close()
  }
}

test('from a reader beside the owner, into a new file, while the owner goes on', async () => {
  const path = join(folder, 'source.db')
  const owner = await open(sqlite(path))
  await owner.submit(job, 1, { id: 'kept', startAt: far, idempotencyKey: 'k' })
  const reader = readJournal(path)
  const mark = owner.status().position
  const copy = fork(reader, { into: sqlite(join(folder, 'copy.db')) })
  reader.close()
  await (await owner.submit(job, 2, { id: 'later' })).result()
  const other = await open(copy)
  expect(other.status().origin?.seq).toBe(mark)
  expect(scheduled(other)).toEqual(['kept'])
  expect(other.tasks.list({ state: 'completed' }).tasks).toEqual([])
  // The key is there, so the same is not done twice.
  expect((await other.submit(job, 1, { idempotencyKey: 'k', startAt: far })).address).toBe('task/kept')
  await other.close()
  await owner.close()
})

test('a file is not changed by being forked, byte for byte', async () => {
  const path = join(folder, 'source.db')
  const owner = await open(sqlite(path))
  for (let n = 0; n < 20; n++) await (await owner.submit(job, n)).result()
  await owner.close()
  const before = readFileSync(path)
  const reader = readJournal(path)
  const copies = [fork(reader), fork(reader, { at: '9' }), fork(sqlite(path))]
  reader.close()
  expect(readFileSync(path).equals(before)).toBe(true)
  const all = recordsOf(sqlite(path))
  expect(copies.map(recordsOf)).toEqual([all, all.slice(0, 9), all])
})

test('from memory into a file, and back, nothing is lost', async () => {
  const owner = await open(sqlite(join(folder, 'source.db')))
  for (let n = 0; n < 5; n++) await (await owner.submit(job, n)).result()
  const inMemory = owner.fork()
  const inFile = fork(inMemory, { into: sqlite(join(folder, 'copy.db'), { durability: 'normal' }) })
  await owner.close()
  expect(recordsOf(inFile)).toEqual(recordsOf(inMemory))
})

test('what a pruning took cannot be forked: the first position that can be is named', async () => {
  const clock = new VirtualClock(start)
  const owner = await open(sqlite(join(folder, 'source.db')), clock)
  for (let n = 0; n < 5; n++) await (await owner.submit(job, n, { id: `t${n}` })).result()
  await owner.submit(job, 9, { id: 'kept', startAt: far })
  await settled()
  clock.set(start + 10_000)
  expect(owner.prune({ olderThan: '5s' })).toBe(5)
  const error = (() => {
    try {
      return owner.fork({ at: '4' })
    } catch (thrown) {
      return thrown
    }
  })()
  expect(error).toBeInstanceOf(StatorError)
  const { code, details } = error as StatorError
  expect([code, details['at']]).toEqual(['FORK_IMPOSSIBLE', 4])
  const first = Number(details['first'])
  expect(() => owner.fork({ at: cursorOf({ seq: first - 1 } as never) })).toThrow(/FORK_IMPOSSIBLE/)
  const other = await open(owner.fork({ at: String(details['from']) }))
  expect(other.status().origin?.seq).toBe(first)
  expect(other.held()).toEqual([])
  await other.close()
  // Of all that is left a fork can be made at the end.
  const now = await open(owner.fork(), clock)
  expect(scheduled(now)).toEqual(['kept'])
  await now.close()
  await owner.close()
})

test('a copy that was cut off is not taken for a fork', async () => {
  const owner = await open(sqlite(join(folder, 'source.db')))
  await Promise.all(Array.from({ length: 400 }, async (_, n) => (await owner.submit(job, n)).result()))
  expect(owner.status().position).toBeGreaterThan(1_000)
  const into = sqlite(join(folder, 'copy.db'))
  const commit = into.commit.bind(into)
  let commits = 0
  into.commit = batch => {
    if (++commits > 1) throw new StatorError('JOURNAL_FAILED', { reason: 'the disk is full' })
    commit(batch)
  }
  expect(() => owner.fork({ into })).toThrow(/JOURNAL_FAILED/)
  expect(await codeOf(open(sqlite(join(folder, 'copy.db'))))).toBe('JOURNAL_DAMAGED')
  expect(() => owner.fork({ into: sqlite(join(folder, 'copy.db')) })).toThrow(/JOURNAL_USED/)
  await owner.close()
})
