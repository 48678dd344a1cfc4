/** Streams of signals: who reads, who stops reading, and what a close means for those who have not read everything. */
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  agent,
  createRuntime,
  memory,
  task,
  type Journal,
  type Logger,
  type Runtime,
  type Signal,
  type StatorError,
} from 'stator'
import { codeOf, single } from './support/world.ts'

const job = task('job')
const worker = agent('worker', { capacity: 10 }).handle(job, input => input)

async function runtimeWith(options: Parameters<typeof createRuntime>[0] = {}): Promise<Runtime> {
  const runtime = await createRuntime({ agents: [worker], ...options })
  onTestFinished(async () => runtime.close())
  return runtime
}

async function work(runtime: Runtime, times: number): Promise<void> {
  for (let n = 0; n < times; n++) await (await runtime.submit(job, n)).result()
}

const read = (runtime: Runtime, from: string): AsyncIterator<Signal> =>
  runtime.signals({ from })[Symbol.asyncIterator]()

/** Reads to the end; what was read, and the error with which it ended, if any. */
async function readOn(reader: AsyncIterator<Signal>): Promise<{ seqs: number[]; error?: StatorError }> {
  const seqs: number[] = []
  try {
    for (let next = await reader.next(); next.done !== true; next = await reader.next())
      seqs.push(next.value.seq)
    return { seqs }
  } catch (error) {
    return { seqs, error: error as StatorError }
  }
}

const upTo = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, n) => first + n)

describe('when the runtime closes', () => {
  test('a reader whose rest is still in memory reads it and ends', async () => {
    const runtime = await runtimeWith()
    await work(runtime, 20)
    const reader = read(runtime, 'start')
    await reader.next()
    await runtime.close()
    expect(await readOn(reader)).toEqual({ seqs: upTo(2, runtime.status().position) })
  })

  test.each([0, 3])('a reader that keeps up ends normally, with %i signals in memory', async history => {
    const runtime = await runtimeWith({ limits: { history } })
    const reading = readOn(read(runtime, 'start'))
    await work(runtime, 20)
    await runtime.close()
    expect(await reading).toEqual({ seqs: upTo(1, runtime.status().position) })
  })

  test('a reader that is further behind ends with CLOSED and the cursor to go on from, and loses nothing', async () => {
    const { world, job: said } = single(() => 1, { limits: { history: 4 } })
    const first = await world.boot()
    for (let n = 0; n < 400; n++) await first.until(first.runtime.submit(said, { text: 'x' }))
    await world.drain(first)
    const reader = read(first.runtime, 'start')
    await first.until(reader.next())
    await first.until(first.runtime.close())
    const { seqs, error } = await first.until(readOn(reader))
    expect(error?.code).toBe('CLOSED')
    expect(seqs.length).toBeGreaterThan(0)

    const second = await world.boot()
    const rest = readOn(read(second.runtime, String(error?.details['after'])))
    await world.drain(second)
    await second.until(second.runtime.close())
    const after = await second.until(rest)
    expect(after.error).toBeUndefined()
    expect([1, ...seqs, ...after.seqs]).toEqual(upTo(1, second.runtime.status().position))
  })

  test('a reader that had read nothing ends with CLOSED and the cursor that it began with', async () => {
    const runtime = await runtimeWith({ limits: { history: 1 } })
    await work(runtime, 20)
    const reader = read(runtime, 'start')
    await runtime.close()
    expect((await readOn(reader)).error).toMatchObject({ code: 'CLOSED', details: { after: '0' } })
  })

  test('an Observable of a run that is behind errs with the same', async () => {
    const runtime = await runtimeWith({ limits: { history: 1 } })
    const handle = await runtime.submit(job, 1)
    await handle.result()
    await work(runtime, 20)
    const errors: unknown[] = []
    await runtime.close()
    await new Promise<void>(resolve => {
      handle.signals$.subscribe({
        error: (error: unknown) => {
          errors.push(error)
          resolve()
        },
      })
    })
    expect(errors).toMatchObject([{ code: 'CLOSED', details: { after: '0' } }])
  })
})

