/**
 * E1, resource locks: files and any other name: exclusive, re-entrant for the same holder, a lease of 30 minutes that then is broken, a
 * waiting line, released when the holder fails, deadlocks detected; every grant has a token that only grows, also across restarts;
 * statistics.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { agent, createRuntime, memory, task, type Handler, type Lock, type StatorError } from 'stator'
import { guardedFile } from 'stator/sqlite'
import { codeOf, latch, newClock, pass, settled } from './support.ts'

const MINUTE = 60_000
const job = task('job')
const doing = (run: Handler<unknown, unknown>) => agent('worker', { capacity: 4 }).handle(job, run)

test('one at a time, and the next in line has it as soon as it is given back', async () => {
  await using runtime = await createRuntime()
  const { locks } = runtime
  const first = await locks.acquire('src/index.ts')
  const order: string[] = []
  const waiting = ['a', 'b'].map(async owner => {
    const lock = await locks.acquire('src/index.ts', { owner })
    order.push(owner)
    await lock.release()
    return lock.token
  })
  await settled()
  expect(locks.get('src/index.ts')?.line.map(({ owner }) => owner)).toEqual(['a', 'b'])
  expect(await codeOf(locks.acquire('src/index.ts', { wait: false }))).toBe('LOCK_HELD')
  expect(order).toEqual([])
  await first.release()
  expect([first.token, ...(await Promise.all(waiting))]).toEqual([1, 2, 3])
  expect(order).toEqual(['a', 'b'])
})

test('the same holder may ask again', async () => {
  await using runtime = await createRuntime({
    agents: [
      doing(async (_input, ctx) =>
        ctx.lock('x', {}, async outer => ctx.lock('x', {}, inner => [outer.token, inner.token])),
      ),
    ],
  })
  expect(await (await runtime.submit(job, null)).result()).toEqual([1, 1])
  expect(runtime.locks.active().count).toBe(0)
})

test('a lease of 30 minutes, and then it is broken; who wrote under it writes no more', async () => {
  const clock = newClock()
  const folder = mkdtempSync(join(tmpdir(), 'stator-e1-'))
  const file = guardedFile(join(folder, 'report.md'))
  await using runtime = await createRuntime({ host: { clock } })
  const paused = await runtime.locks.acquire('report.md')
  const next = runtime.locks.acquire('report.md')
  await pass(clock, 30 * MINUTE - 1)
  expect(paused.signal.aborted).toBe(false)
  await pass(clock, 1)
  expect(paused.signal.reason).toMatchObject({ code: 'LOCK_LOST', details: { how: 'expired', token: 1 } })
  const { token } = await next
  await file.write('in time', { token })
  expect(await codeOf(file.write('late', { token: paused.token }))).toBe('STALE_TOKEN')
  expect(readFileSync(file.path, 'utf8')).toBe('in time')
  rmSync(folder, { recursive: true })
})

test('tokens go on growing across restarts', async () => {
  const journal = memory()
  const tokens: number[] = []
  for (let life = 0; life < 3; life++) {
    const runtime = await createRuntime({ journal })
    const lock = await runtime.locks.acquire('x')
    tokens.push(lock.token)
    await lock.release()
    await runtime.close()
  }
  expect(tokens).toEqual([1, 2, 3])
})

test('who would wait in a circle is refused, with the circle in words', async () => {
  const { opened, open } = latch()
  let held = 0
  const run: Handler<unknown, unknown> = async (names, ctx) => {
    const [first = '', second = ''] = names as string[]
    const lock = await ctx.lock(first)
    if (++held === 2) open()
    await opened
    try {
      await ctx.lock(second)
      return 'done'
    } catch (error) {
      await lock.release()
      return (error as StatorError).details['cycle']
    }
  }
  await using runtime = await createRuntime({ agents: [doing(run)] })
  const one = await runtime.submit(job, ['x', 'y'], { id: 'a' })
  const other = await runtime.submit(job, ['y', 'x'], { id: 'b' })
  expect(await one.result()).toBe('done')
  expect(await other.result()).toBe('task/b holds y, waits for x → task/a holds x, waits for y')
  expect(runtime.locks.statistics()).toMatchObject({ locks: 2, active: 0, deadlocks: 1, waiting: 0 })
})

test('an operator sees who has what, and breaks it', async () => {
  await using runtime = await createRuntime()
  const lock: Lock = await runtime.locks.acquire('x', { owner: 'nightly', note: 'to clean up' })
  expect(runtime.locks.list({ held: true }).locks).toMatchObject([
    { name: 'x', token: 1, holder: { owner: 'nightly', note: 'to clean up' } },
  ])
  await runtime.locks.break('x', { by: 'ops', reason: 'it hangs' })
  await settled()
  expect(lock.signal.reason).toMatchObject({ details: { how: 'broken', by: 'ops', reason: 'it hangs' } })
  expect(await codeOf(lock.release())).toBe('LOCK_LOST')
})
