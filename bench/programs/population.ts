/**
 * The idle actors of W7: tasks that are queued for a paused agent, and runs that wait for such a task. As a program of its own it is
 * the process life before the one that is measured.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { workflow, type Runtime } from 'stator'
import { z } from 'zod'
import type { Params, Sample } from '../case.ts'
import { closedLoop } from '../load.ts'
import { noop, open, worker } from './noop.ts'

const one = workflow('one', { input: z.number() }).step('wait', noop)
const SUBMITTING = 1_000
const QUIET_MS = 500

/** With the agent paused before anything else happens. Parking leaves at most `liveActors` in memory. */
export async function begin(params: Params, liveActors: number): Promise<Runtime> {
  const runtime = await open(params, { agents: [worker()], workflows: [one], limits: { liveActors } })
  // It stays paused across restarts.
  if (runtime.agents.get('worker')?.state !== 'paused') await runtime.agents.pause('worker')
  return runtime
}

/** Makes n actors, and waits until all are checkpointed and what can be parked is. */
export async function populate(runtime: Runtime, params: Params): Promise<void> {
  const { n, mode } = params
  if (mode === 'tasks') await closedLoop(n, SUBMITTING, index => runtime.submit(noop, index))
  else await closedLoop(Math.ceil(n / 2), SUBMITTING, index => runtime.start(one, index))
  await quiet(params.dir)
}

/** Until nothing was written for a while: the hub checkpoints some thousands of actors at a time when it is idle. */
async function quiet(dir: string): Promise<void> {
  const log = join(dir, 'bench.db-wal')
  do await sleep(QUIET_MS / 5)
  while (Date.now() - statSync(log).mtimeMs < QUIET_MS)
}

export async function program(params: Params): Promise<readonly Sample[]> {
  const runtime = await begin(params, 1)
  await populate(runtime, params)
  await runtime.close()
  return []
}
