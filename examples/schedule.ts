/** Tasks that run by the clock: at once later, every so often, and by a cron expression in the time zone of those who asked. */
import assert from 'node:assert/strict'
import { agent, createRuntime, task } from 'stator'
import { z } from 'zod'

const greet = task('greet', { input: z.object({ name: z.string() }), output: z.string() })
const planned: unknown[] = []
const clerk = agent('clerk').handle(greet, ({ name }, ctx) => {
  // Which of its times a run is for.
  if (name === 'often') planned.push(ctx.metadata['scheduledFor'])
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
const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'short' })
console.log('the next report, by the clocks of Berlin:', clock.format(report.next ?? 0))

// The same again, as each start of a service does it, changes nothing.
await tasks.schedules.create('often', greet, { name: 'often' }, { every: '200ms', times: 3 })

// Now, beside the plan.
const now = await tasks.schedules.trigger('report')
console.log('now:', await now.result())

await tasks.schedules.pause('report', 'a holiday')
for (const { id, reason } of tasks.schedules.list({ state: 'paused' }))
  console.log(`${id} is paused: ${reason}`)
await tasks.schedules.remove('report')

console.log('later:', await later.result())
while (tasks.schedules.get('often')?.state !== 'completed')
  await new Promise(resolve => {
    setTimeout(resolve, 50)
  })
console.log('often, each run for a time of its own:', new Set(planned).size)
assert.equal(tasks.schedules.get('often')?.counts.started, 3)
assert.equal(new Set(planned).size, 3)
