/**
 * The work whose journal was kept of 0.1.0-rc: who there is, what is asked of them up to the cut, and how it ends after it. Runs on
 * know these definitions by name and hash, so this file stays as it was when the journals were written.
 */
import { agent, fromTask, gate, graph, NonRetryableError, queue, signal, task, workflow } from 'stator'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import type { JournalWorld } from '../journal-world.ts'

const HOUR = 3_600_000
const text = z.object({ text: z.string() })
const input = { text: 'hello' }

const say = task('say', { input: text, output: text })
/** Hangs in the first life, with something recorded on the way. */
const slow = task('slow', { input: text, output: text })
const flaky = task('flaky', {
  input: text,
  output: text,
  retry: { maxAttempts: 3, initialInterval: '3h', maxInterval: '12h', jitter: 'none' },
})
const bad = task('bad', { input: text, output: text })
const gather = task('gather', { input: z.object({ all: z.array(text) }), output: text })
const kept = task('kept', { input: text, output: text, cache: { ttl: '10d' } })
const mail = queue('mail', { rate: { perMinute: 0.1 }, concurrency: 2 })

const undo = task('undo', { input: z.object({ input: text, output: text.optional() }), output: text })
/** Hangs in the first life, and fails in the last. */
const pay = task('pay', { input: text, output: text })
const go = signal('go', text)

const release = workflow('release', { input: text })
  .step('build', say)
  .parallel('verify', both => both.step('lint', say).step('scan', slow))
  .step('ship', say, ({ outputs }) => outputs.scan)
const resting = workflow('resting', { input: text })
  .step('one', say)
  .wait('rest', { for: '2d' })
  .step('two', say)
const asking = workflow('asking', { input: text })
  .wait('asked', { signal: go })
  .step('after', say, ({ outputs }) => outputs.asked)
const gated = workflow('gated', { input: text })
  .step('approve', gate({ expires: '5d' }))
  .step('after', say)
const chosen = workflow('chosen', { input: text })
  .branch('which', cases =>
    cases
      .when(
        'long',
        ({ input: { text: said } }) => said.length > 3,
        row => row.step('slowly', slow),
      )
      .otherwise('short', row => row.step('quickly', say)),
  )
  .map('each', () => [{ text: 'a' }, { text: 'b' }, { text: 'c' }], say, { limit: 2 })
const repeated = workflow('repeated', { input: text }).loop('again', row => row.step('once', slow), {
  while: ({ outputs }) => outputs.once === undefined,
  max: 3,
})
const saga = workflow('saga', { input: text }).step('book', say, { compensate: undo }).step('pay', pay)
const parent = workflow('parent', { input: text }).step('child', release).step('after', say)
/** A machine of one's own: hangs in its task, then waits for a while, then for an event. */
const own = workflow('own', {
  machine: setup({
    types: {} as { context: { seen: string[] }; events: { type: 'GO' } },
    actors: { slow: fromTask(slow) },
    actions: { see: assign({ seen: ({ context, event }) => [...context.seen, event.type] }) },
  }).createMachine({
    id: 'own',
    context: { seen: [] },
    initial: 'working',
    states: {
      working: { invoke: { id: 'job', src: 'slow', input, onDone: 'resting', onError: 'stopped' } },
      resting: { after: { 86_400_000: { target: 'ready', actions: 'see' } } },
      ready: { on: { GO: { target: 'stopped', actions: 'see' } }, after: { 86_400_000: 'stopped' } },
      stopped: { type: 'final' },
    },
  }),
  events: { GO: z.object({}) },
})
const workflows = [release, resting, asking, gated, chosen, repeated, saga, parent]

export const world: JournalWorld = {
  length: 1.5 * HOUR,
  definitions: isLast => ({
    queues: [mail],
    workflows: [...workflows, own],
    agents: [
      agent('ann', { capacity: 20 })
        .handle(say, ({ text: said }) => ({ text: `${said}!` }))
        .handle(kept, ({ text: said }) => ({ text: `${said}?` }))
        .handle(gather, ({ all }) => ({ text: all.map(one => one.text).join(' ') }))
        .handle(slow, async ({ text: said }, ctx) => {
          const draft = await ctx.do('draft', () => `${said}, drafted in life ${isLast ? 'two' : 'one'}`)
          if (!isLast) await new Promise((_, reject) => ctx.signal.addEventListener('abort', reject))
          return { text: draft }
        })
        .handle(flaky, ({ text: said }, ctx) => {
          if (!isLast) throw new Error(`attempt ${ctx.attempt}`)
          return { text: `${said} at last` }
        })
        .handle(undo, given => ({ text: `undone ${given.output?.text ?? ''}` }))
        .handle(pay, async (_, ctx) => {
          if (!isLast) await new Promise((_resolve, reject) => ctx.signal.addEventListener('abort', reject))
          throw new NonRetryableError('no money')
        })
        .handle(bad, () => {
          throw new NonRetryableError('as always')
        }),
    ],
  }),
  begin: async (runtime, now) => {
    const { tasks } = runtime
    await tasks.enqueue(say, input, { id: 'completed', idempotencyKey: 'once' })
    await tasks.enqueue(bad, input, { id: 'failed' })
    await tasks.enqueue(say, input, { id: 'blocked', after: ['failed'] })
    await tasks.enqueue(say, input, { id: 'scheduled', startAt: now + 24 * HOUR })
    await tasks.enqueue(say, input, { id: 'cancelled', startAt: now + 24 * HOUR })
    await tasks.cancel('cancelled', 'not wanted')
    await tasks.enqueue(flaky, input, { id: 'retrying' })
    await tasks.enqueue(slow, input, { id: 'running' })
    await tasks.enqueue(say, input, { id: 'pending', after: ['running'] })
    await tasks.enqueue(kept, input, { id: 'kept' })
    for (let n = 0; n < 14; n++) await tasks.enqueue(say, input, { id: `mail-${n}`, queue: 'mail' })
    await tasks.enqueueAll(
      [
        { task: say, input, id: 'pair-one' },
        { task: slow, input, id: 'pair-two' },
      ],
      { id: 'pair' },
    )
    await tasks.enqueueAll([{ task: say, input, id: 'open-one' }], { id: 'open', open: true })
    await tasks.schedules.create('hourly', say, input, { every: '1h', times: 3 })
    const report = graph([
      { id: 'first', task: say, input },
      { id: 'second', task: slow, input, after: ['first'] },
      { id: 'third', task: gather, bind: { all: ['first', 'second'] } },
    ])
    await runtime.startGraph(report, { id: 'report' })
    await runtime.start(own, undefined, { id: 'own' })
    for (const one of workflows) await runtime.start(one as typeof release, input, { id: one.name })
  },
  finish: async runtime => {
    const { tasks } = runtime
    await tasks.enqueue(kept, input, { id: 'kept-again' })
    await tasks.enqueue(say, input, { id: 'completed', idempotencyKey: 'once' })
    await tasks.group('open').seal()
    await runtime.gates.approve('gated/approve', { by: 'somebody' })
    await runtime.send({
      type: 'workflow.signal',
      to: 'workflow/asking',
      data: { name: 'go', data: { text: 'now' } },
    })
  },
}
