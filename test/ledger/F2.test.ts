/**
 * F2, the hub is the log: durable before visible; recovery is a replay; the history can be forked at any message.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, cursorOf, memory, StatorError, task, type Journal } from 'stator'
import { codeOf, latch, settled } from './support.ts'

const job = task('job')

/** A journal that tells the position up to which it has written, and can be told to fail. */
function watched(): { journal: Journal; written: () => number; fail: () => void } {
  const journal = memory()
  const commit = journal.commit.bind(journal)
  let written = 0
  let failing = false
  journal.commit = batch => {
    if (failing) throw new StatorError('JOURNAL_FAILED', { reason: 'the disk is full' })
    commit(batch)
    written = batch.records.at(-1)?.seq ?? written
  }
  return {
    journal,
    written: () => written,
    fail: () => {
      failing = true
    },
  }
}

test('nothing is visible before it is durable: acknowledgement, effect, signal, result', async () => {
  const { journal, written } = watched()
  const durable: boolean[] = []
  const isDurable = (type: string, to: string): void => {
    const record = journal.query({ types: [type], actor: to as `task/${string}` })[0]
    durable.push(record !== undefined && record.seq <= written())
  }
  const worker = agent('worker').handle(job, (_, ctx) => isDurable('task.started', ctx.task))
  await using runtime = await createRuntime({ journal, agents: [worker] })
  runtime.signals$.subscribe(({ seq }) => durable.push(seq <= written()))
  const handle = await runtime.submit(job, null)
  isDurable('task.create', handle.address)
  await handle.result()
  isDurable('task.completed', handle.address)
  expect(durable.length).toBeGreaterThan(4)
  expect(durable).not.toContain(false)
})

test('what cannot be written never happened: nobody sees it, everybody who waits is told, the hub stops', async () => {
  const { journal, fail, written } = watched()
  let ran = 0
  const worker = agent('worker').handle(job, () => ran++)
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const runtime = await createRuntime({ journal, agents: [worker], logger: quiet })
  await (await runtime.submit(job, null)).result()
  await settled()
  const seen: number[] = []
  runtime.signals$.subscribe(({ seq }) => seen.push(seq))
  const before = written()
  fail()
  expect(await codeOf(runtime.submit(job, null))).toBe('JOURNAL_FAILED')
  expect(await codeOf(runtime.submit(job, null))).toBe('JOURNAL_FAILED')
  expect([seen, ran, runtime.status().hub, runtime.status().position]).toEqual([[], 1, 'failed', before])
  await runtime.close()
})

test('recovery is a replay: a new life has the same actors in the same states, and asks no handler', async () => {
  const journal = memory()
  const wait = task('wait')
  const worker = agent('worker').handle(wait, () => 'ended')
  const far = Date.UTC(2999, 0, 1)
  const first = await createRuntime({ journal, agents: [worker] })
  for (const id of ['a', 'b', 'c']) await first.submit(wait, id, { id, startAt: far, metadata: { id } })
  const before = first.actors.list({ kind: 'task' })
  const history = first.history()
  await first.close()
  const second = await createRuntime({ journal, agents: [worker] })
  expect(second.actors.list({ kind: 'task' })).toEqual(before)
  expect(second.history().slice(0, history.length)).toEqual(history)
  expect(second.verify()).toBeNull()
  await second.close()
})

test('every message is in the journal once, in one order, without gaps', async () => {
  await using runtime = await createRuntime({
    agents: [agent('worker', { capacity: 5 }).handle(job, () => null)],
  })
  await Promise.all(Array.from({ length: 100 }, async () => (await runtime.submit(job, null)).result()))
  const seqs = runtime.history({ limit: 10_000 }).map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.map((_, index) => index + 1))
})

test('the history can be forked at any message, to ask what if; what was is not touched by it', async () => {
  const ask = task('ask')
  const gate = latch()
  let asked = 0
  const worker = agent('worker').handle(ask, async () => {
    asked++
    await gate.opened
    return 'yes'
  })
  const first = await createRuntime({ agents: [worker] })
  const handle = await first.submit(ask, null, { id: 'a' })
  await settled()
  gate.open()
  expect(await handle.result()).toBe('yes')
  const history = first.history()
  const ends: unknown[] = []
  for (const signal of history) {
    const other = await createRuntime({
      journal: first.fork({ at: cursorOf(signal) }),
      agents: [worker],
      effects: { ask: () => 'no' },
    })
    await settled()
    expect(other.history().slice(0, signal.seq)).toEqual(history.slice(0, signal.seq))
    expect([other.held(), other.verify(), other.status().origin?.seq]).toEqual([[], null, signal.seq])
    const [end] = other.history({ actor: 'task/a', types: ['task.completed'] })
    ends.push(end === undefined ? null : (end.data as { output: unknown }).output)
    await other.close()
  }
  // Before the task was there; as long as it was open; and once it had ended.
  const [created, completed] = ['task.create', 'task.completed'].map(
    type => first.history({ types: [type], actor: 'task/a' })[0]?.seq ?? 0,
  )
  const expected = history.map(({ seq }) =>
    seq < (created ?? 0) ? null : seq < (completed ?? 0) ? 'no' : 'yes',
  )
  expect(ends).toEqual(expected)
  expect(new Set(ends)).toEqual(new Set([null, 'no', 'yes']))
  expect([asked, first.history()]).toEqual([1, history])
  await first.close()
})
