/**
 * Dependencies of tasks in the queue: named at once or later, existing or not; circles are refused and spelled out; what fails
 * blocks all that waits for it, with the chain of reasons.
 */
import { expect, test } from 'vitest'
import { agent, graph, task, type Json, type StatorError } from 'stator'
import type { Life, Setup, Simulation } from 'stator/testing'
import { codeOf, worldOf } from './support/world.ts'

const job = task('job')

/** Jobs whose input is the milliseconds that they take; negative ones fail after as many. */
const setup = (life: Life): Setup => ({
  agents: [
    agent('ann', { capacity: 3 }).handle(
      job,
      life.handler(async input => {
        const ms = input as number
        await life.wait(Math.abs(ms))
        if (ms < 0) throw new Error('no')
        return ms
      }),
    ),
  ],
})

const begun = (world: Simulation): string[] =>
  world.ledger.of('start').map(({ task: id }) => id.replace('task/', ''))

async function during(world: Simulation, play: (life: Life) => Promise<void>): Promise<void> {
  const life = await world.boot()
  await play(life)
  await world.drain(life)
}

async function failureOf(life: Life, promise: Promise<unknown>): Promise<StatorError> {
  return life.until(
    promise.then(
      () => {
        throw new Error('it was taken')
      },
      (error: unknown) => error as StatorError,
    ),
  )
}

test('a task starts when all that it depends on completed, and not before', async () => {
  const world = worldOf(setup)
  await during(world, async life => {
    const { tasks } = life.runtime
    const one = await life.until(tasks.enqueue(job, 5, { id: 'one' }))
    await life.until(tasks.enqueue(job, 9, { id: 'two' }))
    const last = await life.until(tasks.enqueue(job, 1, { id: 'last', after: [one, 'two'] }))
    expect(last.status()).toBe('pending')
    expect(await life.until(last.result())).toBe(1)
    expect(begun(world)).toEqual(['one', 'two', 'last'])
  })
})

test('a dependency may come after those that wait for it, and they may be given more of them', async () => {
  const world = worldOf(setup)
  await during(world, async life => {
    const { tasks } = life.runtime
    const last = await life.until(tasks.enqueue(job, 1, { id: 'last', after: ['early'] }))
    await life.until(tasks.depend('last', ['task/late']))
    await life.until(tasks.enqueue(job, 1, { id: 'early' }))
    await life.until(tasks.result('early'))
    expect(last.info()).toMatchObject({ status: 'pending', waitsFor: ['task/late'] })
    await life.until(tasks.enqueue(job, 1, { id: 'late' }))
    await life.until(last.result())
    expect(begun(world)).toEqual(['early', 'late', 'last'])
  })
})

test('what has completed already stands in nobody’s way, and what has failed blocks at once', async () => {
  const world = worldOf(setup)
  await during(world, async life => {
    const { tasks } = life.runtime
    await life.until((await life.until(tasks.enqueue(job, 1, { id: 'good' }))).outcome())
    await life.until((await life.until(tasks.enqueue(job, -1, { id: 'bad' }))).outcome())
    const after = await life.until(tasks.enqueue(job, 2, { after: ['good'] }))
    expect(await life.until(after.result())).toBe(2)
    const blocked = await life.until(tasks.enqueue(job, 2, { after: ['good', 'bad'] }))
    expect((await life.until(blocked.outcome())).status).toBe('blocked')
  })
})

