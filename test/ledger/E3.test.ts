/**
 * E3, scheduler: ready tasks by priority; cycles are detected; may this agent start this task, with the reasons when not; percent complete.
 * (Locks are a reason more, with a later part.)
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, queue, StatorError, task, type Hindrance, type Runtime } from 'stator'
import { latch, newClock, startOfTime } from './support.ts'

const job = task('job')
const rare = task('rare', { skills: ['chinese'] })
const special = task('special', { role: 'devops' })

/** `ann` can do all of it; `bob` has another role, and code for less. */
async function office(): Promise<{ runtime: Runtime; release: () => void }> {
  const { opened, open } = latch()
  const work = async (): Promise<void> => opened
  const ann = agent('ann', { role: 'devops', skills: ['chinese'] })
    .handle(job, work)
    .handle(rare, work)
    .handle(special, work)
  const bob = agent('bob', { role: 'clerk' }).handle(job, work)
  const runtime = await createRuntime({
    agents: [ann, bob],
    queues: [queue('slow', { rate: { perMinute: 1 } })],
    roles: { devops: { concurrency: 1 } },
    host: { clock: newClock() },
  })
  return { runtime, release: open }
}

const reasonsOf = (runtime: Runtime, id: string, agentId: string): readonly Hindrance[] => {
  const answer = runtime.tasks.mayStart(id, agentId)
  return answer.ok ? [] : answer.reasons
}

test('ready tasks are shown by priority; what is not ready is not among them', async () => {
  const { runtime, release } = await office()
  const { tasks } = runtime
  await tasks.queue().pause()
  await tasks.enqueue(job, null, { id: 'low', priority: 'low' })
  await tasks.enqueue(job, null, { id: 'later', startAt: startOfTime + 1_000, priority: 'critical' })
  await tasks.enqueue(job, null, { id: 'waits', after: ['low'], priority: 'critical' })
  await tasks.enqueue(job, null, { id: 'high', priority: 'high' })
  await tasks.enqueue(job, null, { id: 'normal' })
  expect(tasks.queue().peek(10)).toEqual(['high', 'normal', 'low'])
  release()
  await runtime.close()
})

test('a cycle is detected when it is closed, and spelled out', async () => {
  const { runtime } = await office()
  const { tasks } = runtime
  await tasks.enqueue(job, null, { id: 'b', after: ['a'] })
  await tasks.enqueue(job, null, { id: 'c', after: ['b'] })
  const refused = tasks.enqueue(job, null, { id: 'a', after: ['c'] })
  await expect(refused).rejects.toThrow(StatorError)
  await expect(refused).rejects.toMatchObject({ code: 'CYCLE', details: { cycle: 'a → b → c → a' } })
  await runtime.close()
})

test('may this agent start this task? If not, with every reason', async () => {
  const { runtime, release } = await office()
  const { tasks } = runtime
  await tasks.queue().pause('moving house')
  await tasks.enqueue(rare, null, { id: 'rare', agent: 'ann' })
  expect(reasonsOf(runtime, 'rare', 'ann')).toEqual([{ reason: 'pause', message: 'queue default is paused' }])
  expect(reasonsOf(runtime, 'rare', 'bob')).toEqual([
    { reason: 'assigned', message: 'only agent/ann may do it' },
    { reason: 'skill', message: 'agent/bob lacks chinese' },
    { reason: 'unhandled', message: 'agent/bob has no code for rare in this process' },
    { reason: 'pause', message: 'queue default is paused' },
  ])
  await tasks.cancel('rare')
  await tasks.enqueue(special, null, { id: 'special' })
  expect(reasonsOf(runtime, 'special', 'bob')[0]).toEqual({
    reason: 'role',
    message: 'it needs the role devops; agent/bob has clerk',
  })
  await tasks.enqueue(job, null, { id: 'waits', after: ['special'] })
  expect(reasonsOf(runtime, 'waits', 'bob')[0]).toEqual({
    reason: 'dependency',
    message: 'it waits for task/special',
  })
  await tasks.enqueue(job, null, { id: 'later', startAt: startOfTime + 5_000 })
  expect(reasonsOf(runtime, 'later', 'bob')[0]).toEqual({
    reason: 'time',
    message: 'it is scheduled',
    until: startOfTime + 5_000,
  })
  await runtime.agents.pause('bob')
  expect(reasonsOf(runtime, 'later', 'bob')[1]).toEqual({ reason: 'agent', message: 'agent/bob is paused' })
  release()
  await runtime.close()
})

test('no for want of room, or because a rate is used up, with the time when it opens', async () => {
  const { runtime, release } = await office()
  const { tasks } = runtime
  const first = await tasks.enqueue(job, null, { id: 'first', agent: 'ann', queue: 'slow' })
  await tasks.enqueue(job, null, { id: 'second', queue: 'slow' })
  expect(reasonsOf(runtime, 'second', 'ann').map(({ reason, until }) => [reason, until])).toEqual([
    ['capacity', undefined],
    ['rate', startOfTime + 60_000],
    ['concurrency', undefined],
  ])
  expect(reasonsOf(runtime, 'second', 'bob').map(({ reason }) => reason)).toEqual(['rate'])
  expect(reasonsOf(runtime, 'first', 'bob').map(({ reason }) => reason)).toContain('state')
  release()
  await first.result()
  await runtime.agents.pause('bob')
  await tasks.enqueue(job, null, { id: 'third', agent: 'bob' })
  await tasks.queue().pause()
  await runtime.agents.resume('bob')
  expect(reasonsOf(runtime, 'third', 'bob').map(({ reason }) => reason)).toEqual(['pause'])
  await runtime.close()
})

test('percent complete', async () => {
  const { runtime, release } = await office()
  const { tasks } = runtime
  await runtime.agents.pause('ann')
  const all = ['a', 'b', 'c', 'd'].map(id => ({ task: job, id }))
  const group = await tasks.enqueueAll(all, { open: true })
  expect(group.progress()).toMatchObject({ percent: 0, total: 4, living: 4 })
  await tasks.cancel('d')
  expect(group.progress()).toMatchObject({ percent: 25, cancelled: 1 })
  release()
  await tasks.result('c')
  expect(group.progress()).toMatchObject({ percent: 100, completed: 3, living: 0 })
  await runtime.close()
})
