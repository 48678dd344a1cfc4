/**
 * One life of W9. The first makes a backlog of n tasks for a paused agent, and is killed. The second opens the journal, lets the agent
 * work, and is done when it has its first task.
 */
import { agent } from 'stator'
import type { Params, Sample } from '../case.ts'
import { readyToDie } from '../life.ts'
import { backlogSamples } from '../load.ts'
import { footprint } from '../rss.ts'
import { submit } from './jobs.ts'
import { noop, open, worker } from './noop.ts'

export const program = (params: Params): Promise<readonly Sample[]> =>
  params.mode.startsWith('first') ? fill(params) : resume(params)

async function fill(params: Params): Promise<never> {
  const runtime = await open(params, { agents: [worker()] })
  await runtime.agents.pause('worker')
  const rates = await backlogSamples(params.n, index => submit(runtime, index))
  readyToDie([...rates, ...(await footprint())])
  // Killed here.
  return new Promise(() => {})
}

async function resume(params: Params): Promise<readonly Sample[]> {
  const began = performance.now()
  let given = (): void => {}
  const first = new Promise<void>(resolve => {
    given = resolve
  })
  // One task at a time, and none that ends.
  const one = agent('worker').handle(noop, async (_, { signal }) => {
    given()
    return new Promise<number>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('closed')))
    })
  })
  const runtime = await open(params, { agents: [one] })
  await runtime.agents.resume('worker')
  await first
  const recovery = performance.now() - began
  process.send?.({ done: true })
  const waiting = runtime.status().waitingTasks
  const samples = await footprint('after the restart')
  await runtime.close()
  return [
    { metric: 'recovery_ms', value: recovery },
    { metric: 'lost_tasks', value: params.n - 1 - waiting },
    ...samples,
  ]
}
