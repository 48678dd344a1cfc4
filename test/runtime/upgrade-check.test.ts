/** upgradeCheck(): what a deployment would do to the runs of a journal, said beforehand, from the journal alone. */
import { expect, onTestFinished, test } from 'vitest'
import {
  agent,
  createRuntime,
  graph,
  memory,
  queue,
  task,
  upgradeCheck,
  workflow,
  type Journal,
  type Runtime,
} from 'stator'
import { readJournal } from 'stator/sqlite'
import { z } from 'zod'
import { emptyMemory } from '../../src/runtime/memory-journal.ts'
import { sqlitePlace } from '../journal/places.ts'
import { codeOf, newClock, settled, untilAborted } from '../ledger/support.ts'

const text = z.object({ text: z.string() })
const say = task('say', { input: text, output: text })
const hang = task('hang', { input: text, output: text, queue: 'slow' })

const letter = workflow('letter', { input: text }).step('write', say).step('post', hang)
const changed = workflow('letter', { input: text }).step('write', say).step('seal', say).step('post', hang)
const second = workflow('letter', { input: text, version: '2' }).step('write', say).step('post', hang)
const parcel = workflow('parcel', { input: text }).step('pack', hang)

/** A living runtime in which a letter, a parcel and a graph hang, and another letter has ended. */
async function life(journal: Journal, idle?: number): Promise<Runtime> {
  const worker = agent('worker', { capacity: 10 })
    .handle(say, given => given)
    .handle(hang, async (given, { signal }) => (given.text === 'short' ? given : untilAborted(signal)))
  const runtime = await createRuntime({
    journal,
    agents: [worker],
    workflows: [letter, parcel],
    queues: [queue('slow')],
    host: { clock: newClock() },
    limits: idle === undefined ? {} : { idle },
  })
  const ended = await runtime.start(letter, { text: 'short' }, { id: 'ended' })
  await ended.result()
  await runtime.start(letter, { text: 'long' }, { id: 'one' })
  await runtime.start(parcel, { text: 'long' }, { id: 'two' })
  await runtime.startGraph(graph([{ id: 'only', task: hang, input: { text: 'long' } }]), { id: 'three' })
  await settled()
  return runtime
}

const closed = async (): Promise<Journal> => {
  const journal = memory()
  await (await life(journal)).close()
  return journal
}

const only = (report: ReturnType<typeof upgradeCheck>, run: string) =>
  report.runs.find(one => one.run === run)

test('the very same definitions: every living run is the same, and graphs bring their own', async () => {
  const report = upgradeCheck(await closed(), [letter, parcel])
  expect(report).toEqual({
    runs: [
      { run: 'workflow/one', workflow: 'letter', version: '1', verdict: 'same', to: '1', reasons: [] },
      { run: 'workflow/three', workflow: 'graph', version: '1', verdict: 'same', to: '1', reasons: [] },
      { run: 'workflow/two', workflow: 'parcel', version: '1', verdict: 'same', to: '1', reasons: [] },
    ],
    others: [],
    counts: { same: 3, pinned: 0, compatible: 0, migrates: 0, refused: 0 },
    ok: true,
  })
})

test('beside another version a run stays on its own', async () => {
  const report = upgradeCheck(await closed(), [second, letter, parcel])
  expect(only(report, 'workflow/one')).toMatchObject({ verdict: 'pinned', to: '1' })
  expect(report.ok).toBe(true)
})

test('without its definition, or a way on from it, a run is refused, with the reason', async () => {
  const journal = await closed()
  const none = upgradeCheck(journal, [parcel])
  expect(only(none, 'workflow/one')).toMatchObject({ verdict: 'refused' })
  expect(only(none, 'workflow/one')?.reasons[0]).toMatch(
    /^letter version 1 .* is not registered, nor any other/,
  )
  expect(none).toMatchObject({ ok: false, counts: { same: 2, refused: 1 } })
  const later = upgradeCheck(journal, [second, parcel])
  expect(only(later, 'workflow/one')?.reasons[0]).toMatch(/version 2 has no migration from it/)
  const other = upgradeCheck(journal, [changed, parcel])
  expect(only(other, 'workflow/one')).toMatchObject({ verdict: 'refused' })
})

test('the journal is not changed, and the runtime that comes then does what was said', async () => {
  const journal = await closed()
  upgradeCheck(journal, [parcel])
  const runtime = await life(journal)
  expect(runtime.held()).toEqual([])
  expect(await codeOf(async () => upgradeCheck(journal, [letter, parcel]))).toBe('JOURNAL_OWNED')
  await runtime.close()
})

test('beside a living owner, from its file: what began in the tail is seen, and what has ended is not', async () => {
  const place = sqlitePlace()
  onTestFinished(() => place.dispose())
  const runtime = await life(place.journal(), 1e9)
  const reader = readJournal(place.file)
  expect(upgradeCheck(reader, [letter, parcel]).counts).toMatchObject({ same: 3, refused: 0 })
  const report = upgradeCheck(reader, [changed, parcel])
  expect(report.runs.map(({ run }) => run)).toEqual(['workflow/one', 'workflow/three', 'workflow/two'])
  // Nobody but the old code can fold the tail.
  expect(only(report, 'workflow/one')?.reasons).toEqual([
    expect.stringMatching(
      /has moved since its last checkpoint: close a runtime with that version gracefully/,
    ),
  ])
  await runtime.close()
  expect(only(upgradeCheck(reader, [changed, parcel]), 'workflow/one')?.reasons[0]).not.toMatch(/has moved/)
  reader.close()
})

test('an actor of a kind that ships, written by a version that is not this one, is named', async () => {
  const state = emptyMemory()
  await (await life(memory(state))).close()
  for (const [address, written] of state.checkpoints)
    state.checkpoints.set(
      address,
      written.replace('"name":"queue","version":"1"', '"name":"queue","version":"9"'),
    )
  const report = upgradeCheck(memory(state), [letter, parcel])
  expect(report.others.map(({ address }) => address)).toEqual(['queue/slow'])
  expect(report.ok).toBe(false)
})

test('workflows that cannot live together are refused as createRuntime refuses them', async () => {
  const journal = await closed()
  expect(await codeOf(() => upgradeCheck(journal, [letter, changed]))).toBe('ALREADY_REGISTERED')
  expect(await codeOf(() => upgradeCheck(null as never, []))).toBe('DEFINITION_INVALID')
})
