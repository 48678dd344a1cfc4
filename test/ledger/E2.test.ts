/**
 * E2, failure propagation: a failed task blocks its dependents, with the reason, at once; and what it held is free again: its agent's
 * room, its share of its queue, its locks.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, queue, task, type Runtime } from 'stator'
import { latch, settled } from './support.ts'

const job = task('job')

async function shop(): Promise<{ runtime: Runtime; fail: () => void; ran: string[] }> {
  const { opened, open } = latch()
  const ran: string[] = []
  const worker = agent('worker').handle(job, async name => {
    ran.push(String(name))
    if (name !== 'bad') return
    await opened
    throw new Error('the disk is full')
  })
  const runtime = await createRuntime({ agents: [worker], queues: [queue('default', { concurrency: 1 })] })
  return { runtime, fail: open, ran }
}

test('a failed task blocks all that waits for it, with the chain of reasons; none of it ever runs', async () => {
  const { runtime, fail, ran } = await shop()
  const { tasks } = runtime
  await tasks.enqueue(job, 'bad', { id: 'bad' })
  await tasks.enqueue(job, 'next', { id: 'next', after: ['bad'] })
  const far = await tasks.enqueue(job, 'far', { id: 'far', after: ['next', 'never'] })
  fail()
  expect(await far.outcome()).toEqual({
    status: 'blocked',
    error: {
      name: 'Blocked',
      message: 'blocked: next ended with DEPENDENCY_FAILED',
      code: 'DEPENDENCY_FAILED',
      reasons: [
        { task: 'next', code: 'DEPENDENCY_FAILED', message: 'blocked: bad ended with HANDLER_FAILED' },
        { task: 'bad', code: 'HANDLER_FAILED', message: 'the disk is full' },
      ],
    },
  })
  expect(tasks.list({ state: 'blocked' }).tasks.map(({ id }) => id)).toEqual(['next', 'far'])
  // What is created later fares the same.
  const late = await tasks.enqueue(job, 'late', { after: ['bad'] })
  expect((await late.outcome()).status).toBe('blocked')
  await settled()
  expect(ran).toEqual(['bad'])
  await runtime.close()
})

test('what a failed task held is free: its agent and its queue go on with the next', async () => {
  const { runtime, fail, ran } = await shop()
  const { tasks } = runtime
  await tasks.enqueue(job, 'bad', { id: 'bad' })
  const other = await tasks.enqueue(job, 'other', { id: 'other' })
  expect(tasks.mayStart('other', 'worker')).toMatchObject({
    ok: false,
    reasons: [{ reason: 'capacity' }, { reason: 'concurrency' }],
  })
  fail()
  await other.result()
  expect(ran).toEqual(['bad', 'other'])
  expect(runtime.status().runningTasks).toBe(0)
  await runtime.close()
})

test('the locks of a failed task go to the next in line, in the turn in which it fails', async () => {
  const { opened, open } = latch()
  const worker = agent('worker', { capacity: 2 }).handle(job, async (name, ctx) => {
    const { token } = await ctx.lock('src/index.ts')
    if (name !== 'bad') return token
    await opened
    throw new Error('the disk is full')
  })
  await using runtime = await createRuntime({ agents: [worker] })
  await runtime.submit(job, 'bad', { id: 'bad' })
  await settled()
  const next = await runtime.submit(job, 'next', { id: 'next' })
  await settled()
  expect(runtime.locks.get('src/index.ts')).toMatchObject({
    holder: { owner: 'task/bad', agent: 'agent/worker' },
    line: [{ owner: 'task/next' }],
  })
  open()
  expect(await next.result()).toBe(2)
  expect(runtime.history({ actor: 'lock/src/index.ts' }).map(({ type }) => type)).toEqual([
    'lock.acquire',
    'lock.acquire',
    'lock.revoke',
    'lock.revoke',
  ])
})

test('what waited for an agent that was given up goes to another of its role; its lock is free for others', async () => {
  const holds = task('holds')
  const given = agent('ann', {
    role: 'dev',
    supervision: {
      failures: { max: 1, within: '1m' },
      intensity: { max: 0, within: '1m' },
      reassign: true,
    },
  })
    .handle(job, () => 'by ann')
    .handle(holds, async (_input, ctx) => {
      await ctx.lock('desk')
      throw new Error('the disk is full')
    })
  const bob = agent('bob', { role: 'dev' }).handle(job, async (_input, ctx) => {
    await ctx.lock('desk')
    return 'by bob'
  })
  await using runtime = await createRuntime({ agents: [given, bob] })
  const failed = await runtime.submit(holds, null, { agent: 'ann' })
  await failed.outcome()
  expect(runtime.agents.get('ann')?.state).toBe('quarantined')
  const waits = await runtime.submit(job, null, { agent: 'ann' })
  expect(await waits.result()).toBe('by bob')
  expect(runtime.history({ actor: `task/${waits.id}`, types: ['task.reassign'] })).toHaveLength(1)
})
