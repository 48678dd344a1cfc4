/**
 * W7: the resident set with n idle actors. Idle are tasks that are queued for a paused agent, and runs that wait for such a task. Only
 * runs can be parked: a task that waits for an agent stays in memory.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { workflow, type Runtime } from 'stator'
import { z } from 'zod'
import type { Params, Sample } from '../case.ts'
import { closedLoop } from '../load.ts'
import { residentMb, rss } from '../rss.ts'
import { noop, open, worker } from './noop.ts'

const one = workflow('one', { input: z.number() }).step('wait', noop)
const SUBMITTING = 1_000

export async function program(params: Params): Promise<readonly Sample[]> {
  const { n, mode } = params
  const runtime = await open(params, {
    agents: [worker()],
    workflows: [one],
    limits: { liveActors: mode === 'parked' ? 1 : 10 * n },
  })
  await runtime.agents.pause('worker')
  const before = await rss()
  if (mode === 'tasks') await closedLoop(n, SUBMITTING, index => runtime.submit(noop, index))
  else await closedLoop(n / 2, SUBMITTING, index => runtime.start(one, index))
  await settled(runtime, mode === 'parked' ? n / 2 : n)
  const after = await rss()
  const alive = runtime.status().actors
  await runtime.close()
  return [...residentMb(before, after, n), { metric: 'actors_in_memory', value: alive }]
}

/** Waits until everything is checkpointed and what can be parked is. */
async function settled(runtime: Runtime, live: number): Promise<void> {
  const agents = 1
  for (let waited = 0; runtime.status().actors > live + agents; waited += 50) {
    if (waited > 60_000) throw new Error(`${runtime.status().actors} actors are live, expected ${live}`)
    await sleep(50)
  }
  // Checkpoints are written while the hub is idle, some thousands at a time.
  await sleep(1_000)
}
