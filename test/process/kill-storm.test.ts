/**
 * A service is killed (SIGKILL) sixty times at points that a seed chooses, started again each time, and in the end let
 * to drain. What it had promised outside, in logs of its own, is then compared with what it did.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRuntime, type Signal } from 'stator'
import { readJournal, sqlite } from 'stator/sqlite'
import { live, random } from './life.ts'

const KILLS = 60
const seed = Number(process.env['STORM_SEED'] ?? 20_261)
const folder = mkdtempSync(join(tmpdir(), 'stator-storm-'))
const database = join(folder, 'storm.db')
const lines = (file: string): string[] => readFileSync(join(folder, file), 'utf8').trim().split('\n')

let acks: string[] = []
let work: string[][] = []
let signals: Signal[] = []

beforeAll(async () => {
  const next = random(seed)
  for (let life = 1; life <= KILLS; life++) {
    // From the very first line, where it reads its journal, to the middle of its work.
    const at = life % 10 === 0 ? 1 : 2 + Math.floor(next() ** 2 * 150)
    const ended = await live('storm-child.ts', [folder, String(life)], (_, count, kill) => {
      if (count === at) kill('SIGKILL')
    })
    if (ended.signal !== 'SIGKILL')
      throw new Error(`life ${life} of seed ${seed} ended by itself: ${ended.errors}`)
  }
  const last = await live('storm-child.ts', [folder, 'last', 'drain'])
  if (last.code !== 0) throw new Error(`seed ${seed}: the service did not drain: ${last.errors}`)
  acks = lines('acks.log').map(line => line.split(' ')[0] ?? '')
  work = lines('work.log').map(line => line.split(' '))
  const reader = readJournal(database)
  signals = [...everything(after => reader.query({ after, limit: 1000 }))]
  reader.close()
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function* everything(page: (after: number) => Signal[]): Generator<Signal> {
  for (let after = 0; ;) {
    const found = page(after)
    yield* found
    if (found.length === 0) return
    after = found.at(-1)?.seq ?? after
  }
}

/** For each task, where in the log of work the lines of this sort stand. */
function places(sort: string): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const [index, [name, task = '']] of work.entries())
    if (name === sort) found.set(task, [...(found.get(task) ?? []), index])
  return found
}

describe(`after ${KILLS} kills (seed ${seed})`, () => {
  test('every acknowledged submission has its outcome', () => {
    const outcomes = new Map(lines('outcomes.log').map(line => line.split(' ') as [string, string]))
    expect(acks.length).toBeGreaterThan(KILLS)
    expect(
      acks.filter(address => !['completed', 'failed'].includes(outcomes.get(address) ?? 'lost')),
    ).toEqual([])
  })

  test('no task that was seen to be completed has started again', () => {
    const starts = places('start')
    const durable = places('durable')
    expect(durable.size).toBeGreaterThan(KILLS)
    const redone = [...durable].filter(([task, [seen = 0]]) => (starts.get(task)?.at(-1) ?? 0) > seen)
    expect(redone).toEqual([])
  })

  test('each task ended once in the journal', () => {
    const ends = signals
      .filter(signal => signal.final && signal.to.startsWith('task/'))
      .map(signal => signal.to)
    expect(ends.length).toBe(new Set(ends).size)
  })

  test('interrupted tasks started again, each under its one key', () => {
    const keys = new Map<string, Set<string>>()
    for (const [sort, task = '', key = ''] of work)
      if (sort === 'start') keys.set(task, (keys.get(task) ?? new Set()).add(key))
    expect([...keys.values()].filter(used => used.size !== 1)).toEqual([])
    expect([...places('start').values()].filter(found => found.length > 1).length).toBeGreaterThan(0)
  })

  test('no recorded sub-step ran again', () => {
    const effects = places('effect')
    const recorded = places('recorded')
    expect([...recorded].filter(([task, [seen = 0]]) => (effects.get(task)?.at(-1) ?? 0) > seen)).toEqual([])
  })

  test('the journal has no gap, and every record is intact', async () => {
    expect(signals.findIndex((signal, index) => signal.seq !== index + 1)).toBe(-1)
    const runtime = await createRuntime({ journal: sqlite(database) })
    expect(runtime.verify()).toBeNull()
    expect(runtime.held()).toEqual([])
    await runtime.close()
  })
})

describe('ownership', () => {
  test('a second owner is refused while the first lives, and let in as soon as it is killed', async () => {
    let refused: Promise<unknown> | undefined
    const first = await live('storm-child.ts', [folder, 'owner'], (line, _, kill) => {
      if (!line.startsWith('up ')) return
      refused = createRuntime({ journal: sqlite(database) }).then(
        () => 'let in',
        (error: unknown) => (error as { code: string }).code,
      )
      void refused.then(() => kill('SIGKILL'))
    })
    expect([first.signal, first.errors]).toEqual(['SIGKILL', ''])
    expect(await refused).toBe('JOURNAL_OWNED')
    const runtime = await createRuntime({ journal: sqlite(database) })
    expect(runtime.status().hub).toBe('running')
    await runtime.close()
  })
})
