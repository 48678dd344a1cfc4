/** The example of the README, to the letter: a test compares the two, and what they print. */
import { agent, createRuntime, task, workflow } from 'stator'
import { sqlite } from 'stator/sqlite'
import { z } from 'zod'

const build = task('build', {
  input: z.object({ ref: z.string() }),
  output: z.object({ image: z.string() }),
  retry: { maxAttempts: 3 },
  timeout: '10m',
})
const deploy = task('deploy', { input: z.object({ image: z.string() }), output: z.string() })

const builder = agent('builder', { role: 'devops', capacity: 2 })
  .handle(build, async ({ ref }, ctx) => ({ image: await ctx.do('push', key => push(ref, key)) }))
  .handle(deploy, ({ image }) => `${image} is live`)

const release = workflow('release', { input: z.object({ ref: z.string() }) })
  .step('build', build)
  .step('deploy', deploy, ({ outputs }) => ({ image: outputs.build.image }))

const runtime = await createRuntime({
  journal: sqlite('release.db'),
  agents: [builder],
  workflows: [release],
})
const run = await runtime.start(release, { ref: 'main' }, { id: 'release-42' }) // durable from here on
await run.signals$.forEach(({ name, to }) => console.log(name, to)) // its history, then live until it ends
console.log(await run.result())
await runtime.close()

async function push(ref: string, _idempotencyKey: string) {
  return `registry/app:${ref}`
}
