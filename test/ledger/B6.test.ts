/**
 * B6, shared context: versioned, compare-and-set, locks for concurrent access, history of versions, scope per project and per workflow.
 */
import { expect, test } from 'vitest'
import { agent, contextMachine, createRuntime, memory, sharedContext, task, workflow } from 'stator'
import { z } from 'zod'

const board = sharedContext('board', { total: z.int(), owner: z.string() })
const add = task('add', { input: z.object({ n: z.int() }), output: z.int() })
const crew = workflow('crew', { input: z.object({ n: z.int() }) })
  .step('one', add)
  .step('two', add, ({ input: { n } }) => ({ n: n * 10 }))
const site = { project: 'site' } as const

const ann = agent('ann', { capacity: 4 }).handle(add, async ({ n }, ctx) => {
  await ctx.context(board, site).update('total', (total = 0) => total + n, { why: `plus ${n}` })
  const { value } = await ctx.context(board).update('total', (total = 0) => total + n)
  return value
})
const options = { agents: [ann], workflows: [crew], contexts: [board] }

test('each value is a statechart', () => {
  expect(Object.keys(contextMachine.states)).toEqual(['absent', 'present', 'deleted', 'ended'])
})

test('versions are compared and set, and kept with who and why', async () => {
  await using runtime = await createRuntime({ ...options, journal: memory() })
  const values = runtime.context(board, site, { as: runtime.client('ada') })
  await values.set('owner', 'ada', { why: 'first come' })
  await values.compareAndSet('owner', 'bea', { version: 1, why: 'handed on' })
  await expect(values.compareAndSet('owner', 'eve', { version: 1 })).rejects.toMatchObject({
    code: 'CONTEXT_CONFLICT',
    details: { current: { by: 'client/ada', version: 2, why: 'handed on' }, tried: { expected: 1 } },
  })
  expect(values.history('owner').map(({ version, value, by, why }) => [version, value, by, why])).toEqual([
    [2, 'bea', 'client/ada', 'handed on'],
    [1, 'ada', 'client/ada', 'first come'],
  ])
})

test('a workflow has values of its own, a project those of all; they survive a restart', async () => {
  const journal = memory()
  {
    await using runtime = await createRuntime({ ...options, journal })
    for (const id of ['r1', 'r2']) {
      const run = await runtime.start(crew, { n: 1 }, { id })
      expect(await run.result()).toEqual({ one: 1, two: 11 })
    }
  }
  await using runtime = await createRuntime({ ...options, journal })
  expect(runtime.context(board, { run: 'r2' }).entry('total')).toMatchObject({ value: 11, version: 2 })
  expect(runtime.context(board, site).entry('total')).toMatchObject({ value: 22, version: 4, why: 'plus 10' })
})

test('a lock keeps others away for as long as it is held', async () => {
  const names: string[] = []
  const slow = task('slow', { input: z.string() })
  const bob = agent('bob', { capacity: 4 }).handle(slow, async (name, ctx) => {
    const values = ctx.context(board, site)
    await using lock = await values.lock('owner')
    names.push(`${name} in`)
    await values.set('owner', name, { fence: lock.token })
    names.push(`${name} out`)
  })
  await using runtime = await createRuntime({ journal: memory(), agents: [bob], contexts: [board] })
  const tasks = await Promise.all(['a', 'b', 'c'].map(name => runtime.submit(slow, name)))
  await Promise.all(tasks.map(handle => handle.result()))
  expect(names).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out'])
})
