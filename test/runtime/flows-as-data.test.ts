/** Workflows given as data: started from JSON, they run like declared ones, through crashes, where only the tasks are known. */
import { describe, expect, test } from 'vitest'
import { agent, graph, task, workflow, type FlowDocument, type RunOutcome } from 'stator'
import { crashSweep, type Life, type Setup } from 'stator/testing'
import { z } from 'zod'
import { codeOf, worldOf } from './support/world.ts'

const number = z.object({ n: z.number() })
const add = task('add', { input: number, output: number })
const undo = task('undo', { input: z.object({ input: number, output: number.optional() }), output: z.null() })
const label = task('label', { input: z.object({ text: z.string(), n: z.number() }), output: z.string() })
const child = workflow('child', { input: number }).step('inner', add, undefined, { compensate: undo })

const setup = (life: Life): Setup => ({
  workflows: [child],
  agents: [
    agent('ann', { capacity: 3 })
      .handle(
        add,
        life.handler(({ n }) => {
          if (n > 90) throw new Error('too much')
          return { n: n + 1 }
        }),
      )
      .handle(
        undo,
        life.handler(() => null),
      )
      .handle(
        label,
        life.handler(({ text, n }) => `${text} ${n}`),
      ),
  ],
})

const document: FlowDocument = {
  name: 'planned',
  steps: [
    { step: 'first', task: 'add', from: 'input', compensate: 'undo' },
    {
      parallel: 'both',
      limit: 1,
      steps: [
        { step: 'left', task: 'add', bind: { n: 'outputs.first.n' } },
        { run: 'right', workflow: { name: 'child' }, from: 'outputs.first' },
      ],
    },
    {
      branch: 'size',
      cases: [
        {
          case: 'big',
          when: { ref: 'outputs.left.n', is: 'gt', value: 10 },
          steps: [{ step: 'big', task: 'label', input: { text: 'big' }, bind: { n: 'outputs.left.n' } }],
        },
        { case: 'small', steps: [{ step: 'small', task: 'label', input: { text: 'small', n: 0 } }] },
      ],
    },
    {
      loop: 'again',
      max: 4,
      while: { not: { ref: 'outputs.round.n', is: 'gte', value: 3 } },
      steps: [{ step: 'round', task: 'add', bind: { n: 'outputs.first.n' } }],
    },
    { map: 'each', over: 'input.list', task: 'add', limit: 2 },
    { wait: 'go', signal: 'go' },
    { step: 'last', task: 'add', from: 'outputs.go' },
  ],
}

/** Again after a crash: the run is the same, and a signal that comes twice is kept for nothing. */
async function played(life: Life, last: number): Promise<RunOutcome> {
  const { runtime } = life
  const list = [{ n: 5 }, { n: 6 }, { n: 7 }]
  const run = await life.until(runtime.startFlow(document, { n: 1, list }, { id: 'r' }))
  const data = { name: 'go', data: { n: last } }
  // Once the run has ended it takes none.
  await life.until(runtime.send({ type: 'workflow.signal', to: run.address, data }).catch(() => {}))
  return life.until(run.outcome())
}

describe('a workflow given as data', () => {
  test('runs as it says', async () => {
    const world = worldOf(setup)
    const life = await world.boot()
    expect(await played(life, 1)).toMatchObject({
      status: 'completed',
      outputs: {
        first: { n: 2 },
        left: { n: 3 },
        right: { inner: { n: 3 } },
        small: 'small 0',
        round: { n: 3 },
        each: [{ n: 6 }, { n: 7 }, { n: 8 }],
        go: { n: 1 },
        last: { n: 2 },
      },
      steps: { big: { status: 'skipped' } },
    })
  })

  test('undoes itself when it fails, runs below it included', async () => {
    const world = worldOf(setup)
    const life = await world.boot()
    expect(await played(life, 99)).toMatchObject({ status: 'compensated', error: { message: 'too much' } })
    expect(life.runtime.tasks.get('r/first/undo').status()).toBe('completed')
    expect(life.runtime.tasks.get('r/right/inner/undo').status()).toBe('completed')
  })

  test.each([1, 99])(
    'goes on through a crash at every write (%i)',
    async last => {
      const play = async (life: Life): Promise<unknown> => (await played(life, last)).outputs
      const { writes, once } = await crashSweep({ name: 'flow', setup, play }, { seed: 7, twice: false })
      expect(once).toBe(writes * 7)
    },
    120_000,
  )

  test.each<[string, FlowDocument, string]>([
    ['a task that nobody knows', { name: 'w', steps: [{ step: 'a', task: 'nobody' }] }, 'TASK_UNHANDLED'],
    [
      'a compensation that nobody knows',
      { name: 'w', steps: [{ step: 'a', task: 'add', compensate: 'nobody' }] },
      'TASK_UNHANDLED',
    ],
    [
      'a role that nobody has',
      { name: 'w', steps: [{ step: 'a', task: 'add', role: 'chief' }] },
      'TASK_UNHANDLED',
    ],
    [
      'a workflow that nobody knows',
      { name: 'w', steps: [{ run: 'a', workflow: { name: 'none' } }] },
      'NOT_FOUND',
    ],
    ['what is no document', graph([]) as never, 'DEFINITION_INVALID'],
    [
      'what JSON cannot hold',
      { name: 'w', steps: [{ step: 'a', task: 'add', input: 1n as never }] },
      'NOT_JSON',
    ],
  ])('is refused with %s', async (_what, given, expected) => {
    const life = await worldOf(setup).boot()
    expect(await codeOf(life, life.runtime.startFlow(given))).toBe(expected)
  })

  test('is looked at before it runs, where findings are refused', async () => {
    const endless: FlowDocument = { name: 'w', steps: [{ wait: 'x', signal: 'never' }] }
    const strict = await worldOf(life => ({
      ...setup(life),
      preflight: { refuse: ['WAIT_WITHOUT_TIMEOUT'] },
    })).boot()
    expect(await codeOf(strict, strict.runtime.startFlow(endless))).toBe('PREFLIGHT_FAILED')
    const life = await worldOf(setup).boot()
    expect(await codeOf(life, life.runtime.startFlow(endless))).toBe('none')
  })
})
