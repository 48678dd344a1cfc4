/** A handle tells the truth or says with a code that it cannot: it never waits for what will never come. */
import { describe, expect, test } from 'vitest'
import { agent, graph, parallel, task } from 'stator'
import type { Life, Simulation } from 'stator/testing'
import { codeOf, single, worldOf } from './support/world.ts'

const job = task('job')
const failing = task('failing')

function crew(): Simulation {
  return worldOf(life => ({
    agents: [
      agent('ann', { capacity: 5 })
        .handle(
          job,
          life.handler(async () => life.wait(100)),
        )
        .handle(
          failing,
          life.handler(async () => {
            await life.wait(100)
            throw new Error('no')
          }),
        ),
    ],
  }))
}

const line = graph([
  { id: 'first', task: failing },
  { id: 'second', task: job, after: ['first'] },
])

describe('waiting', () => {
  test('with a timeout that is none is an error of the caller, and nothing is left behind', async () => {
    const { world, job: slow } = single(async (_, __, life) => life.wait(50))
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(slow, { text: 'x' }))
    expect(await codeOf(life, handle.outcome({ timeout: '5 seconds' as '5s' }))).toBe('DEFINITION_INVALID')
    expect(await codeOf(life, life.runtime.task('none').outcome({ timeout: 'x' as '1s' }))).toBe(
      'DEFINITION_INVALID',
    )
    // A rejection that nobody listens to would end this process.
    await life.until(life.runtime.close())
  })

  test('for a step that the plan does not have', async () => {
    const world = crew()
    const life = await world.boot()
    const run = await life.until(life.runtime.startGraph(line))
    expect(await codeOf(life, run.task('typo').outcome())).toBe('NOT_FOUND')
    await life.until(run.outcome())
    expect(await codeOf(life, run.task('typo').outcome())).toBe('NOT_FOUND')
  })

  test('for a step that its run never reached ends with the run', async () => {
    const world = crew()
    const life = await world.boot()
    const narrow = parallel(
      [
        { id: 'first', task: job },
        { id: 'second', task: job },
      ],
      { limit: 1 },
    )
    const run = await life.until(life.runtime.startGraph(narrow))
    const never = codeOf(life, run.task('second').outcome())
    await life.until(run.cancel())
    expect(await never).toBe('NOT_FOUND')
    expect((await life.until(run.outcome())).steps['second']).toEqual({ status: 'pending' })
  })

  test('for a step that is blocked tells by what', async () => {
    const world = crew()
    const life = await world.boot()
    const run = await life.until(life.runtime.startGraph(line))
    const blocked = await life.until(run.task('second').outcome())
    expect(blocked).toMatchObject({ status: 'blocked', error: { code: 'DEPENDENCY_FAILED' } })
  })

  test('for the progress of a run that never was', async () => {
    const life = await crew().boot()
    expect(await codeOf(life, life.runtime.run('none').progress().next())).toBe('NOT_FOUND')
  })
})

describe('a run that was pruned', () => {
  test('is not known any more, by whatever it is asked for', async () => {
    const world = crew()
    const life = await world.boot()
    const keeper = await life.until(life.runtime.submit(job, null, { id: 'keeper', startAt: 0 }))
    const run = await life.until(life.runtime.startGraph(line, { id: 'gone' }))
    const alone = await life.until(life.runtime.submit(job, null, { id: 'alone' }))
    await life.until(Promise.all([run.outcome(), alone.outcome(), keeper.outcome()]))
    await world.pass(life, 1_000)
    expect(life.runtime.prune({ olderThan: 0 })).toBe(3)
    expect(life.runtime.prune({ olderThan: 0 })).toBe(0)
    for (const handle of [run, run.task('first'), alone]) {
      expect(await codeOf(life, handle.outcome())).toBe('NOT_FOUND')
      expect(() => handle.status()).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
      expect(life.runtime.actors.get(handle.address)).toBeUndefined()
    }
    expect(() => alone.info()).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
  })

  test('has no outcome, not even an empty one, where it is pruned while that is asked for', async () => {
    const world = crew()
    const life = await world.boot()
    const run = await life.until(life.runtime.startGraph(line, { id: 'gone' }))
    await life.until(run.outcome())
    await world.pass(life, 1_000)
    const told = codeOf(life, run.outcome())
    expect(life.runtime.prune({ olderThan: 0 })).toBe(1)
    expect(await told).toBe('NOT_FOUND')
  })

  test('is pruned once, also where something older keeps its headers', async () => {
    const world = crew()
    const life: Life = await world.boot()
    await life.until(life.runtime.agents.pause('ann'))
    await life.until(life.runtime.submit(job, null, { id: 'waits' }))
    const gone = await life.until(life.runtime.submit(job, null, { id: 'gone' }))
    await life.until(gone.cancel())
    await world.pass(life, 1_000)
    expect(life.runtime.prune({ olderThan: 0 })).toBe(1)
    expect(life.runtime.prune({ olderThan: 0 })).toBe(0)
    expect(await codeOf(life, gone.outcome())).toBe('NOT_FOUND')
    expect(life.runtime.verify()).toBeNull()
  })
})

test('to let go what is not held is refused by name', async () => {
  const life = await crew().boot()
  const { address } = await life.until(life.runtime.submit(job, null))
  for (const not of [address, 'agent/ann'] as const)
    expect(await codeOf(life, life.runtime.release(not))).toBe('EVENT_REFUSED')
  expect(await codeOf(life, life.runtime.release('task/none'))).toBe('NOT_FOUND')
  await life.until(life.runtime.close())
  expect(await codeOf(life, life.runtime.release(address))).toBe('CLOSED')
})
