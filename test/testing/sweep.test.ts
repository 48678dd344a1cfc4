/** crashSweep() plays every place where a process can die, and says at which of them something broke. */
import { describe, expect, test } from 'vitest'
import { agent, task, workflow } from 'stator'
import {
  CRASH_POINTS,
  crashSweep,
  Dice,
  play,
  PromiseBroken,
  scenarioOf,
  SweepFailed,
  Tape,
  world,
  type Crash,
  type Life,
  type Scenario,
} from 'stator/testing'
import { batchOf } from '../../src/testing/host/disk.ts'
import { failureOf, order } from './support.ts'

const job = task('job')

/** One task, done. */
const simple = (run: (life: Life) => unknown = () => 1): Scenario => ({
  name: 'simple',
  setup: life => ({
    agents: [
      agent('ann').handle(
        job,
        life.handler(() => run(life)),
      ),
    ],
  }),
  play: async life => {
    const handle = await life.until(life.runtime.submit(job, 1, { id: 'one' }))
    return life.until(handle.outcome())
  },
})

describe('a sweep', () => {
  test('plays each write at each point, and each of these with each write of the start after it', async () => {
    const plays: Crash[][] = []
    const swept = await crashSweep(simple(), {
      watchers: () => {
        const crashes: Crash[] = []
        plays.push(crashes)
        return [{ crashed: crash => void crashes.push(crash) }]
      },
    })
    const points = [...CRASH_POINTS, 'refused']
    expect(swept.once).toBe(swept.writes * points.length)
    const once = new Set(plays.filter(one => one.length === 1).map(([one]) => `${one?.write} ${one?.point}`))
    expect(once.size).toBe(swept.once)
    const twice = plays
      .filter(one => one.length === 2)
      .map(all => all.map(({ write, point }) => `${write} ${point}`).join())
    expect(new Set(twice).size).toBe(swept.twice)
    expect(swept.twice).toBeGreaterThanOrEqual(swept.once * points.length)
    expect(JSON.parse(swept.outcome)).toEqual({ status: 'completed', output: 1 })
  })

  test('names the place at which the outcome was another', async () => {
    const error = (await failureOf(crashSweep(simple(life => life.number)))) as SweepFailed
    expect(error).toBeInstanceOf(SweepFailed)
    expect(error.crashes.length).toBeGreaterThan(0)
    expect(error.message).toMatch(
      /^simple, dead at write \d+ \(\w+\): outcome: .*"output":2.* instead of .*"output":1/,
    )
    expect(error.cause).toBeInstanceOf(PromiseBroken)
  })

  test.each([[['flood']], [[]]])('with points that there are not, or none, is refused: %j', async points => {
    const error = await failureOf(crashSweep(simple(), { points: points as never }))
    expect(error).toMatchObject({ code: 'CHECK_INVALID', details: { option: 'points' } })
  })

  test('of a workflow holds its promises at every place', async () => {
    const scenario = scenarioOf(order, {
      input: { qty: 2 },
      effects: { charge: world.idempotent(), ship: world.reliable() },
      always: { once: w => w.count('charge') <= 1 },
      eventually: s => s.status === 'completed',
    })
    const { outcome, once } = await crashSweep(scenario, { twice: false })
    expect(once).toBeGreaterThan(20)
    expect(JSON.parse(outcome)).toMatchObject([{ status: 'completed' }])
  })

  test('of a workflow finds what a single crash breaks', async () => {
    const scenario = scenarioOf(order, {
      input: { qty: 2 },
      effects: { charge: world.reliable() },
      always: { once: w => w.count('charge') <= 1 },
    })
    const error = (await failureOf(crashSweep(scenario, { twice: false }))) as SweepFailed
    expect(error.cause).toMatchObject({ promise: 'once' })
    expect(error.crashes).toHaveLength(1)
  })
})

describe('a disk', () => {
  const batch = {
    records: [],
    signals: [],
    pending: [],
    delivered: [1, 2],
    results: [{ owner: 'task/a', generation: 1, name: 'n', value: 'ü€😀' }],
    keys: [],
    cached: [],
    ended: [],
    checkpoints: [],
    tailAfter: null,
    clean: false,
  } as const

  test('gives back the whole of what was written whole, and nothing of what was torn anywhere', async () => {
    const text = JSON.stringify(batch)
    const { crc32 } = await import('node:zlib')
    const frame = `${text.length} ${crc32(text)} ${text}`
    expect(batchOf(frame, 1)).toEqual(batch)
    for (let cut = 0; cut < frame.length; cut++) expect(batchOf(frame, cut / frame.length)).toBeUndefined()
    expect(batchOf(frame.replace('[1,2]', '[1,3]'), 1)).toBeUndefined()
  })

  test.each([
    ['before', 0],
    ['lost', 0],
    ['torn', 0],
    ['kept', 1],
    ['synced', 1],
    ['acknowledged', 1],
    ['refused', 0],
  ] as const)('that fails a write %s holds that write %d times', async (point, kept) => {
    const durable: number[][] = []
    const crashes = [{ write: 2, point }]
    await play(simple(), {
      crashes,
      watchers: [
        {
          starting: () => void durable.push([]),
          durable: ({ records }) => void durable.at(-1)?.push(records.length),
        },
      ],
    })
    expect(durable[0]).toHaveLength(1 + kept)
    expect(durable.length).toBe(2)
  })
})

describe('choices', () => {
  test('beyond the end of a tape are the plainest', () => {
    const tape = new Tape([5, 9])
    expect([tape.below(4), tape.below(100), tape.below(7), tape.below(2)]).toEqual([1, 9, 0, 0])
    expect(tape.used).toBe(4)
  })

  test('of an empty tape give the same run as those of any other seed of the runtime', async () => {
    const chain = workflow('chain').step('one', job)
    const scenario: Scenario = {
      ...simple(),
      setup: life => ({
        workflows: [chain],
        agents: [
          agent('ann').handle(
            job,
            life.handler(() => 1),
          ),
        ],
      }),
    }
    const traces = []
    for (const seed of [1, 2]) traces.push((await play(scenario, { seed, choices: new Tape([]) })).trace)
    expect(traces[0]).toBe(traces[1])
    expect((await play(scenario, { seed: 1, choices: new Dice(9) })).trace).not.toBe(traces[0])
  })
})
