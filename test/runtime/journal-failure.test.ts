/** A journal that cannot write stops everything at once: who waits is told, nothing is let out, and a new start goes on. */
import { expect, test } from 'vitest'
import { createRuntime, sequence, type Journal } from 'stator'
import { emptyMemory, memory } from '../../src/runtime/memory-journal.ts'
import { codeOf, single } from './support/world.ts'
import type { Life } from 'stator/testing'

/** A journal whose disk is full from now on, once `full` is set. */
function breakable(inner: Journal): { journal: Journal; disk: { full: boolean } } {
  const disk = { full: false }
  const journal = Object.assign(Object.create(null) as Journal, {
    label: inner.label,
    open: inner.open.bind(inner),
    commit: (batch: Parameters<Journal['commit']>[0]) => {
      if (disk.full) throw new Error('ENOSPC')
      inner.commit(batch)
    },
    read: inner.read.bind(inner),
    get: inner.get.bind(inner),
    query: inner.query.bind(inner),
    checkpoint: inner.checkpoint.bind(inner),
    checkpoints: inner.checkpoints.bind(inner),
    pending: inner.pending.bind(inner),
    results: inner.results.bind(inner),
    key: inner.key.bind(inner),
    cached: inner.cached.bind(inner),
    prune: inner.prune.bind(inner),
    verify: inner.verify.bind(inner),
    standing: inner.standing.bind(inner),
    keys: inner.keys.bind(inner),
    kept: inner.kept.bind(inner),
    close: inner.close.bind(inner),
  })
  return { journal, disk }
}

const settledAs = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'settled',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  )

test('every waiter is told JOURNAL_FAILED, nothing is let out, and a new runtime goes on', async () => {
  const state = emptyMemory()
  const told: Promise<string>[] = []
  const { world, job } = single(
    async ({ text }, ctx, life: Life) => {
      if (text === 'quick') return 'quick'
      await life.wait(100)
      told.push(settledAs(ctx.do('sub', () => 1)))
      return text
    },
    { capacity: 5, watched: false },
  )
  const life = await world.boot()
  life.die()
  // The same agents, on a journal that can fail, in this process life's own time.
  const other = await world.boot()
  other.runtime.close().catch(() => {})
  const { journal, disk } = breakable(memory(state))
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const options = { ...world.setup(other), host: other.host, logger: quiet }
  const runtime = await other.until(createRuntime({ ...options, journal }))
  const slow = await other.until(runtime.submit(job, { text: 'slow' }, { id: 'slow' }))
  const errors: string[] = []
  runtime.signals$.subscribe({ error: (error: unknown) => errors.push((error as { code: string }).code) })
  const drained = (async () => {
    for await (const signal of runtime.signals({ from: 'start' })) expect(signal.seq).toBeGreaterThan(0)
  })()
  const waiting = [settledAs(slow.result()), settledAs(drained)]
  await world.pass(other, 50)
  disk.full = true
  const last = runtime.status().position
  waiting.push(settledAs(runtime.submit(job, { text: 'quick' }, { id: 'lost' })))
  await world.pass(other, 200)
  expect(await other.until(Promise.all([...waiting, ...told]))).toEqual([
    'JOURNAL_FAILED',
    'JOURNAL_FAILED',
    'JOURNAL_FAILED',
    ...told.map(() => 'STALE_ATTEMPT'),
  ])
  expect(errors).toEqual(['JOURNAL_FAILED'])
  expect(runtime.status()).toMatchObject({ hub: 'failed', position: last })
  expect(await codeOf(other, runtime.submit(job, { text: 'x' }))).toBe('JOURNAL_FAILED')
  expect(await codeOf(other, slow.outcome())).toBe('JOURNAL_FAILED')
  // What actors in memory have come to since was never written: nobody is shown it.
  const shown = [
    () => runtime.actors.get('agent/ann'),
    () => runtime.actors.list(),
    () => runtime.agents.get('ann'),
    () => runtime.agents.list(),
    () => runtime.held(),
    () => slow.info(),
  ]
  for (const show of shown) expect(show).toThrow(expect.objectContaining({ code: 'JOURNAL_FAILED' }))
  expect(runtime.history({ types: ['task.create'] }).map(({ to }) => to)).toEqual(['task/slow'])
  await other.until(runtime.close())

  const again = await other.until(createRuntime({ ...options, journal: memory(state) }))
  expect(await other.until(again.task(job, 'slow').result())).toBe('slow')
  expect(await codeOf(other, again.task('lost').outcome())).toBe('NOT_FOUND')
  expect(again.verify()).toBeNull()
  await other.until(again.close())
})

