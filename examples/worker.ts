/**
 * Heavy work in worker threads: the hub goes on answering while one thread counts and another spins for ever, and
 * the one that spins is ended by its timeout, though it never yields.
 */
import assert from 'node:assert/strict'
import { agent, createRuntime, task } from 'stator'
import { worker } from 'stator/worker'
import { z } from 'zod'

export const primes = task('primes', {
  input: z.object({ below: z.int() }),
  output: z.object({ found: z.int() }),
})
const endless = task('endless', { timeout: '500ms' })
const ping = task('ping')

const file = new URL('./worker/primes.ts', import.meta.url)
const cruncher = agent('cruncher', { capacity: 2 })
  .handle(primes, worker(file, { memory: '128mb' }))
  .handle(endless, worker(file, { export: 'endless', grace: '100ms' }))
const clerk = agent('clerk').handle(ping, () => 'pong')

await using runtime = await createRuntime({ agents: [cruncher, clerk] })
const counting = await runtime.submit(primes, { below: 60_000 })
const spinning = await runtime.submit(endless, null)

// All of this in the one thread of the hub, while both others are busy.
let answers = 0
while (runtime.status().runningTasks > 0) {
  const asked = await runtime.submit(ping, null)
  assert.equal(await asked.result(), 'pong')
  answers += 1
}

const [counted, spun] = [await counting.outcome(), await spinning.outcome()]
console.log('primes:', JSON.stringify(counted.output), '- the thread that spun:', spun.error?.code)
console.log('meanwhile the hub answered more than 20 tasks:', answers > 20)
assert.deepEqual(counted.output, { found: 6057 })
assert.equal(spun.error?.code, 'TASK_TIMEOUT')
assert.ok(answers > 20, 'the hub kept answering')