describe('a reader that stops', () => {
  test('while it waits for the next signal is let go at once', async () => {
    const runtime = await runtimeWith()
    const reader = read(runtime, 'now')
    const pending = reader.next()
    const end = { done: true, value: undefined }
    expect(await reader.return?.()).toEqual(end)
    expect(await pending).toEqual(end)
    expect(await reader.next()).toEqual(end)
  })

  test('between two pages of a long past is let go at once', async () => {
    const { world, job: said } = single(() => 1, { limits: { history: 1 } })
    const life = await world.boot()
    for (let n = 0; n < 400; n++) await life.until(life.runtime.submit(said, { text: 'x' }))
    await world.drain(life)
    const reader = read(life.runtime, 'start')
    for (let n = 0; n < 500; n++) await reader.next()
    const pending = reader.next()
    await reader.return?.()
    expect(await pending).toEqual({ done: true, value: undefined })
  })

  test('before it began reads nothing', async () => {
    const runtime = await runtimeWith()
    const reader = read(runtime, 'start')
    await reader.return?.()
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })

  test('as an unsubscribed Observable asks the journal for nothing more', async () => {
    const inner = memory()
    let asked = 0
    const journal: Journal = Object.assign(bound(inner), {
      query: (filter: Parameters<Journal['query']>[0]) => {
        asked++
        return inner.query(filter)
      },
    })
    const runtime = await runtimeWith({ journal, limits: { history: 0 } })
    const subscription = runtime.task('later').signals$.subscribe(() => {})
    await work(runtime, 1)
    subscription.unsubscribe()
    await Promise.resolve()
    const before = asked
    const handle = await runtime.submit(job, 1)
    const submitted = asked
    await handle.result()
    expect({ before, submitted, after: asked }).toEqual({ before, submitted: before, after: before })
  })
})

describe('subscribers that fail', () => {
  test('later, by a promise, harm nobody and are told to the log', async () => {
    const { logger, lines } = listening()
    const runtime = await runtimeWith({ logger })
    const seen: string[] = []
    runtime.signals$.subscribe(rejecting('later'))
    runtime.signals$.subscribe({ next: ({ name }) => seen.push(name), complete: rejecting('at the end') })
    await work(runtime, 1)
    await runtime.close()
    await new Promise<void>(resolve => {
      setImmediate(resolve)
    })
    expect(seen).toContain('task.completed')
    expect(lines).toContain('later')
    expect(lines).toContain('at the end')
  })

  test('harm nobody where the logger throws as well, at once or later', async () => {
    const loud = (later: boolean): Logger => {
      const fail = (): void => {
        if (!later) throw new Error('disk full')
        return Promise.reject(new Error('disk full')) as unknown as undefined
      }
      return { debug: fail, info: fail, warn: fail, error: fail }
    }
    for (const later of [false, true]) {
      const runtime = await runtimeWith({ logger: loud(later) })
      runtime.signals$.subscribe(() => {
        throw new Error('mine')
      })
      await work(runtime, 1)
      await runtime.close()
      expect(runtime.status().hub).toBe('closed')
    }
  })

  test('a hub that stops does so whatever the logger does', async () => {
    const { world, job: said } = single(() => 1, { watched: false })
    const life = await world.boot()
    const inner = memory()
    const journal = Object.assign(bound(inner), {
      commit: (batch: Parameters<Journal['commit']>[0]) => {
        if (batch.records.some(({ seq }) => seq > 5)) throw new Error('ENOSPC')
        inner.commit(batch)
      },
    })
    const fail = (): never => {
      throw new Error('disk full')
    }
    const logger = { debug: fail, info: fail, warn: fail, error: fail }
    const runtime = await life.until(
      createRuntime({ ...world.setup(life), host: life.host, logger, journal }),
    )
    const told: string[] = []
    runtime.signals$.subscribe({ error: ({ code }: StatorError) => told.push(code) })
    for (let n = 0; n < 5; n++) await codeOf(life, runtime.submit(said, { text: 'x' }))
    expect(told).toEqual(['JOURNAL_FAILED'])
  })
})

/** What an async function is to who calls it. */
function rejecting(message: string): () => unknown {
  return async () => {
    await Promise.resolve()
    throw new Error(message)
  }
}

function listening(): { logger: Logger; lines: string[] } {
  const lines: string[] = []
  const note = (details: object): void => {
    lines.push(((details as { err?: Error }).err ?? {}).message ?? '')
  }
  return { lines, logger: { debug: note, info: note, warn: note, error: note } }
}

/** Every operation of the journal, as a journal of its own. */
function bound(inner: Journal): Journal {
  return {
    label: inner.label,
    open: options => inner.open(options),
    standing: () => inner.standing(),
    commit: batch => inner.commit(batch),
    read: options => inner.read(options),
    get: seq => inner.get(seq),
    query: filter => inner.query(filter),
    checkpoint: address => inner.checkpoint(address),
    checkpoints: filter => inner.checkpoints(filter),
    pending: () => inner.pending(),
    results: owner => inner.results(owner),
    key: (sender, key) => inner.key(sender, key),
    keys: () => inner.keys(),
    cached: key => inner.cached(key),
    kept: () => inner.kept(),
    prune: options => inner.prune(options),
    verify: () => inner.verify(),
    close: () => inner.close(),
  }
}
