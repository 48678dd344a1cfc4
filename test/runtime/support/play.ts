/** Plays a scenario through any number of crashes, and checks what must hold whatever happened. */
import { expect } from 'vitest'
import { Crashed, replay, Simulation, type Crash, type Life } from 'stator/testing'
import type { Address } from 'stator'
import type { Scenario } from './scenarios.ts'

export interface Played {
  readonly outcome: string
  readonly commits: number
  readonly trace: number
  readonly lives: number
  readonly world: Simulation
}

/** One crash after another, each in a process life of its own, and then a life without. */
export async function play(
  scenario: Scenario,
  seed: number,
  crashes: readonly Crash[] = [],
  between?: (life: Life) => void,
): Promise<Played> {
  const { limits = {}, setup } = scenario
  const world = new Simulation({ seed, limits, setup, ...(between === undefined ? {} : { between }) })
  for (let lives = 1; ; lives++) {
    try {
      const life = await world.boot(crashes[lives - 1])
      const outcome = sorted(await scenario.play(life))
      await world.drain(life)
      if (!life.alive) continue
      const commits = world.commits
      holds(life)
      return { outcome, commits, trace: world.trace, lives, world }
    } catch (error) {
      if (!(error instanceof Crashed)) throw error
    }
  }
}

/** What is true at the end of every good life. */
export function holds(life: Life): void {
  const { world, runtime } = life
  expect(world.ledger.wrongs).toEqual([])
  expect(runtime.verify()).toBeNull()
  expect(runtime.held()).toEqual([])
  const status = runtime.status()
  expect({ waiting: status.waitingTasks, running: status.runningTasks, inbox: status.inbox }).toEqual({
    waiting: 0,
    running: 0,
    inbox: 0,
  })
  for (const agent of runtime.agents.list()) {
    const { done, failed, busyMs, running, address } = agent
    expect({ address, done, failed, busyMs, running }).toEqual({
      address,
      ...statistics(life, address),
      running: 0,
    })
    expect(agent.state === 'ready' || agent.state === 'paused').toBe(true)
  }
  replaysTheSame(life)
}

/** What an agent should say of itself, counted from the whole history. */
function statistics(life: Life, agent: Address): { done: number; failed: number; busyMs: number } {
  const total = { done: 0, failed: 0, busyMs: 0 }
  const started = new Map<Address, number>()
  for (const signal of life.runtime.history({ limit: 1_000_000 })) {
    if (signal.name === 'task.started') started.set(signal.to, signal.at)
    const ended = signal.type === 'task.done' ? 'done' : signal.type === 'task.failed' ? 'failed' : undefined
    if (ended === undefined || signal.refused !== null || signal.from !== agent) continue
    total[ended]++
    total.busyMs += signal.at - (started.get(signal.to) ?? 0)
  }
  return total
}

/** Live state = replay, byte for byte: from the last checkpoints, and from the first record. */
export function replaysTheSame(life: Life): void {
  const { state } = life.world
  const live = new Map(life.runtime.actors.records().map(record => [record.address, JSON.stringify(record)]))
  for (const from of ['checkpoints', 'start'] as const) {
    const { actors, stranded } = replay(state, life.world.setup(life), from)
    expect([...stranded]).toEqual([])
    for (const [address, record] of live)
      expect({ from, address, record: JSON.stringify(actors.get(address)) }).toEqual({
        from,
        address,
        record,
      })
    for (const [address, replayed] of actors) {
      if (live.has(address)) continue
      const record = state.checkpoints.get(address)
      expect({ from, address, record: JSON.stringify(replayed) }).toEqual({ from, address, record })
    }
  }
}

/** JSON that does not depend on the order of keys. */
export function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
