/** The task queue, as the README shows it: shares, priorities, a pause, a retry when the other side says, one task after others. */
import { agent, createRuntime, queue, RetryAfterError, task } from 'stator'
import { z } from 'zod'

const mail = task('mail', {
  input: z.object({ customer: z.string(), text: z.string() }),
  output: z.string(),
  queue: 'mail',
  key: ({ customer }) => customer, // whose share of the queue it uses
  retry: { maxAttempts: 3 },
})
const report = task('report', { output: z.string() })

const postman = agent('postman', { capacity: 4 })
  .handle(mail, ({ customer, text }, ctx) => {
    if (text === 'invoice' && ctx.attempt === 1) throw new RetryAfterError('busy', { after: '100ms' })
    return `${text} to ${customer}`
  })
  .handle(report, () => 'all sent')

await using runtime = await createRuntime({
  agents: [postman],
  queues: [queue('mail', { concurrency: 3, perKey: { rate: { perSecond: 5 } } })],
})
const { tasks } = runtime
await tasks.queue('mail').pause('the server moves') // also across restarts

const group = await tasks.enqueueAll([
  { task: report, id: 'report', after: ['digest', 'alarm', 'invoice'] },
  { task: mail, id: 'digest', input: { customer: 'acme', text: 'digest' }, priority: 10 }, // 0 to 100
  { task: mail, id: 'invoice', input: { customer: 'bolt', text: 'invoice' } },
  { task: mail, id: 'alarm', input: { customer: 'acme', text: 'alarm' }, priority: 'critical' },
]) // all of them or none, durable from here on
console.log('next:', tasks.queue('mail').peek(10))
console.log('alarm:', tasks.mayStart('alarm', 'postman'))
console.log('report:', tasks.mayStart('report', 'postman'))

await tasks.queue('mail').resume()
console.log(await group.result({ timeout: '1m' }))
const attempts = tasks.get('invoice').attempts()
console.log(
  'invoice:',
  attempts.map(({ number, outcome }) => `${number} ${outcome}`),
)
const [alarm = 0, digest = 0] = ['alarm', 'digest'].map(id => tasks.get(id).info().startedAt)
console.log('within the rate of acme:', digest - alarm >= 200)