test('a failed dependency blocks all that waits for it at once, with the chain of reasons', async () => {
  const world = worldOf(setup)
  await during(world, async life => {
    const { tasks } = life.runtime
    await life.until(tasks.enqueue(job, 1_000, { id: 'slow' }))
    await life.until(tasks.enqueue(job, -5, { id: 'bad' }))
    await life.until(tasks.enqueue(job, 1, { id: 'next', after: ['bad', 'slow'] }))
    const far = await life.until(tasks.enqueue(job, 1, { id: 'far', after: ['next'] }))
    const { status, error } = await life.until(far.outcome())
    expect(status).toBe('blocked')
    expect(error).toEqual({
      name: 'Blocked',
      message: 'blocked: next ended with DEPENDENCY_FAILED',
      code: 'DEPENDENCY_FAILED',
      reasons: [
        { task: 'next', code: 'DEPENDENCY_FAILED', message: 'blocked: bad ended with HANDLER_FAILED' },
        { task: 'bad', code: 'HANDLER_FAILED', message: 'no' },
      ],
    })
    expect(tasks.get('slow').status()).toBe('running')
    expect((await failureOf(life, far.result())).code).toBe('DEPENDENCY_FAILED')
  })
})

test('a circle is refused when it is closed, spelled out, and leaves nobody behind', async () => {
  const world = worldOf(setup)
  await during(world, async life => {
    const { tasks } = life.runtime
    await life.until(tasks.enqueue(job, 1, { id: 'b', after: ['a'] }))
    await life.until(tasks.enqueue(job, 1, { id: 'c', after: ['b', 'x'] }))
    const refused = await failureOf(life, tasks.enqueue(job, 1, { id: 'a', after: ['c'] }))
    expect([refused.code, refused.details]).toEqual(['CYCLE', { cycle: 'a → b → c → a' }])
    expect(await codeOf(life, tasks.enqueue(job, 1, { id: 'self', after: ['self'] }))).toBe('CYCLE')
    // The name is free.
    await life.until(tasks.enqueue(job, 1, { id: 'a', after: ['y'] }))
    const later = await failureOf(life, tasks.depend('a', ['c']))
    expect(later.details).toEqual({ cycle: 'a → b → c → a' })
    await life.until(
      tasks.enqueueAll([
        { task: job, input: 1, id: 'x' },
        { task: job, input: 1, id: 'y' },
      ]),
    )
    await life.until(tasks.result('c'))
  })
})

test('of two that close a circle at once, the later is refused', async () => {
  const world = worldOf(setup)
  await during(world, async life => {
    const { tasks } = life.runtime
    const both = [
      tasks.enqueue(job, 1, { id: 'a', after: ['b'] }),
      tasks.enqueue(job, 1, { id: 'b', after: ['a'] }),
    ]
    const settled = await life.until(Promise.allSettled(both))
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    await life.until(tasks.enqueue(job, 1, { id: 'b' }))
    await life.until(tasks.result('a'))
  })
})

test('a task that has started can be given no more to wait for', async () => {
  const world = worldOf(setup)
  await during(world, async life => {
    const { tasks } = life.runtime
    const running = await life.until(tasks.enqueue(job, 50, { id: 'a' }))
    expect(await codeOf(life, tasks.depend('a', ['b']))).toBe('EVENT_REFUSED')
    await life.until(running.result())
    expect(await codeOf(life, tasks.depend('a', ['b']))).toBe('RECIPIENT_UNKNOWN')
    expect(await codeOf(life, tasks.depend('nobody', ['b']))).toBe('RECIPIENT_UNKNOWN')
  })
})

test('a task can wait for a run and for a group', async () => {
  const world = worldOf(setup)
  await during(world, async life => {
    const { tasks } = life.runtime
    const after = ['workflow/run', 'group/g']
    const last = await life.until(tasks.enqueue(job, 1, { id: 'last', after }))
    const steps = [{ id: 's', task: job, input: 5 }]
    const run = await life.until(life.runtime.startGraph(graph(steps), { id: 'run' }))
    await life.until(run.result())
    expect(last.status()).toBe('pending')
    await life.until(tasks.enqueueAll([{ task: job, input: 1, id: 'x' }], { id: 'g' }))
    await life.until(last.result())
    const bad = await life.until(
      life.runtime.startGraph(graph([{ id: 's', task: job, input: -5 }]), { id: 'bad' }),
    )
    const blocked = await life.until(tasks.enqueue(job, 1, { after: [bad] }))
    expect((await life.until(blocked.outcome())).error).toMatchObject({
      reasons: [{ task: 'workflow/bad', code: 'WORKFLOW_FAILED' }],
    })
  })
})

