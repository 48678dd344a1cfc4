/** What a runtime is made with, and asked to do: what is not meant is refused with a code that names it, before anything happens. */
import { expect, onTestFinished, test } from 'vitest'
import {
  agent,
  createRuntime,
  memory,
  StatorError,
  task,
  workflow,
  type Runtime,
  type RuntimeOptions,
} from 'stator'
import { codeOf } from '../ledger/support.ts'

const job = task('job')
const worker = agent('worker').handle(job, input => input)
const flow = workflow('flow').step('one', job)
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

async function made(options: unknown = {}): Promise<Runtime> {
  const runtime = await createRuntime(options as RuntimeOptions)
  onTestFinished(async () => runtime.close())
  return runtime
}

async function refusal(options: unknown): Promise<StatorError> {
  const error: unknown = await made(options).catch((thrown: unknown) => thrown)
  return error instanceof StatorError ? error : new StatorError('CANCELLED', { error: String(error) })
}

test.each<[option: string, options: unknown]>([
  ['options', null],
  ['options', 'x'],
  ['options', []],
  ['journal', { journal: 'x.db' }],
  ['journal', { journal: null }],
  ['journal', { journal: { ...silent } }],
  ['agents', { agents: worker }],
  ['agents', { agents: null }],
  ['agents[1]', { agents: [worker, undefined] }],
  ['agents[0]', { agents: [{ id: 'x' }] }],
  ['agents[0]', { agents: [flow] }],
  ['workflows', { workflows: flow }],
  ['workflows[0]', { workflows: [undefined] }],
  ['workflows[0]', { workflows: [{ name: 'flow' }] }],
  ['tasks[0]', { tasks: [worker] }],
  ['tasks[0]', { tasks: [null] }],
  ['limits', { limits: null }],
  ['limits', { limits: [] }],
  ['logger', { logger: () => {} }],
  ['logger', { logger: { ...silent, warn: undefined } }],
  ['host', { host: 5 }],
  ['host.clock', { host: { clock: { now: () => 0 } } }],
  ['host.random', { host: { random: 4 } }],
])('%s that is none is refused by its name: %j', async (option, options) => {
  const { code, details } = await refusal(options)
  expect({ code, option: details['option'] }).toEqual({ code: 'DEFINITION_INVALID', option })
})

test('what is undefined is as if it were not there', async () => {
  const names = ['journal', 'agents', 'workflows', 'tasks', 'limits', 'logger', 'host']
  const nothing = Object.fromEntries(names.map(name => [name, undefined]))
  expect((await made(nothing)).status().hub).toBe('running')
  const inner = await made({ limits: { inbox: undefined, history: 1 }, host: { clock: undefined } })
  expect(inner.recent()).toHaveLength(1)
})

test('a runtime that was refused has taken no journal', async () => {
  const journal = memory()
  expect((await refusal({ journal, agents: [undefined] })).code).toBe('DEFINITION_INVALID')
  expect((await made({ journal, agents: [worker] })).status().hub).toBe('running')
})

test('a prune of nobody knows what is refused', async () => {
  const runtime = await made()
  for (const options of [undefined, null, 5])
    expect(await codeOf(() => runtime.prune(options as never))).toBe('INPUT_INVALID')
  expect(await codeOf(() => runtime.prune({} as never))).toBe('DEFINITION_INVALID')
})
