/** What a runtime does with what pre-flight finds in its workflows: logs it, refuses it, or does not look. */
import { expect, onTestFinished, test } from 'vitest'
import {
  createRuntime,
  fromTask,
  gate,
  memory,
  StatorError,
  task,
  workflow,
  type AnyWorkflow,
  type RuntimeOptions,
} from 'stator'
import { createMachine } from 'xstate'

const job = task('job')
const asks = workflow('asks').step('approve', gate())
/** A machine with an error, and a warning. */
const stuck = workflow('stuck', {
  machine: createMachine({
    initial: 'work',
    states: {
      work: { invoke: { src: fromTask(job), onDone: 'done', onError: 'broken' } },
      broken: { on: { LOOK: {} } },
      waits: { on: { GO: 'done' } },
      done: { type: 'final' },
    },
  }),
})
const sound = workflow('sound').step('one', job)

async function logged(options: RuntimeOptions): Promise<string[]> {
  const lines: string[] = []
  const quiet = (): void => {}
  const warn = (details: object): void => {
    const { code, workflow: name, state } = details as Record<string, string>
    lines.push(`${code} ${name} ${state}`)
  }
  const runtime = await createRuntime({
    ...options,
    logger: { debug: quiet, info: quiet, warn, error: quiet },
  })
  onTestFinished(async () => runtime.close())
  return lines
}

async function refusal(options: RuntimeOptions): Promise<string[]> {
  const error: unknown = await logged(options).catch((thrown: unknown) => thrown)
  if (!(error instanceof StatorError)) return ['nothing was refused']
  const { findings } = error.details as { findings?: { code: string; state: string }[] }
  return [error.code, ...(findings ?? []).map(({ code, state }) => `${code} ${state}`)]
}

const stuckHas = ['UNREACHABLE stuck waits', 'NO_WAY_TO_END stuck broken']
const withoutName = stuckHas.map(line => line.replace(' stuck', ''))

test('each finding is logged once, and the runtime begins', async () => {
  const lines = await logged({ workflows: [stuck, asks, sound] })
  expect(lines).toEqual([...stuckHas, 'GATE_WITHOUT_EXPIRY asks approve'])
})

test('a workflow that runs as a step of another is looked at too, and once', async () => {
  const outer = workflow('outer').step('first', asks).step('second', asks)
  expect(await logged({ workflows: [outer, asks] })).toEqual(['GATE_WITHOUT_EXPIRY asks approve'])
})

test('refuse: errors keep a runtime from beginning, before its journal is opened; warnings do not', async () => {
  const journal = memory()
  expect(await refusal({ journal, workflows: [sound, stuck, asks], preflight: 'refuse' })).toEqual([
    'PREFLIGHT_FAILED',
    ...withoutName,
  ])
  const lines = await logged({ journal, workflows: [asks], preflight: 'refuse' })
  expect(lines).toEqual(['GATE_WITHOUT_EXPIRY asks approve'])
})

test('off: nothing is looked at', async () => {
  expect(await logged({ workflows: [stuck, asks], preflight: 'off' })).toEqual([])
})

test('codes are refused and ignored one by one', async () => {
  const workflows: readonly AnyWorkflow[] = [stuck, asks]
  expect(await refusal({ workflows, preflight: { refuse: ['GATE_WITHOUT_EXPIRY'] } })).toEqual([
    'PREFLIGHT_FAILED',
    'GATE_WITHOUT_EXPIRY approve',
  ])
  expect(await refusal({ workflows, preflight: { refuse: 'errors', ignore: ['UNREACHABLE'] } })).toEqual([
    'PREFLIGHT_FAILED',
    'NO_WAY_TO_END broken',
  ])
  const ignore = ['UNREACHABLE', 'NO_WAY_TO_END', 'GATE_WITHOUT_EXPIRY'] as const
  expect(await logged({ workflows, preflight: { refuse: 'errors', ignore } })).toEqual([])
})

test('what a workflow gives a reason for is no finding, by code, and by code and state', async () => {
  const ignore = (key: string): AnyWorkflow =>
    workflow('reasoned', { preflight: { ignore: { [key]: 'an operator answers' } } }).step('approve', gate())
  expect(await logged({ workflows: [ignore('GATE_WITHOUT_EXPIRY')] })).toEqual([])
  expect(await logged({ workflows: [ignore('GATE_WITHOUT_EXPIRY:approve')] })).toEqual([])
  expect(await logged({ workflows: [ignore('GATE_WITHOUT_EXPIRY:other')] })).toHaveLength(1)
})

test.each([5, 'no', { refuse: 'all' }, { refuse: ['NO_SUCH'] }, { ignored: [] }])(
  'an option that says nothing known is refused: %j',
  async preflight => {
    const options = { preflight } as unknown as RuntimeOptions
    expect(await refusal(options)).toEqual(['DEFINITION_INVALID'])
  },
)