test('what nobody can wait for is refused, and too much of it', async () => {
  const world = worldOf(setup, { limits: { dependencies: 2 } })
  await during(world, async life => {
    const { tasks } = life.runtime
    const codes = async (...afters: Json[][]): Promise<string[]> =>
      Promise.all(afters.map(after => codeOf(life, tasks.enqueue(job, 1, { after: after as string[] }))))
    expect(await codes(['agent/ann'], [''], ['no good'], [7], ['a', 'b', 'c'])).toEqual([
      'ADDRESS_INVALID',
      'ADDRESS_INVALID',
      'ADDRESS_INVALID',
      'ADDRESS_INVALID',
      'INPUT_INVALID',
    ])
    await life.until(tasks.enqueue(job, 1, { id: 'a', after: ['b', 'c'] }))
    expect(await codeOf(life, tasks.depend('a', ['d']))).toBe('INPUT_INVALID')
    expect(await codeOf(life, tasks.depend('a', []))).toBe('INPUT_INVALID')
    await life.until(tasks.cancel('a'))
  })
})

test('a task that waits for others can be cancelled, and blocks what waits for it', async () => {
  const world = worldOf(setup)
  await during(world, async life => {
    const { tasks } = life.runtime
    const one = await life.until(tasks.enqueue(job, 1, { id: 'one', after: ['never'] }))
    const two = await life.until(tasks.enqueue(job, 1, { id: 'two', after: ['one'] }))
    await life.until(one.cancel('not needed'))
    expect((await life.until(two.outcome())).error?.reasons).toEqual([
      { task: 'one', code: 'CANCELLED', message: 'not needed' },
    ])
  })
})

test('what waits and is out of memory is found again, and woken, after a restart too', async () => {
  const world = worldOf(setup, { limits: { liveActors: 1, idle: 1, tail: 5 } })
  const ids = Array.from({ length: 30 }, (_, index) => `w${index}`)
  await during(world, async life => {
    const { tasks } = life.runtime
    for (const id of ids) await life.until(tasks.enqueue(job, 1, { id, after: ['gate', 'other'] }))
    await life.until(tasks.enqueue(job, 1, { id: 'other' }))
    await world.pass(life, 500)
    expect(life.runtime.status().actors).toBeLessThan(5)
    await life.until(life.runtime.close())
  })
  await during(world, async life => {
    const { tasks } = life.runtime
    expect(life.runtime.status().actors).toBeLessThan(5)
    await life.until(tasks.enqueue(job, 1, { id: 'gate' }))
    for (const id of ids) await life.until(tasks.result(id))
  })
})

test('the length of the chain that waits for a task is known, as it is now', async () => {
  const world = worldOf(setup)
  await during(world, async life => {
    const { tasks } = life.runtime
    const lengths = (): number[] => ['a', 'b', 'c', 'd'].map(id => tasks.criticalPath(id))
    await life.until(tasks.enqueue(job, 1, { id: 'c', after: ['b'] }))
    await life.until(tasks.enqueue(job, 1, { id: 'b', after: ['a'] }))
    expect(lengths()).toEqual([3, 2, 1, 1])
    await life.until(tasks.enqueue(job, 1, { id: 'd', after: ['c'] }))
    expect(lengths()).toEqual([4, 3, 2, 1])
    await life.until(tasks.cancel('c'))
    await life.until(tasks.get('d').outcome())
    expect(lengths()).toEqual([2, 1, 1, 1])
    await life.until(tasks.enqueue(job, 1, { id: 'a' }))
    await life.until(tasks.result('b'))
    expect(lengths()).toEqual([1, 1, 1, 1])
  })
})
