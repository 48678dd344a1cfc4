/** Three independent tasks with names of their own, beside each other, and their signals as they happen. */
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { agent, createRuntime, task } from 'stator'
import { z } from 'zod'

const work = z.object({ steps: z.int().min(1) })
const report = task('report', { input: work, output: z.string() })

const clerk = agent('clerk', { role: 'office', capacity: 3 }).handle(report, async ({ steps }, ctx) => {
  for (let step = 1; step <= steps; step++) {
    await wait(20, undefined, { signal: ctx.signal })
    ctx.progress((100 * step) / steps, `page ${step} of ${steps}`)
  }
  return `${steps} pages`
})

await using runtime = await createRuntime({ agents: [clerk] })

let signals = 0
runtime.signals$.subscribe(signal => {
  if (!signal.to.startsWith('task/')) return
  signals++
  const { percent, note } = (signal.data ?? {}) as { percent?: number; note?: string }
  const detail = percent === undefined ? '' : `${Math.round(percent)} % ${note}`
  console.log(`${signal.name.padEnd(15)} ${signal.to.padEnd(16)} ${detail}`)
})

const sizes = { invoices: 2, payroll: 3, taxes: 4 }
const handles = await Promise.all(
  Object.entries(sizes).map(([id, steps]) =>
    runtime.submit(report, { steps }, { id, metadata: { office: 'east' } }),
  ),
)
const results = await Promise.all(handles.map(async handle => [handle.id, await handle.result()] as const))

console.log()
for (const [id, pages] of results) console.log(`${id}: ${pages}`)
assert.deepEqual(Object.fromEntries(results), { invoices: '2 pages', payroll: '3 pages', taxes: '4 pages' })
assert.ok(signals >= 3 * 2, 'each task was seen to start and to complete')
