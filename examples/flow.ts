/**
 * A workflow as data: a planner writes JSON while the service runs, which is checked, started, and taken to its end by a later life of the
 * process that never saw it: the run carries its flow along, and needs only the tasks.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { agent, createRuntime, flow, StatorError, task, type FlowDocument } from 'stator'
import { sqlite } from 'stator/sqlite'
import { z } from 'zod'

const search = task('search', {
  input: z.object({ topic: z.string() }),
  output: z.object({ found: z.array(z.object({ url: z.string() })) }),
})
const read = task('read', { input: z.object({ url: z.string() }), output: z.string() })
const write = task('write', {
  input: z.object({ parts: z.array(z.string()), style: z.string() }),
  output: z.string(),
})

// #region document
const plan: FlowDocument = {
  name: 'research',
  steps: [
    { step: 'search', task: 'search', bind: { topic: 'input.topic' } },
    {
      branch: 'anything',
      cases: [
        {
          case: 'some',
          when: { ref: 'outputs.search.found.0', is: 'exists' },
          steps: [
            { map: 'read', over: 'outputs.search.found', task: 'read', limit: 4 },
            { wait: 'go', signal: 'go', for: '7d' },
            { step: 'write', task: 'write', input: { style: 'short' }, bind: { parts: 'outputs.read' } },
          ],
        },
        { case: 'none', steps: [] },
      ],
    },
  ],
}
// #endregion

const worker = agent('worker', { capacity: 4 })
  .handle(search, ({ topic }) => ({ found: [1, 2, 3].map(n => ({ url: `${topic}/${n}` })) }))
  .handle(read, ({ url }) => `what ${url} says`)
  .handle(write, ({ parts, style }) => `${style}: ${parts.join('; ')}`)

async function live(life: string): Promise<void> {
  await using runtime = await createRuntime({ journal: sqlite('research.db'), agents: [worker] })
  if (life === 'first') {
    // #region refused
    try {
      flow({ name: 'wrong', steps: [{ step: 'write', task: 'write', bind: { parts: 'outputs.read' } }] })
    } catch (error) {
      if (error instanceof StatorError) console.log(error.code, JSON.stringify(error.details))
    }
    // #endregion
    const run = await runtime.startFlow(plan, { topic: 'bees' }, { id: 'research-1' })
    for await (const { to, final } of runtime.signals({ workflow: run.id, from: 'start' }))
      if (final && to.endsWith('/read/2')) break
    return
  }
  const run = runtime.run('research-1')
  await run.signal('go')
  console.log((await run.result())['write'])
}

if (process.argv[2] === 'live') await live(process.argv[3] ?? '')
else {
  for (const life of ['first', 'second']) {
    const { stdout, stderr, status } = spawnSync(process.execPath, [import.meta.filename, 'live', life], {
      encoding: 'utf8',
    })
    console.log(`${life} life\n${stdout}${stderr}`.trim())
    assert.equal(status, 0)
  }
}
