/**
 * D2, routing: every message names sender and recipient, and both must exist. The hub adds position, time, cause and
 * correlation. There is no public way from spoke to spoke.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, task, workflow, type Address, type Signal } from 'stator'
import { codeOf, newClock, pass, untilAborted } from './support.ts'

const job = task('job')
const flow = workflow('flow').step('first', job).step('second', job)
const worker = agent('worker').handle(job, () => 'done')

test('both ends must exist, and be addresses', async () => {
  const stuck = agent('stuck').handle(job, (_, ctx) => untilAborted(ctx.signal))
  await using runtime = await createRuntime({ agents: [stuck] })
  const { address: to } = await runtime.submit(job, null)
  const send = (message: { to?: string; from?: string }): Promise<Signal> =>
    runtime.send({ type: 'task.cancel', ...({ to, ...message } as { to: Address }) })
  expect(await codeOf(send({ to: 'task/nobody' }))).toBe('RECIPIENT_UNKNOWN')
  expect(await codeOf(send({ from: 'client/nobody' }))).toBe('SENDER_UNKNOWN')
  expect(await codeOf(send({ from: 'agent/nobody' }))).toBe('SENDER_UNKNOWN')
  expect(await codeOf(send({ from: 'system/hub' }))).toBe('SENDER_UNKNOWN')
  expect(await codeOf(send({ to: 'nowhere' }))).toBe('ADDRESS_INVALID')
  expect((await send({ from: runtime.client('console') })).from).toBe('client/console')
})

test('the hub adds position, time, cause and correlation to every message', async () => {
  const clock = newClock()
  await using runtime = await createRuntime({ agents: [worker], workflows: [flow], host: { clock } })
  await pass(clock, 5_000)
  await (await runtime.start(flow, null, { id: 'f' })).result()
  const signals = runtime.history({ correlationId: 'workflow/f' })
  const bySeq = new Map(runtime.history().map(signal => [signal.seq, signal]))
  for (const signal of signals) {
    expect(signal.at).toBe(clock.now())
    // Derived by the recipient of its cause; 0 is an input from outside.
    const cause = bySeq.get(signal.causationId)
    expect(cause?.to ?? signal.from).toBe(signal.from)
  }
  expect(signals.map(({ type, from, to }) => `${type}: ${from} to ${to}`)).toEqual([
    'workflow.start: client/local to workflow/f',
    'task.create: workflow/f to task/f/first',
    'task.done: agent/worker to task/f/first',
    'step.done: task/f/first to workflow/f',
    'task.create: workflow/f to task/f/second',
    'task.done: agent/worker to task/f/second',
    'step.done: task/f/second to workflow/f',
  ])
})

test('there is no way from spoke to spoke: what a handler says goes to the hub, and from there to its own task', async () => {
  const talker = agent('talker').handle(job, async (_, ctx) => {
    ctx.progress(50, 'half')
    await ctx.do('look', () => 'seen')
    return 'done'
  })
  await using runtime = await createRuntime({ agents: [talker] })
  const handle = await runtime.submit(job, null)
  await handle.result()
  const said = runtime.history().filter(({ from }) => from === 'agent/talker')
  expect(said.map(({ type, to }) => `${type} to ${to}`)).toEqual(
    ['task.progress', 'task.recorded', 'task.done'].map(type => `${type} to ${handle.address}`),
  )
})
