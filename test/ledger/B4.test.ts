/**
 * B4, checkpoints: snapshots of every actor; recovery is the last snapshot and the journal's tail; a long workflow resumes
 * where it stood; finished steps are never run again. What a kill does to it, test/process shows with real processes.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, memory, task, workflow, type Journal } from 'stator'
import { settled, untilAborted } from './support.ts'

const step = task('step', { retry: { maxAttempts: 2, initialInterval: 1 } })
let long = workflow('long')
for (let n = 0; n < 50; n++) long = long.step(`s${n}`, step, () => n) as typeof long

/** One life: its handlers work up to a step, and hang there. */
async function life(journal: Journal, stopAt: number, ran: number[]) {
  const worker = agent('worker').handle(step, (n, ctx) => {
    if (n === stopAt) return untilAborted(ctx.signal)
    ran.push(n as number)
    return `result ${String(n)}`
  })
  return createRuntime({ journal, agents: [worker], workflows: [long] })
}

test('a long workflow resumes where it stood, through many lives, and runs no finished step again', async () => {
  const journal = memory()
  const ran: number[] = []
  for (const stopAt of [7, 20, 21, 43]) {
    const runtime = await life(journal, stopAt, ran)
    const run = await runtime.start(long, null, { id: 'long' })
    while (run.current()?.completed !== stopAt) await settled()
    await runtime.close()
  }
  const runtime = await life(journal, -1, ran)
  const outputs = await runtime.run('long').result()
  expect(ran).toEqual(Array.from({ length: 50 }, (_, n) => n))
  expect(Object.keys(outputs).length).toBe(50)
  expect(outputs['s3']).toBe('result 3')
  await runtime.close()
})

test('a checkpoint holds each living actor: machine, version, position, snapshot', async () => {
  const journal = memory()
  const runtime = await life(journal, 3, [])
  const run = await runtime.start(long, null, { id: 'one' })
  while (run.current()?.completed !== 3) await settled()
  await runtime.close()

  const state = journal.open({ newId: () => 'unused' })
  const checkpoints = [...journal.checkpoints({})]
  expect(checkpoints.map(({ address, state: name }) => `${address} ${name}`)).toEqual([
    'agent/worker offline',
    'task/one/s3 running',
    'workflow/one running',
  ])
  for (const { definition, seq, snapshot } of checkpoints) {
    expect(definition).toMatchObject({ version: '1' })
    expect(seq).toBeLessThanOrEqual(state.last.seq)
    expect(snapshot).toMatchObject({ status: 'active' })
  }
  // With these a start reads no record at all: the tail is empty.
  expect(state.tailAfter).toBe(state.last.seq)
  journal.close()
})

test('recovery folds the tail into the last checkpoint', async () => {
  const journal = memory()
  const runtime = await life(journal, 9, [])
  const run = await runtime.start(long, null, { id: 'tail' })
  while (run.current()?.completed !== 9) await settled()
  const before = runtime.actors.get('workflow/tail')
  await runtime.close()

  // The checkpoints are a cache: without any, the whole journal is the tail.
  const copy = memory()
  copy.open({ newId: () => 'copy' })
  journal.open({ newId: () => 'unused' })
  const none = {
    pending: [],
    delivered: [],
    results: [],
    keys: [],
    cached: [],
    checkpoints: [],
    ended: [],
    clean: false,
  }
  copy.commit({
    ...none,
    records: journal.read({ after: 0, limit: 10_000 }),
    signals: journal.query({ limit: 10_000 }),
    tailAfter: 0,
  })
  journal.close()
  copy.close()
  const again = await life(copy, 9, [])
  expect(again.actors.get('workflow/tail')).toEqual(before)
  await again.close()
})
