/**
 * Dependencies and groups through crashes: whatever a process was doing when it died, each task runs only after what it waits for,
 * hears of it, and ends as it would have undisturbed. Random graphs against a plain oracle.
 */
import { describe, expect, test } from 'vitest'
import { agent, task, type GroupItem, type StatorError } from 'stator'
import { crashSweep, Dice, play, type Life, type Scenario, type Setup } from 'stator/testing'

const job = task('job')

/** Their input is the milliseconds that they take; negative ones fail. */
const setup = (life: Life): Setup => ({
  agents: [
    agent('ann', { capacity: 3 }).handle(
      job,
      life.handler(async input => {
        const ms = input as number
        await life.wait(Math.abs(ms))
        if (ms < 0) throw new Error('no')
        return ms
      }),
    ),
  ],
})

/** Asks, in each process life again; what was refused for good, or is done already, is no error. */
async function ask(life: Life, promise: Promise<unknown>, ...codes: string[]): Promise<string> {
  try {
    await life.until(promise)
    return 'taken'
  } catch (error) {
    const { code } = error as StatorError
    if (!codes.includes(code)) throw error
    return code
  }
}

const item = (id: string, input: number, ...after: string[]): GroupItem => ({ task: job, id, input, after })

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a task that others wait for from before it was there',
    setup,
    play: async life => {
      const { tasks } = life.runtime
      await ask(life, tasks.enqueue(job, 1, { id: 'last', after: ['left', 'right'] }))
      await ask(life, tasks.enqueue(job, 3, { id: 'left', after: ['first'] }))
      await ask(life, tasks.enqueue(job, -2, { id: 'right', after: ['first'] }))
      await ask(life, tasks.enqueue(job, 2, { id: 'first' }))
      const ids = ['first', 'left', 'right', 'last']
      return life.until(Promise.all(ids.map(async id => tasks.get(id).outcome())))
    },
  },
  {
    name: 'a group in sequence that fails in the middle, one delivery a turn, no memory',
    limits: { batchDeliveries: 1, tail: 3, liveActors: 1, idle: 1 },
    setup,
    play: async life => {
      const { tasks } = life.runtime
      const all = [item('a', 2), item('b', -2), item('c', 1), item('d', 1)]
      const group = await life.until(tasks.enqueueAll(all, { id: 'g', mode: 'sequence' }))
      await ask(life, tasks.enqueue(job, 1, { id: 'after', after: ['group/g'] }))
      return [await life.until(group.outcome()), await life.until(tasks.get('after').outcome())]
    },
  },
  {
    name: 'a group in parallel with a limit, added to and sealed',
    setup,
    play: async life => {
      const { tasks } = life.runtime
      const all = [item('a', 2), item('b', 3, 'c'), item('c', 1)]
      const group = await life.until(tasks.enqueueAll(all, { id: 'g', concurrency: 2, open: true }))
      await ask(life, tasks.enqueue(job, 2, { id: 'd', group: 'g', after: ['a'] }))
      await ask(life, group.seal(), 'RECIPIENT_UNKNOWN')
      return life.until(group.outcome())
    },
  },
]

describe.each(SCENARIOS)('$name', scenario => {
  test('a crash anywhere, and another one in the start after it, change nothing', async () => {
    // One delivery a turn makes so many places that one crash at each must do.
    const twice = scenario.limits === undefined
    const { writes, once } = await crashSweep(scenario, { seed: 7, twice })
    expect(once).toBe(writes * 7)
  }, 120_000)
})

interface Node {
  readonly id: string
  readonly fails: boolean
  /** Named at creation, and later. */
  readonly after: readonly string[]
  readonly later: readonly string[]
}

/** A graph of tasks in an order in which everything may name what comes later, with edges that close circles. */
function draw(dice: Dice): Node[] {
  const size = 3 + dice.below(8)
  const names = Array.from({ length: size }, (_, index) => `t${index}`)
  const some = (chance: number): string[] => names.filter(() => dice.chance(chance / size))
  return names.map(id => ({ id, fails: dice.chance(0.15), after: some(1.4), later: some(0.6) }))
}

type Edges = Map<string, Set<string>>

