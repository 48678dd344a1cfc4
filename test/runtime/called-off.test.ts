/** A run that somebody cancelled or terminated did not fail: its outcome and the error of its result say so, and for which reason. */
import { afterEach, expect, test } from 'vitest'
import {
  agent,
  createRuntime,
  fromTask,
  memory,
  sequence,
  signal,
  task,
  workflow,
  type Runtime,
  type RunOutcome,
  type StatorError,
} from 'stator'
import { setup } from 'xstate'
import { z } from 'zod'
import { emptyMemory } from '../../src/runtime/memory-journal.ts'
import { newClock, untilAborted } from '../ledger/support.ts'

const work = task('work', { input: z.null(), output: z.null(), retry: { maxAttempts: 1 } })
const slow = task('slow', { input: z.null(), output: z.null() })
const undo = task('undo', { input: z.unknown(), output: z.null() })
const never = signal('never')

const plain = workflow('plain')
  .step('done', work, () => null)
  .wait('word', { signal: never })
const saga = workflow('saga')
  .step('done', work, () => null, { compensate: undo })
  .wait('word', { signal: never })
const failing = workflow('failing')
  .step('done', work, () => null, { compensate: undo })
  .step('bad', work, () => 5 as never)
const machine = setup({ actors: { work: fromTask(work) } }).createMachine({
  initial: 'waiting',
  states: { waiting: { on: { GO: 'over' } }, over: { type: 'final' } },
})
const own = workflow('own', { machine, events: { GO: z.object({}) } })

const opened: Runtime[] = []
afterEach(async () => {
  for (const runtime of opened.splice(0)) await runtime.close()
})

const state = emptyMemory()
async function life(workflows: readonly unknown[] = [plain, saga, failing, own]): Promise<Runtime> {
  const runtime = await createRuntime({
    journal: memory(state),
    host: { clock: newClock() },
    agents: [
      agent('ann', { capacity: 5 })
        .handle(work, () => null)
        .handle(slow, (_, ctx) => untilAborted(ctx.signal))
        .handle(undo, () => null),
    ],
    workflows: workflows as never,
    preflight: 'off',
  })
  opened.push(runtime)
  return runtime
}

const thrown = async (result: Promise<unknown>): Promise<StatorError> =>
  result.then(
    () => expect.fail('it has a result'),
    (error: unknown) => error as StatorError,
  )

interface Case {
  readonly what: string
  readonly known: unknown
  readonly end: 'cancel' | 'terminate'
  readonly status: RunOutcome['status']
  readonly code: string
}
const cases: readonly Case[] = [
  { what: 'a workflow', known: plain, end: 'cancel', status: 'cancelled', code: 'CANCELLED' },
  { what: 'a saga', known: saga, end: 'cancel', status: 'compensated', code: 'CANCELLED' },
  { what: 'a machine of a user', known: own, end: 'cancel', status: 'cancelled', code: 'CANCELLED' },
  { what: 'a workflow', known: plain, end: 'terminate', status: 'terminated', code: 'TERMINATED' },
  { what: 'a machine of a user', known: own, end: 'terminate', status: 'terminated', code: 'TERMINATED' },
]

test.each(cases)('$what: $end is told with its reason, also to later lives', async given => {
  const { known, end, status, code } = given
  const id = `${code}-${(known as { name: string }).name}`
  const runtime = await life()
  const run = await runtime.start(known as typeof plain, undefined, { id })
  await run[end]('enough is enough')
  const outcome = await run.outcome()
  expect(outcome).toMatchObject({ status, reason: 'enough is enough' })
  expect(outcome).not.toHaveProperty('error')
  expect(await thrown(run.result())).toMatchObject({ code, details: { reason: 'enough is enough' } })
  await runtime.close()
  expect(await (await life()).run(id).outcome()).toEqual(outcome)
})

test('a graph, and a run whose workflow is not known any more', async () => {
  const runtime = await life()
  const graph = sequence([{ id: 'one', task: slow, input: null }])
  const run = await runtime.startGraph(graph, { id: 'graph' })
  await run.cancel('no graph')
  expect(await run.outcome()).toMatchObject({ status: 'cancelled', reason: 'no graph' })
  const old = await runtime.start(plain, undefined, { id: 'old' })
  await old.cancel('too old')
  await runtime.close()
  expect(await (await life([])).run('old').outcome()).toMatchObject({ reason: 'too old' })
})

test('without a reason there is none, and one that failed and was undone has failed', async () => {
  const runtime = await life()
  const silent = await runtime.start(plain, undefined, { id: 'silent' })
  await silent.cancel()
  expect(await silent.outcome()).not.toHaveProperty('reason')
  const bad = await runtime.start(failing, undefined, { id: 'bad' })
  expect(await bad.outcome()).toMatchObject({ status: 'compensated', error: { code: 'INPUT_INVALID' } })
  expect((await thrown(bad.result())).code).toBe('WORKFLOW_FAILED')
})
