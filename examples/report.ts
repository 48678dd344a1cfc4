/**
 * The report: the whole hub at a glance, as plain JSON: who works, what waits, what is asked of people, how far projects are. It reads
 * no journal, so a page may poll it.
 */
import assert from 'node:assert/strict'
import { agent, createRuntime, task } from 'stator'

const build = task('build')
let finish = (): void => {}
const finished = new Promise<void>(resolve => {
  finish = resolve
})

const ann = agent('ann', { role: 'dev' }).handle(build, async () => {
  await finished
  return 'built'
})
const bob = agent('bob', { role: 'dev' }).handle(build, () => 'built')

await using runtime = await createRuntime({ agents: [ann, bob] })
await runtime.agents.pause('bob', 'on leave')
const site = await runtime.projects.open('site')
await site.setPhase('build', { by: 'sue', why: 'the plan stands' })

const works = await Promise.all(
  ['one', 'two', 'three'].map(id => runtime.submit(build, null, { id, project: 'site' })),
)

const show = (): void => {
  const { agents, tasks, projects } = runtime.report()
  console.log({ agents: agents.byState, dev: agents.byRole['dev'], tasks, projects })
}
show()
assert.deepEqual(runtime.report().tasks, { queued: 2, running: 1 })

finish()
await Promise.all(works.map(work => work.result()))
show()
assert.equal(runtime.report().projects[0]?.progress, 100)