const reaches = (edges: Edges, from: string, to: string): boolean => {
  const seen = new Set([from])
  for (const at of seen) for (const next of edges.get(at) ?? []) seen.add(next)
  return seen.has(to)
}

/** In the plainest way: an edge that would close a circle is refused; what depends on what did not complete is blocked. */
function oracle(nodes: readonly Node[]): { codes: string[]; statuses: Record<string, string> } {
  const edges: Edges = new Map()
  const codes: string[] = []
  const tryAdd = (id: string, more: readonly string[]): void => {
    const closes = more.some(on => reaches(edges, on, id))
    codes.push(closes ? 'CYCLE' : 'taken')
    if (!closes) edges.set(id, new Set([...(edges.get(id) ?? []), ...more]))
    else if (!edges.has(id)) edges.set(id, new Set())
  }
  // One whose creation is refused is created without what it names.
  for (const { id, after } of nodes) tryAdd(id, [...after, 'gate'])
  for (const { id } of nodes) edges.get(id)?.add('gate')
  for (const { id, later } of nodes) if (later.length > 0) tryAdd(id, later)
  const statuses: Record<string, string> = { gate: 'completed' }
  const statusOf = (id: string): string =>
    (statuses[id] ??= [...(edges.get(id) ?? [])].some(on => statusOf(on) !== 'completed')
      ? 'blocked'
      : nodes.find(node => node.id === id)?.fails === true
        ? 'failed'
        : 'completed')
  for (const { id } of nodes) statusOf(id)
  return { codes, statuses }
}

describe('random graphs, created in any order, with circles and late edges', () => {
  const scenarioOf = (nodes: readonly Node[]): Scenario => ({
    name: 'random',
    setup,
    play: async life => {
      const { tasks } = life.runtime
      const codes: string[] = []
      // What was refused must not be said again once the gate is open: by then a circle may have come undone.
      const isOpen = life.runtime.actors.get('task/gate') !== undefined
      for (const { id, fails, after } of isOpen ? [] : nodes) {
        const input = fails ? -2 : 2
        const code = await ask(life, tasks.enqueue(job, input, { id, after: [...after, 'gate'] }), 'CYCLE')
        codes.push(code)
        if (code === 'CYCLE') await life.until(tasks.enqueue(job, input, { id, after: ['gate'] }))
      }
      for (const { id, later } of isOpen ? [] : nodes)
        if (later.length > 0) codes.push(await ask(life, tasks.depend(id, later), 'CYCLE'))
      await life.until(tasks.enqueue(job, 1, { id: 'gate' }))
      const statuses: Record<string, string> = {}
      for (const { id } of [{ id: 'gate' }, ...nodes])
        statuses[id] = (await life.until(tasks.get(id).outcome())).status
      return { codes, statuses }
    },
  })

  test('end as a plain reading of the graph says', async () => {
    let circles = 0
    for (let seed = 1; seed <= 60; seed++) {
      const nodes = draw(new Dice(seed))
      const expected = oracle(nodes)
      if (expected.codes.includes('CYCLE')) circles++
      const { outcome } = await play(scenarioOf(nodes), { seed })
      expect({ seed, ...(JSON.parse(outcome) as object) }).toEqual({ seed, ...expected })
    }
    expect(circles).toBeGreaterThan(10)
  }, 60_000)

  test('end the same when processes die, in memory or out of it', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const nodes = draw(new Dice(seed))
      const dice = new Dice(seed + 1_000)
      const plain = await play(scenarioOf(nodes), { seed })
      const points = ['before', 'torn', 'synced'] as const
      const crashes = Array.from({ length: 1 + dice.below(3) }, () => ({
        write: 1 + dice.below(plain.writes),
        point: points[dice.below(points.length)] ?? 'synced',
      }))
      const tiny = dice.chance(0.5) ? { batchDeliveries: 2, tail: 4, liveActors: 1, idle: 1 } : {}
      const { outcome } = await play({ ...scenarioOf(nodes), limits: tiny }, { seed, crashes })
      const { statuses } = JSON.parse(outcome) as { statuses: object }
      expect({ seed, crashes, statuses }).toEqual({ seed, crashes, statuses: oracle(nodes).statuses })
    }
  }, 120_000)
})
