/**
 * A gate: a run asks, and somebody answers days later, in another life of the process. The first life starts the run and ends; the second
 * one finds the question, answers it, and takes the run to its end.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { agent, createRuntime, gate, task, workflow } from 'stator'
import { sqlite } from 'stator/sqlite'
import { z } from 'zod'

// #region gate
const build = task('build', { input: z.object({ ref: z.string() }), output: z.object({ image: z.string() }) })
const deploy = task('deploy', {
  input: z.object({ image: z.string(), by: z.string() }),
  output: z.string(),
})

const release = workflow('release', { input: z.object({ ref: z.string() }) })
  .step('build', build)
  .step('approve', gate({ expires: '7d' }), ({ outputs }) => ({ image: outputs.build.image }))
  .step('deploy', deploy, ({ outputs }) => ({ image: outputs.build.image, by: outputs.approve.by }))
// #endregion

const worker = agent('worker')
  .handle(build, ({ ref }) => ({ image: `app:${ref}` }))
  .handle(deploy, ({ image, by }) => `${image}, approved by ${by}, is live`)

async function live(life: string): Promise<void> {
  await using runtime = await createRuntime({
    journal: sqlite('release.db'),
    agents: [worker],
    workflows: [release],
  })
  if (life === 'first') {
    const run = await runtime.start(release, { ref: 'main' }, { id: 'release-42' })
    for await (const { to } of runtime.signals({ workflow: run.id, from: 'start' }))
      if (to.startsWith('gate/')) break
    console.log('it waits:', run.status())
    return
  }
  // #region answer
  const { gates } = runtime.gates.list({ open: true })
  for (const { id, title, details } of gates) {
    console.log('asked:', id, title, details)
    await runtime.gates.approve(id, { by: 'ada', reason: 'the tests are green' })
  }
  console.log(await runtime.run(release, 'release-42').result())
  // #endregion
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
