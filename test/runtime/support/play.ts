/** What a good life of a simulation looks like at its end, beside the invariants. */
import { expect } from 'vitest'
import type { Life, Watcher } from 'stator/testing'
import type { Address } from 'stator'

/** Looks on while a scenario is played. */
export const good: Watcher = { drained: holds }

/** What is true at the end of every good life. */
export function holds(life: Life): void {
  const { runtime } = life
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
