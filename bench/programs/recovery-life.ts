/**
 * One life of W6. The first starts n workflows at once and is killed: when all hang in their sixth step (hold), or when half of all
 * steps are done (mid). The second opens the journal, sees them end, and counts which finished steps ran again.
 */
import { openSync, writeSync } from 'node:fs'
import { agent, type Runtime } from 'stator'
import type { Params, Sample } from '../case.ts'
import { DONE_BEFORE, logOf, readLog, readyToDie } from '../life.ts'
import { STEPS } from '../load.ts'
import { chainOf, noop, open } from './noop.ts'

const chain = chainOf(STEPS)
const idOf = (index: number): string => `run-${index}`

export async function program(params: Params): Promise<readonly Sample[]> {
  const [life = '', mode = ''] = params.mode.split(' ')
  return life === 'first' ? live(params, mode) : resume(params)
}

async function live(params: Params, mode: string): Promise<readonly Sample[]> {
  let hanging = 0
  let done = 0
  const log = openSync(logOf(params.dir), 'a')
  const worker = agent('worker', { capacity: params.n }).handle(noop, async (n, { task }) => {
    if (mode === 'hold' && task.endsWith(`/s${DONE_BEFORE}`)) {
      if (++hanging === params.n) readyToDie()
      return new Promise<number>(() => {})
    }
    writeSync(log, `first ${task}\n`)
    if (mode === 'mid' && ++done === params.n * DONE_BEFORE) readyToDie()
    return n
  })
  const runtime = await open(params, { agents: [worker], workflows: [chain] })
  const runs = Array.from({ length: params.n }, (_, index) =>
    runtime.start(chain, index, { id: idOf(index) }),
  )
  await Promise.all(runs)
  // Killed here.
  return new Promise(() => {})
}

async function resume(params: Params): Promise<readonly Sample[]> {
  const log = openSync(logOf(params.dir), 'a')
  const worker = agent('worker', { capacity: params.n }).handle(noop, async (n, { task }) => {
    writeSync(log, `second ${task}\n`)
    return n
  })
  const began = performance.now()
  const runtime = await open(params, { agents: [worker], workflows: [chain] })
  await Promise.all(Array.from({ length: params.n }, (_, index) => runtime.run(chain, idOf(index)).result()))
  const recovery = performance.now() - began
  process.send?.({ done: true })
  const redone = redoneSteps(runtime, params.dir)
  await runtime.close()
  return [
    { metric: 'recovery_ms', value: recovery },
    { metric: 'redone_steps', value: redone },
  ]
}

/** Steps whose completion was durable before the kill, and which the second life executed all the same. */
function redoneSteps(runtime: Runtime, dir: string): number {
  const restart = runtime.history({ types: ['hub.start'], order: 'desc', limit: 1 })[0]?.seq ?? 0
  const finished = new Set<string>()
  for (let after = 0; ;) {
    const page = runtime.history({ types: ['task.completed'], after, before: restart })
    for (const { to } of page) finished.add(to)
    const last = page.at(-1)
    if (last === undefined) break
    after = last.seq
  }
  return readLog(dir).filter(({ life, step }) => life === 'second' && finished.has(step)).length
}
