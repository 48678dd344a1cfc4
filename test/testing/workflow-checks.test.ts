/** checkWorkflow() with workflows of every kind of node: they come to their ends, and what is wrong with them is found. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { gate, signal, task, workflow } from 'stator'
import { checkWorkflow, world } from 'stator/testing'

const n = z.object({ n: z.int().min(0).max(9) })
const book = task('book', { input: n, output: n })
const unbook = task('unbook', { input: z.object({ input: n, output: n.optional() }) })
const pay = task('pay', { input: n, output: n })
const print = task('print', { input: n, output: n })
const go = signal('go', n)

const trip = workflow('trip', { input: n }).step('seat', book, { compensate: unbook })

const everything = workflow('everything', { input: n })
  .step('first', book, { compensate: unbook })
  .parallel('both', both =>
    both
      .step('left', pay, ({ input }) => input)
      .sequence('right', row => row.step('near', book, ({ input }) => input, { compensate: unbook })),
  )
  .branch('size', cases =>
    cases
      .when(
        'big',
        ({ input }) => input.n > 4,
        row => row.step('big', pay),
      )
      .otherwise('small', row => row.step('small', pay)),
  )
  .loop('again', row => row.step('round', book, { compensate: unbook }), {
    while: ({ outputs }) => outputs.round === undefined,
    max: 2,
  })
  .map('each', () => [{ n: 1 }, { n: 2 }, { n: 3 }], book, { compensate: unbook, limit: 2 })
  .step('trip', trip)
  .wait('told', { signal: go })
  .wait('rest', { for: '1s' })
  .step('approved', gate())
  .step('pay', pay, ({ input }) => input, { pivot: true })
  .step('ticket', print, ({ input }) => input)

/** Nobody ever prints anything: past the pivot, that is held until somebody goes on without it. */
const effects = { print: world.failing() }
const quiet = { regressions: false, seed: 5, runs: 30 } as const

describe('a workflow of every kind of node', () => {
  test('comes to an end that is right in every world, with what it waits for said, answered and decided', async () => {
    const report = await checkWorkflow(everything, { ...quiet, effects })
    const { states } = report.coverage.find(({ of }) => of === 'workflow') ?? {}
    expect(states?.reached).toEqual(
      expect.arrayContaining(['running', 'held', 'completed', 'compensating', 'compensated']),
    )
    // Nobody pauses it or calls it off.
    expect(states?.never).toEqual(expect.arrayContaining(['cancelled', 'cancelling', 'paused']))
    expect(report.coverage.map(({ of }) => of)).toContain('workflow trip')
  }, 120_000)

  test('is found to leave something behind where what it did cannot be undone', async () => {
    const forgetful = workflow('forgetful', { input: n })
      .step('seat', book)
      .step('pay', pay, ({ input }) => input)
    const checking = checkWorkflow(forgetful, {
      ...quiet,
      effects: { pay: world.failing() },
      eventually: ended => ended.status !== 'failed' || ended.outputs.seat === undefined,
    })
    await expect(checking).rejects.toThrow(/eventually/)
  }, 120_000)
})
