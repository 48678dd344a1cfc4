/** What a pruning takes, and what of it stays: a run is gone as a whole, or it is there. */
import { describe, expect, test } from 'vitest'
import { agent, graph, signal, task, workflow, type Limits } from 'stator'
import type { Life, Simulation } from 'stator/testing'
import { z } from 'zod'
import { decode } from '../../src/runtime/record.ts'
import { codeOf, worldOf } from './support/world.ts'

const job = task('job')
const failing = task('failing')
const free = task('free', { input: z.null(), output: z.null() })

/** Ends before the steps that it blocks. */
const fan = graph([
  { id: 'first', task: failing },
  ...['a', 'b', 'c'].map(id => ({ id, task: job, after: ['first'] })),
])

function crew(limits: Partial<Limits>): Simulation {
  const setup = (life: Life) => ({
    agents: [
      agent('ann')
        .handle(
          job,
          life.handler(async () => life.wait(5)),
        )
        .handle(
          failing,
          life.handler(async () => {
            await life.wait(5)
            throw new Error('no')
          }),
        ),
    ],
  })
  return worldOf(setup, { limits })
}

/** Of whom there is a record, and whether it has its payload. */
const left = ({ state }: Simulation): [string, boolean][] =>
  state.records.map(record => [decode(record).to, record.data !== null])

async function failed(world: Simulation, life: Life): Promise<void> {
  const run = await life.until(life.runtime.startGraph(fan, { id: 'run' }))
  expect(await life.until(run.outcome())).toMatchObject({ status: 'failed' })
}

describe('a run that ended before the steps that it blocked', () => {
  const steps = ['a', 'b', 'c'].map(id => [`task/run/${id}`, false])

  /** What a start needs no more ends between the run and its steps. */
  async function cut(): Promise<{ world: Simulation; life: Life }> {
    const world = crew({ batchDeliveries: 1, tail: 4, idle: 1_000_000 })
    const life = await world.boot()
    await failed(world, life)
    await world.pass(life, 1_000)
    expect(life.runtime.prune({ olderThan: 0 })).toBe(1)
    expect(left(world)).toEqual(steps)
    return { world, life }
  }

  test('is not pruned while their messages are on their way', async () => {
    const world = crew({ batchDeliveries: 1 })
    const life = await world.boot()
    await failed(world, life)
    expect(world.state.pending.size).toBeGreaterThan(0)
    expect(life.runtime.prune({ olderThan: 0 })).toBe(0)
    await world.drain(life)
    expect(life.runtime.prune({ olderThan: 0 })).toBe(1)
    expect(left(world).some(([to, whole]) => whole && to.startsWith('task/'))).toBe(false)
  })

  test('leaves headers of theirs that a later pruning drops', async () => {
    const { world, life } = await cut()
    await life.until(life.runtime.agents.pause('ann'))
    for (let n = 0; n < 8; n++) await life.until(life.runtime.agents.resume('ann'))
    expect(life.runtime.prune({ olderThan: 0 })).toBe(0)
    expect(left(world).filter(([to]) => to.startsWith('task/'))).toEqual([])
  })

  test('has its name as long as there is anything of them', async () => {
    const { world, life } = await cut()
    expect(await codeOf(life, life.runtime.startGraph(fan, { id: 'run' }))).toBe('IDEMPOTENCY_CONFLICT')
    expect(left(world)).toEqual(steps)
  })
})

test('what was pruned is not told from memory, nor taken for one that has its name', async () => {
  const world = crew({ idle: 10 })
  const life = await world.boot()
  await failed(world, life)
  await world.pass(life, 1_000)
  expect(life.runtime.prune({ olderThan: 0 })).toBe(1)
  expect(life.runtime.recent({ correlationId: 'workflow/run' })).toEqual([])
  const from = world.position
  const again = await life.until(life.runtime.startGraph(fan, { id: 'run' }))
  const seen: number[] = []
  const followed = again.signals$.forEach(({ seq }) => void seen.push(seq))
  await life.until(again.outcome())
  await life.until(followed)
  expect(seen[0]).toBe(from + 1)
  expect(seen.at(-1)).toBeGreaterThan(from + 1)
})

describe('a run that was undone, or ended as it stood', () => {
  const undo = task('undo', { input: z.unknown(), output: z.unknown() })
  const saga = workflow('saga')
    .step('done', free, () => null, { compensate: undo })
    .wait('word', { signal: signal('word') })

  async function ended(
    end: 'cancel' | 'terminate',
  ): Promise<{ world: Simulation; life: Life; status: string }> {
    const world = worldOf(
      life => ({
        agents: [
          agent('ann')
            .handle(
              free,
              life.handler(() => null),
            )
            .handle(
              undo,
              life.handler(() => null),
            ),
        ],
        workflows: [saga as never],
      }),
      { limits: { tail: 4, idle: 1_000_000 } },
    )
    const life = await world.boot()
    const run = await life.until(life.runtime.start(saga, undefined, { id: 'run' }))
    await world.pass(life, 1_000)
    await life.until(run[end]())
    const { status } = await life.until(run.outcome())
    await world.pass(life, 1_000)
    return { world, life, status }
  }

  test.each([
    ['cancel', 'compensated'],
    ['terminate', 'terminated'],
  ] as const)('by %s is %s, and is pruned like any other', async (end, state) => {
    const { world, life, status } = await ended(end)
    expect(status).toBe(state)
    expect(life.runtime.prune({ olderThan: 0 })).toBe(1)
    expect(left(world).filter(([to, isKept]) => isKept && to.includes('/run'))).toEqual([])
    expect(await codeOf(life, life.runtime.run('run').outcome())).toBe('NOT_FOUND')
    await life.until(life.runtime.close())
  })
})
