/**
 * F5: pre-flight checks of a workflow: unreachable and stuck states, failures that nothing handles, steps without compensation before a
 * pivot, missing timeouts; each with a code, a place, a way there and what to do.
 */
import { expect, test } from 'vitest'
import { createMachine } from 'xstate'
import { createRuntime, fromTask, preflight, signal, task, workflow } from 'stator'
import { codeOf } from './support.ts'

const [quote, book, unbook, pay] = ['quote', 'book', 'unbook', 'pay'].map(name => task(name)) as [
  ReturnType<typeof task>,
  ReturnType<typeof task>,
  ReturnType<typeof task>,
  ReturnType<typeof task>,
]

test('of a machine: states that cannot be reached, states that cannot end, failures and waits that nobody looks after', () => {
  const review = workflow('review', {
    machine: createMachine({
      initial: 'building',
      states: {
        building: { invoke: { src: fromTask(book), onDone: 'asking' } },
        asking: { on: { YES: 'done', NO: 'rework' } },
        rework: { initial: 'sorting', states: { sorting: { after: { 1000: 'waiting' } }, waiting: {} } },
        appeal: { after: { 1000: 'done' } },
        done: { type: 'final' },
      },
    }),
    events: {},
  })
  const findings = preflight(review)
  expect(findings.map(({ severity, code, state }) => `${severity} ${code} ${state}`)).toEqual([
    'error UNREACHABLE appeal',
    'error NO_WAY_TO_END rework.waiting',
    'warning FAILURE_UNHANDLED building',
    'warning WAIT_WITHOUT_TIMEOUT asking',
  ])
  expect(findings[1]).toEqual({
    code: 'NO_WAY_TO_END',
    severity: 'error',
    workflow: 'review',
    state: 'rework.waiting',
    path: [
      'building',
      expect.stringMatching(/^done /) as string,
      'asking',
      'NO',
      'rework.sorting',
      'after 1000',
      'rework.waiting',
    ],
    message: 'From here no final state can be reached, whatever happens.',
    suggestion: 'Add a transition that leads to an end, or make the state final.',
  })
})

const trip = workflow('trip')
  .step('quote', quote)
  .step('book', book, { compensate: unbook })
  .branch('how', cases =>
    cases.when(
      'card',
      () => true,
      steps => steps.wait('confirmed', { signal: signal('confirmed') }),
    ),
  )
  .step('pay', pay, { pivot: true })

test('of a compiled workflow: what cannot be undone before a pivot, waits for ever, and branches that match nothing', () => {
  expect(preflight(trip).map(({ severity, code, state, path }) => [severity, code, state, path])).toEqual([
    ['error', 'EFFECT_WITHOUT_UNDO', 'quote', ['quote']],
    ['warning', 'WAIT_WITHOUT_TIMEOUT', 'confirmed', ['quote', 'book', 'how', 'card', 'confirmed']],
    ['warning', 'BRANCH_MATCHES_NOTHING', 'how', ['quote', 'book', 'how']],
  ])
})

test('a runtime looks at its workflows before it begins, and refuses what it is told to refuse', async () => {
  expect(await codeOf(createRuntime({ workflows: [trip], preflight: 'refuse' }))).toBe('PREFLIGHT_FAILED')
  const runtime = await createRuntime({
    workflows: [trip],
    preflight: { refuse: 'errors', ignore: ['EFFECT_WITHOUT_UNDO'] },
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  })
  await runtime.close()
})
