/**
 * D1, registry: register, unregister, get, by type (and state). Duplicates and bad ids are refused.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, task, workflow } from 'stator'
import { codeOf, latch, settled } from './support.ts'

const job = task('job')
const ada = agent('ada', { role: 'writer', skills: ['prose'] }).handle(job, () => 'done')

test('agents are registered and unregistered while the runtime runs', async () => {
  await using runtime = await createRuntime({ tasks: [job] })
  expect(await codeOf(runtime.submit(job, null))).toBe('TASK_UNHANDLED')
  await runtime.agents.register(ada)
  expect(runtime.agents.get('ada')).toMatchObject({ role: 'writer', skills: ['prose'], state: 'ready' })
  expect(await (await runtime.submit(job, null)).result()).toBe('done')
  await runtime.agents.unregister('ada')
  expect(runtime.agents.get('ada')).toBeUndefined()
  expect(await codeOf(runtime.submit(job, null))).toBe('TASK_UNHANDLED')
})

test('actors are found by address, by type and by state', async () => {
  const { opened, open } = latch()
  const bob = agent('bob').handle(job, () => opened)
  const flow = workflow('flow').step('first', job).step('second', job)
  await using runtime = await createRuntime({ agents: [bob], workflows: [flow] })
  const run = await runtime.start(flow, null, { id: 'f' })
  await runtime.submit(job, null, { id: 'waiting' })
  await settled()
  const found = (filter: object): string[] => runtime.actors.list(filter).map(({ address }) => address)
  expect(found({})).toEqual(['agent/bob', 'task/f/first', 'task/waiting', 'workflow/f'])
  expect(found({ kind: 'task' })).toEqual(['task/f/first', 'task/waiting'])
  expect(found({ kind: 'task', state: 'queued' })).toEqual(['task/waiting'])
  expect(runtime.actors.get('workflow/f')).toMatchObject({ kind: 'workflow', state: 'running', alive: true })
  expect(runtime.actors.get('task/nobody')).toBeUndefined()
  open()
  await run.result()
  expect(runtime.actors.get('workflow/f')).toMatchObject({ state: 'completed', alive: false })
})

test('agents are found by id, role, skill and state', async () => {
  const ben = agent('ben', { role: 'writer', skills: ['prose', 'verse'] }).handle(job, () => 'done')
  const cleo = agent('cleo', { role: 'editor', skills: ['prose'] }).handle(job, () => 'done')
  await using runtime = await createRuntime({ agents: [ada, ben, cleo] })
  await runtime.agents.pause('ben')
  const found = (filter: Parameters<typeof runtime.agents.list>[0]): string[] =>
    runtime.agents.list(filter).map(({ id }) => id)
  expect(runtime.agents.get('ben')).toMatchObject({ id: 'ben', role: 'writer', state: 'paused' })
  expect(found({ role: 'writer' })).toEqual(['ada', 'ben'])
  expect(found({ skill: 'prose' })).toEqual(['ada', 'ben', 'cleo'])
  expect(found({ skills: ['prose', 'verse'] })).toEqual(['ben'])
  expect(found({ state: 'paused' })).toEqual(['ben'])
  expect(found({ role: 'writer', state: 'ready' })).toEqual(['ada'])
  expect(found({ handles: 'job', available: true })).toEqual(['ada', 'cleo'])
})

test('duplicates are refused', async () => {
  await using runtime = await createRuntime({ agents: [ada] })
  expect(await codeOf(runtime.agents.register(agent('ada')))).toBe('ALREADY_REGISTERED')
  expect(await codeOf(createRuntime({ agents: [ada, agent('ada')] }))).toBe('ALREADY_REGISTERED')
  expect(await codeOf(createRuntime({ tasks: [task('same'), task('same')] }))).toBe('ALREADY_REGISTERED')
  expect(
    await codeOf(createRuntime({ workflows: [workflow('same'), workflow('same').step('a', job)] })),
  ).toBe('ALREADY_REGISTERED')
  await runtime.submit(job, 1, { id: 'one' })
  expect(await codeOf(runtime.submit(job, 2, { id: 'one' }))).toBe('IDEMPOTENCY_CONFLICT')
})

test.each(['', ' ', 'a b', '../up', 'a//b', 'ä', 'x'.repeat(201)])('the id %j is refused', async id => {
  expect(await codeOf(() => agent(id))).toBe('ADDRESS_INVALID')
  expect(await codeOf(() => task(id))).toBe('ADDRESS_INVALID')
  await using runtime = await createRuntime({ agents: [ada] })
  expect(await codeOf(runtime.submit(job, null, { id }))).toBe('ADDRESS_INVALID')
})

test('an agent with running work is not unregistered', async () => {
  const { opened, open } = latch()
  await using runtime = await createRuntime({ agents: [agent('bob').handle(job, () => opened)] })
  const handle = await runtime.submit(job, null)
  expect(await codeOf(runtime.agents.unregister('bob'))).toBe('AGENT_BUSY')
  expect(await codeOf(runtime.agents.unregister('nobody'))).toBe('AGENT_UNKNOWN')
  open()
  await handle.result()
})
