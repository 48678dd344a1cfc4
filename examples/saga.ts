/**
 * A saga: what was booked is given back when a later step fails, newest first, and a run that cannot be undone waits for an operator. After
 * the pivot there is no way back: what fails then is done once more, until it works.
 */
import assert from 'node:assert/strict'
import { agent, createRuntime, NonRetryableError, task, workflow } from 'stator'
import { z } from 'zod'

const trip = z.object({ trip: z.string() })
const booking = z.object({ ticket: z.string() })

// #region saga
const book = task('book', { input: z.object({ what: z.string(), trip: z.string() }), output: booking })
const giveBack = task('give-back', {
  input: z.object({ input: z.object({ what: z.string(), trip: z.string() }), output: booking.optional() }),
  retry: { maxAttempts: 2, initialInterval: '10ms' },
})
const pay = task('pay', { input: trip, output: z.object({ receipt: z.string() }) })
const tell = task('tell', { input: trip })

const travel = workflow('travel', { input: trip })
  .step('flight', book, ({ input }) => ({ what: 'flight', ...input }), { compensate: giveBack })
  .parallel('stay', both =>
    both
      .step('hotel', book, ({ input }) => ({ what: 'hotel', ...input }), { compensate: giveBack })
      .step('car', book, ({ input }) => ({ what: 'car', ...input }), { compensate: giveBack }),
  )
  .step('pay', pay, { pivot: true })
  .step('tell', tell)
// #endregion

const log: string[] = []
const broken = new Set<string>()
const clerk = agent('clerk')
  .handle(book, ({ what, trip: name }) => {
    if (name === 'no car' && what === 'car') throw new Error('no car is left')
    log.push(`book ${what}`)
    return { ticket: `${what} of ${name}` }
  })
  .handle(giveBack, ({ input, output }) => {
    if (broken.has(input.what)) throw new Error(`the ${input.what} does not answer`)
    log.push(`give back ${output?.ticket ?? `whatever became of the ${input.what}`}`)
  })
  .handle(pay, ({ trip: name }) => {
    if (name === 'too dear') throw new NonRetryableError('no money')
    log.push('pay')
    return { receipt: `receipt of ${name}` }
  })
  .handle(tell, () => {
    if (broken.has('mail')) throw new Error('the mail does not answer')
    log.push('tell')
  })

await using runtime = await createRuntime({ agents: [clerk], workflows: [travel] })

const undone = await runtime.start(travel, { trip: 'no car' })
const outcome = await undone.outcome()
console.log(outcome.status, 'because', outcome.error?.message)
console.log(log.splice(0))
assert.equal(outcome.status, 'compensated')

console.log('---')
// #region held
broken.add('hotel')
const stuck = await runtime.start(travel, { trip: 'too dear' }, { id: 'T-2' })
for await (const { toState } of runtime.signals({ workflow: stuck.id, from: 'start' }))
  if (toState === 'held') break
console.log(stuck.heldSteps().map(({ step, undo, error }) => ({ step, undo, why: error?.message })))
console.log('held, after', log.splice(0))

await stuck.skip('hotel', 'they were called, and have noted it') // or retry(), or finish()
console.log((await stuck.outcome()).status, log.splice(0))
// #endregion

console.log('---')
// #region pivot
broken.add('mail')
const paid = await runtime.start(travel, { trip: 'fine' }, { id: 'T-3' })
for await (const { toState } of runtime.signals({ workflow: paid.id, from: 'start' }))
  if (toState === 'held') break
console.log('may be cancelled:', paid.can('workflow.cancel'))

broken.delete('mail')
await paid.retry('tell')
console.log((await paid.outcome()).status, log.splice(0))
// #endregion
