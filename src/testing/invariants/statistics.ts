/**
 * Statistics: what agents say of themselves when nothing is left to do is what the records say of their attempts: each counted once,
 * with its time. Who was unregistered and comes back begins anew: what it still had under way from before is not counted. Part of
 * invariant 6.
 */
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Life } from '../host/life.ts'
import type { Watcher } from '../host/watcher.ts'
import { Past } from './past.ts'
import { Standing } from './standing.ts'

interface Total {
  done: number
  failed: number
  busyMs: number
}

export function statistics(): Watcher {
  let standing: Standing | undefined
  const totals = new Map<Address, Total>()
  /** By task: whose attempt it is, as that agent was registered when it began. */
  const owners = new Map<Address, Total | undefined>()
  const take = (signal: Signal): void => {
    const { to, fromState, toState } = signal
    count(signal, standing?.get(to)?.startedAt ?? 0, { totals, owners })
    standing?.take(signal)
    if (toState !== 'running' || fromState === 'running' || !to.startsWith('task/')) return
    owners.set(to, totals.get((standing?.get(to)?.agent ?? '') as Address))
  }
  const begin = ({ simulation }: Life): void => {
    if (standing !== undefined) return
    standing = new Standing()
    // Whoever began in what was dropped is not counted at all.
    for (const signal of Past.of(simulation).signals) take(signal)
  }
  return {
    starting: begin,
    durable: ({ signals }, life) => {
      begin(life)
      for (const signal of signals) take(signal)
    },
    drained: life => {
      const { runtime, simulation } = life
      if (runtime.status().hub !== 'running') return
      const running = runningBy(Past.of(simulation).standing)
      for (const { address, done, failed, busyMs, running: shown } of runtime.agents.list()) {
        const total = totals.get(address)
        if (total === undefined) continue
        const wanted = JSON.stringify({ ...total, running: running.get(address) ?? 0 })
        const told = JSON.stringify({ done, failed, busyMs, running: shown })
        if (told !== wanted) simulation.break(6, `${address} says ${told}, the records ${wanted}`)
      }
    },
  }
}

interface Books {
  readonly totals: Map<Address, Total>
  readonly owners: ReadonlyMap<Address, Total | undefined>
}

function count(signal: Signal, startedAt: number, { totals, owners }: Books): void {
  const { type, to, from, refused, fromState, at } = signal
  if (refused !== null) return
  if (fromState === null && to.startsWith('agent/')) totals.set(to, { done: 0, failed: 0, busyMs: 0 })
  const total = totals.get(from)
  if (total === undefined || (type !== 'task.done' && type !== 'task.failed')) return
  if (owners.get(to) !== total) return
  total[type === 'task.done' ? 'done' : 'failed']++
  total.busyMs += at - startedAt
}

function runningBy(standing: Standing): Map<string, number> {
  const running = new Map<string, number>()
  for (const [address, { state, agent }] of standing.actors)
    if (state === 'running' && agent !== null && address.startsWith('task/'))
      running.set(agent, (running.get(agent) ?? 0) + 1)
  return running
}
