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

test('nobody can speak in the name of an agent: not by a message, not by what the runtime shows, not by what the package exports', async () => {
  const other = task('other')
  const bob = agent('bob').handle(other, () => 'heard')
  const spoken: string[] = []
  const talker = agent('talker').handle(job, async (_, ctx) => {
    // What a handler is given to speak with speaks in its own name, whatever it is told.
    const { id } = await ctx
      .tell('bob', other, null, { from: 'agent/bob' } as never)
      .catch(() => ({ id: 'none' }))
    spoken.push(id, (await ctx.tell('bob', other, null)).id)
    return 'done'
  })
  await using runtime = await createRuntime({ agents: [talker, bob] })
  const { address: to } = await runtime.submit(job, null)
  await runtime.task(to.slice('task/'.length)).result()
  // A forged sender is refused, also where that agent exists; and a client is none, whatever it calls itself.
  for (const from of ['agent/talker', 'agent/bob', 'system/hub', 'task/x', 'post/x'] as Address[])
    expect(await codeOf(runtime.send({ type: 'task.cancel', to, from }))).toBe('SENDER_UNKNOWN')
  expect(await codeOf(() => runtime.client('../agent/bob'))).toBe('ADDRESS_INVALID')
  expect(await codeOf(runtime.mail.tell('bob', other, null, { from: 'agent/talker' }))).toBe(
    'ADDRESS_INVALID',
  )
  expect(await codeOf(runtime.mail.tell('bob', other, null, { from: 'talker' }))).toBe('SENDER_UNKNOWN')
  // What agents, tasks and posts are told among themselves, nobody says to them from outside.
  for (const [type, address] of [
    ['task.create', 'task/new'],
    ['task.done', to],
    ['task.handOff', to],
    ['agent.load', 'agent/bob'],
    ['agent.register', 'agent/bob'],
    ['post.send', 'post/new'],
  ] as [string, Address][])
    expect(['MESSAGE_TYPE_UNKNOWN', 'RECIPIENT_UNKNOWN']).toContain(
      await codeOf(runtime.send({ type, to: address, data: {} })),
    )
  // All that was said to bob was said by who it says, through the hub.
  expect(spoken[0]).toBe('none')
  const said = runtime.history({ types: ['task.create'] }).filter(({ from }) => from !== 'client/local')
  expect(said.map(({ from, to: where }) => [from, where])).toEqual([
    ['agent/talker', `task/${spoken[1] ?? ''}`],
  ])
  // Nothing that is exported takes a sender, or holds the parts of a hub.
  const { default: _, ...exported } = (await import('stator')) as Record<string, unknown>
  const parts = [
    'Door',
    'Kernel',
    'Delivery',
    'PostOffice',
    'Population',
    'Dispatcher',
    'Registry',
    'input',
    'admit',
  ]
  expect(Object.keys(exported).filter(name => parts.includes(name))).toEqual([])
  expect(Object.keys(runtime)).not.toContain('door')
})
