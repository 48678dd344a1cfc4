/** Three tasks of 200 ms: beside each other they take a third of the time that they take one after the other. */
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { agent, createRuntime, parallel, sequence, task, type TaskGraph } from 'stator'
import { z } from 'zod'

const fetchPage = task('fetch-page', {
  input: z.object({ page: z.string() }),
  output: z.object({ bytes: z.int() }),
})

const crawler = agent('crawler', { role: 'crawler', capacity: 3 }).handle(
  fetchPage,
  async ({ page }, ctx) => {
    // Stands for a slow service. It ends early when the task is cancelled, times out, or the runtime closes.
    await wait(200, undefined, { signal: ctx.signal })
    return { bytes: page.length * 1000 }
  },
)

await using runtime = await createRuntime({ agents: [crawler] })
const pages = ['home', 'about', 'contact'].map(page => ({ id: page, task: fetchPage, input: { page } }))

async function measure(name: string, graph: TaskGraph): Promise<number> {
  const began = performance.now()
  const run = await runtime.startGraph(graph)
  const results = await run.result()
  const ms = performance.now() - began
  console.log(`${name.padEnd(12)} ${ms.toFixed(0).padStart(4)} ms  ${JSON.stringify(results)}`)
  return ms
}

const slow = await measure('in sequence', sequence(pages))
const fast = await measure('in parallel', parallel(pages))
const limited = await measure('two at once', parallel(pages, { limit: 2 }))

console.log(`in parallel ${(slow / fast).toFixed(1)} times faster than in sequence`)
assert.ok(slow / fast > 2, `only ${(slow / fast).toFixed(1)} times faster`)
assert.ok(limited > fast, 'a limit of two takes two rounds')
