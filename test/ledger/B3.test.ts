/**
 * B3, sagas: what undoes a step is attached to it, and runs for exactly what took effect or may have, newest first; what keeps failing
 * waits for an operator and is never swallowed; past a pivot there is only forward. Crashes anywhere are the simulation's.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, memory, task, workflow, type Run } from 'stator'
import { z } from 'zod'
import { settled } from './support.ts'

const item = z.object({ item: z.string() })
const buy = task('buy', { input: item, output: z.object({ order: z.string() }), retry: { maxAttempts: 1 } })
const sell = task('sell', {
  input: z.object({ input: item, output: z.object({ order: z.string() }).optional() }),
  output: z.unknown(),
  retry: { maxAttempts: 3, initialInterval: 1, jitter: 'none' },
})

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Whoever buys a stone fails; whoever sells a boat fails so many times. */
async function shop(workflows: readonly unknown[], failures = 0) {
  const done: string[] = []
  let left = failures
  const keeper = agent('keeper', { capacity: 8 })
    .handle(buy, ({ item: what }) => {
      if (what === 'stone') throw new Error('nobody sells stones')
      done.push(`buy ${what}`)
      return { order: what }
    })
    .handle(sell, ({ input, output }) => {
      if (input.item === 'boat' && left-- > 0) throw new Error('nobody wants a boat')
      done.push(`sell ${input.item} of order ${output?.order}`)
      return null
    })
  const runtime = await createRuntime({
    journal: memory(),
    agents: [keeper],
    workflows: workflows as never,
    logger: quiet,
  })
  return { runtime, done }
}

async function until(run: Run<never>, status: string): Promise<void> {
  while (run.status() !== status) await settled()
}

const undone = { compensate: sell }

test('what took effect is undone, newest first, also beside each other, in a list and in a run below; what did not begin, is not', async () => {
  const below = workflow('below').step('sail', buy, () => ({ item: 'sail' }), undone)
  const trip = workflow('trip')
    .step('boat', buy, () => ({ item: 'boat' }), undone)
    .parallel('gear', both =>
      both.step('net', buy, () => ({ item: 'net' }), undone).step('rope', buy, () => ({ item: 'rope' })),
    )
    .map('food', () => [{ item: 'rice' }, { item: 'salt' }], buy, undone)
    .step('rig', below)
    .step('anchor', buy, () => ({ item: 'stone' }), undone)
    .step('never', buy, () => ({ item: 'never' }), undone)
  const { runtime, done } = await shop([trip])
  const outcome = await (await runtime.start(trip, null)).outcome()
  expect(outcome).toMatchObject({ status: 'compensated', error: { message: 'nobody sells stones' } })
  const sold = done.filter(what => what.startsWith('sell'))
  // Nobody knows what came of the anchor: it was begun.
  expect(sold.slice(0, 2)).toEqual(['sell stone of order undefined', 'sell sail of order sail'])
  expect(sold.slice(2, 4).toSorted()).toEqual(['sell rice of order rice', 'sell salt of order salt'])
  expect(sold.slice(4)).toEqual(['sell net of order net', 'sell boat of order boat'])
  await runtime.close()
})

const cruise = workflow('cruise')
  .step('boat', buy, () => ({ item: 'boat' }), undone)
  .step('anchor', buy, () => ({ item: 'stone' }))

test('what undoes a step is tried again by its own policy', async () => {
  const { runtime, done } = await shop([cruise], 2)
  expect((await (await runtime.start(cruise, null)).outcome()).status).toBe('compensated')
  expect(done).toEqual(['buy boat', 'sell boat of order boat'])
  await runtime.close()
})

test('what keeps failing to be undone holds the run for an operator, who sees why, and tries again, skips it, or does it by hand', async () => {
  for (const decide of ['retry', 'skip', 'finish'] as const) {
    const { runtime, done } = await shop([cruise], 3)
    const run = await runtime.start(cruise, null)
    await until(run as never, 'held')
    expect(run.heldSteps()).toMatchObject([
      { step: 'boat', undo: true, error: { message: 'nobody wants a boat' } },
    ])
    expect(runtime.held()).toMatchObject([{ address: run.address, code: 'COMPENSATION_HELD' }])
    if (decide === 'retry') await run.retry('boat')
    else await run[decide]('boat', 'sold at the harbour')
    expect((await run.outcome()).status).toBe('compensated')
    expect(done).toEqual(decide === 'retry' ? ['buy boat', 'sell boat of order boat'] : ['buy boat'])
    await runtime.close()
  }
})

test('past the pivot nothing is undone: what fails is held until it is done, and a cancel cannot undo', async () => {
  const launch = workflow('launch')
    .step('boat', buy, () => ({ item: 'boat' }), undone)
    .step('launch', buy, () => ({ item: 'flag' }), { pivot: true })
    .step('anchor', buy, () => ({ item: 'stone' }))
  const { runtime, done } = await shop([launch])
  const run = await runtime.start(launch, null)
  await until(run as never, 'held')
  expect(run.heldSteps()).toMatchObject([{ step: 'anchor', undo: false }])
  await expect(run.cancel()).rejects.toMatchObject({ code: 'PIVOT_PASSED' })
  await run.finish('anchor', 'lent by a friend', { order: 'lent' })
  expect(await run.result()).toMatchObject({ anchor: { order: 'lent' } })
  expect(done).toEqual(['buy boat', 'buy flag'])
  await runtime.close()
})