test('a ctx.do whose record cannot be written rejects, and its result is not used', async () => {
  const state = emptyMemory()
  const { journal, disk } = breakable(memory(state))
  const codes: string[] = []
  const { world, job } = single(
    async (_, ctx) => {
      disk.full = true
      codes.push(await settledAs(ctx.do('sub', () => 1)))
    },
    { watched: false },
  )
  const life = await world.boot()
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const runtime = await life.until(
    createRuntime({ ...world.setup(life), host: life.host, logger: quiet, journal }),
  )
  const handle = await life.until(runtime.submit(job, { text: 'x' }))
  expect(await codeOf(life, handle.result())).toBe('JOURNAL_FAILED')
  await world.drain(life)
  expect(codes).toEqual(['JOURNAL_FAILED'])
  expect(journal.results(handle.address)).toEqual([])
})

test('who ended in what could not be written is not said to have never been', async () => {
  const { journal, disk } = breakable(memory(emptyMemory()))
  const { world, job } = single(
    async (_, __, life: Life) => {
      await life.wait(100)
      disk.full = true
    },
    { watched: false },
  )
  const life = await world.boot()
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const runtime = await life.until(
    createRuntime({ ...world.setup(life), host: life.host, logger: quiet, journal }),
  )
  const handle = await life.until(runtime.submit(job, { text: 'x' }, { id: 'ends' }))
  await world.pass(life, 200)
  expect(runtime.status().hub).toBe('failed')
  expect(await codeOf(life, handle.outcome())).toBe('JOURNAL_FAILED')
  for (const ask of [() => handle.status(), () => handle.info()])
    expect(ask).toThrow(expect.objectContaining({ code: 'JOURNAL_FAILED' }))
})

test('a pause that could not be written is not said to be there already', async () => {
  const { journal, disk } = breakable(memory(emptyMemory()))
  const { world } = single(() => 1)
  const life = await world.boot()
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const runtime = await life.until(
    createRuntime({ ...world.setup(life), host: life.host, logger: quiet, journal }),
  )
  disk.full = true
  for (let n = 0; n < 2; n++) expect(await codeOf(life, runtime.agents.pause('ann'))).toBe('JOURNAL_FAILED')
  expect(await codeOf(life, runtime.agents.resume('ann'))).toBe('JOURNAL_FAILED')
})

test('nobody is parked on a checkpoint that could not be written', async () => {
  const { journal, disk } = breakable(memory(emptyMemory()))
  const { world, job } = single(
    async ({ text }, _, life: Life) => {
      // What started it is written; that its run has moved will be when the hub is idle.
      disk.full = text === 'second'
      await life.wait(50)
    },
    { watched: false },
  )
  const life = await world.boot()
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const limits = { liveActors: 1, idle: 10 }
  const runtime = await life.until(
    createRuntime({ ...world.setup(life), host: life.host, logger: quiet, journal, limits }),
  )
  const plan = sequence(['first', 'second'].map(text => ({ id: text, task: job, input: { text } })))
  const run = await life.until(runtime.startGraph(plan))
  await world.pass(life, 90)
  expect(runtime.status().hub).toBe('failed')
  expect(() => run.status()).toThrow(expect.objectContaining({ code: 'JOURNAL_FAILED' }))
})

test('a runtime whose first commit fails does not start, and gives the journal back', async () => {
  const state = emptyMemory()
  const { journal, disk } = breakable(memory(state))
  disk.full = true
  const { world } = single(() => 1)
  const life = await world.boot()
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const options = { ...world.setup(life), host: life.host, logger: quiet }
  expect(await codeOf(life, createRuntime({ ...options, journal }))).toBe('JOURNAL_FAILED')
  disk.full = false
  const runtime = await life.until(createRuntime({ ...options, journal: memory(state) }))
  await life.until(runtime.close())
})
