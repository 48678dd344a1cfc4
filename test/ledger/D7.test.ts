/**
 * D7, project state: phase, metadata, counts and progress per project; a status report of the whole hub at any time.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, task } from 'stator'

const job = task('job')
const ada = agent('ada', { role: 'dev' }).handle(job, () => 'done')

test('a project has a phase, metadata, counts and progress', async () => {
  await using runtime = await createRuntime({ agents: [ada] })
  const site = await runtime.projects.open('site')
  await site.setPhase('build', { by: 'sue', why: 'the plan stands' })
  await site.setMetadata({ client: 'acme' }, { by: 'sue' })
  await (await runtime.submit(job, null, { project: 'site' })).result()
  expect(runtime.project('site').state()).toMatchObject({
    phase: 'build',
    phases: [{ phase: 'build', by: 'sue', why: 'the plan stands' }],
    metadata: { client: 'acme' },
    tasks: { completed: 1 },
    progress: 100,
  })
})

test('the whole hub reports at any time', async () => {
  await using runtime = await createRuntime({ agents: [ada] })
  await runtime.agents.pause('ada')
  await runtime.submit(job, null)
  expect(runtime.report()).toMatchObject({
    hub: 'running',
    agents: { total: 1, byState: { paused: 1 }, byRole: { dev: { total: 1, paused: 1 } } },
    tasks: { queued: 1 },
    queues: { default: { queued: 1 } },
  })
})
