/** Tasks that run by the clock: at once later, every so often, and by a cron expression in the time zone of those who asked. */
import assert from 'node:assert/strict'
import { agent, createRuntime, task } from 'stator'
import { z } from 'zod'

const greet = task('greet', { input: z.object({ name: z.string() }), output: z.string() })
const clerk = agent('clerk').handle(greet, ({ name }, ctx) => {
  console.log(`hello ${name}, as planned for ${JSON.stringify(ctx.metadata['scheduledFor'] ?? 'once')}`)
  return `hello ${name}`
})

await using runtime = await createRuntime({ agents: [clerk] })
const { tasks } = runtime

// Once, after a delay; `startAt` names a time instead.
const later = await tasks.enqueue(greet, { name: 'later' }, { delay: '100ms' })

// Again and again: here three times, in production until somebody removes it.
await tasks.schedules.create('often', greet, { name: 'often' }, { every: '200ms', times: 3 })

// Monday to Friday at half past eight in Berlin, whatever the clocks there do. What was missed while the process was down is made up
// for by one run; while one runs, no second one begins.
const report = await tasks.schedules.create(
  'report',
  greet,
  { name: 'Berlin' },
  { cron: '30 8 * * 1-5', timezone: 'Europe/Berlin', missed: 'once', overlap: 'skip' },
)
console.log(`the next report: ${new Date(report.next ?? 0).toISOString()}`)

// The same again, as each start of a service does it, changes nothing.
await tasks.schedules.create('often', greet, { name: 'often' }, { every: '200ms', times: 3 })

// Now, beside the plan.
const now = await tasks.schedules.trigger('report')
assert.equal(await now.result(), 'hello Berlin')

await tasks.schedules.pause('report', 'a holiday')
assert.deepEqual(
  tasks.schedules.list({ state: 'paused' }).map(({ id, reason }) => [id, reason]),
  [['report', 'a holiday']],
)
await tasks.schedules.remove('report')

assert.equal(await later.result(), 'hello later')
while (tasks.schedules.get('often')?.state !== 'completed')
  await new Promise(resolve => {
    setTimeout(resolve, 50)
  })
console.log('often:', tasks.schedules.get('often')?.counts)
assert.equal(tasks.schedules.get('often')?.counts.started, 3)
