/**
 * Supervision: an agent that fails twice is restarted, and with its next failures given up; what waits for it goes to another of its role;
 * an operator lets it go on. And the report of the hub, before and after.
 */
import assert from 'node:assert/strict'
import { agent, createRuntime, task } from 'stator'

const scrape = task('scrape')
let isBroken = true

const ann = agent('ann', {
  role: 'research',
  supervision: {
    failures: { max: 2, within: '1m' },
    restart: { initialInterval: '20ms', jitter: 'none' },
    intensity: { max: 1, within: '10m' },
    reassign: true,
  },
}).handle(scrape, () => {
  if (isBroken) throw new Error('the browser is gone')
  return 'scraped by ann'
})
const bob = agent('bob', { role: 'research' }).handle(scrape, () => 'scraped by bob')

await using runtime = await createRuntime({ agents: [ann, bob] })
const site = await runtime.projects.open('site')
await site.setPhase('research', { by: 'sue' })

const ask = async (id: string): Promise<string> => {
  const handle = await runtime.submit(scrape, null, { id, agent: 'ann', project: 'site' })
  const outcome = await handle.outcome()
  return outcome.status === 'completed' ? String(outcome.output) : outcome.status
}

for (const id of ['one', 'two', 'three', 'four']) console.log(id, await ask(id))
console.log('ann is', runtime.agents.get('ann')?.state)
console.log('five', await ask('five'))
console.log(runtime.report().agents.byRole)

isBroken = false
await runtime.agents.resume('ann')
console.log('six', await ask('six'))

const { phase, tasks, progress } = site.state()
console.log({ phase, tasks, progress })
assert.deepEqual(tasks, { completed: 2, failed: 4 })
