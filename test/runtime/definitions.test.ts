/** What is not usable is refused to whoever brings it, with a code; the hub and everybody else go on. */
import { describe, expect, test } from 'vitest'
import { agent, graph, task, type Json, type TaskGraph } from 'stator'
import type { Life } from 'stator/testing'
import { codeOf, worldOf } from './support/world.ts'

const job = task('job')

async function booted(): Promise<Life> {
  const world = worldOf(life => ({
    agents: [
      agent('ann', { capacity: 5 }).handle(
        job,
        life.handler(input => input as Json),
      ),
    ],
  }))
  return world.boot()
}

/** The hub takes work and does it. */
async function works(life: Life): Promise<void> {
  const handle = await life.until(life.runtime.submit(job, 'ping'))
  expect(await life.until(handle.result())).toBe('ping')
}

describe('a graph that comes as data is checked whole', () => {
  const step = (more: object = {}): object => ({ name: 'a', task: 'job', after: [], lanes: [], ...more })
  const plan = (steps: unknown, more: object = {}): object => ({
    steps,
    lanes: [],
    onFailure: 'continue',
    ...more,
  })
  test.each<[string, unknown, string]>([
    ['no plan', undefined, 'DEFINITION_INVALID'],
    ['text', 'plan', 'DEFINITION_INVALID'],
    ['no steps', plan(undefined), 'DEFINITION_INVALID'],
    ['a step that is nothing', plan([null]), 'DEFINITION_INVALID'],
    ['no lanes', { steps: [step()], onFailure: 'continue' }, 'DEFINITION_INVALID'],
    ['a lane without a place', plan([step()], { lanes: [0] }), 'DEFINITION_INVALID'],
    ['no word on failures', { steps: [step()], lanes: [] }, 'DEFINITION_INVALID'],
    ['an unknown word on failures', plan([step()], { onFailure: 'shrug' }), 'DEFINITION_INVALID'],
    ['a step without dependencies', plan([step({ after: undefined })]), 'DEFINITION_INVALID'],
    ['a step without lanes', plan([step({ lanes: undefined })]), 'DEFINITION_INVALID'],
    ['a step after minus one', plan([step({ after: [-1] })]), 'DEFINITION_INVALID'],
    ['a step after a name', plan([step({ after: ['a'] })]), 'DEFINITION_INVALID'],
    ['a step after one that is not there', plan([step({ after: [7] })]), 'DEPENDENCY_UNKNOWN'],
    ['a step in the lane minus one', plan([step({ lanes: [-1] })]), 'DEFINITION_INVALID'],
    ['a step in a lane that is not there', plan([step({ lanes: [0] })]), 'DEFINITION_INVALID'],
    ['a step after itself', plan([step({ after: [0] })]), 'CYCLE'],
    ['two steps after each other', plan([step({ after: [1] }), step({ name: 'b', after: [0] })]), 'CYCLE'],
    ['a name used twice', plan([step(), step()]), 'DEFINITION_INVALID'],
    ['a name that is no part of an address', plan([step({ name: '../a' })]), 'ADDRESS_INVALID'],
    ['a word that nobody knows', plan([step({ afters: [] })]), 'DEFINITION_INVALID'],
    ['a bad retry policy', plan([step({ retry: { maxAttempts: 0 } })]), 'DEFINITION_INVALID'],
    ['a timeout below nothing', plan([step({ timeout: -1 })]), 'DEFINITION_INVALID'],
    ['a binding to what it does not wait for', plan([step({ bind: { x: 0 } })]), 'DEFINITION_INVALID'],
    [
      'a binding into text',
      plan([step(), step({ name: 'b', after: [0], input: 'x', bind: { x: 0 } })]),
      'DEFINITION_INVALID',
    ],
    ['a task that nobody knows', plan([step({ task: 'nobody' })]), 'TASK_UNHANDLED'],
  ])('%s is refused, and nothing is recorded', async (_, given, code) => {
    const life = await booted()
    const { position } = life.runtime.status()
    const bad = { kind: 'graph', plan: given } as TaskGraph
    expect(await codeOf(life, life.runtime.startGraph(bad))).toBe(code)
    expect(life.runtime.status().position).toBe(position)
    await works(life)
  })

  test('one that passed through JSON runs as the one that was declared', async () => {
    const life = await booted()
    const declared = graph(
      [
        { id: 'a', task: job, input: 1, group: 'g' },
        {
          id: 'b',
          task: job,
          input: { more: 2 },
          bind: { one: 'a', many: ['a'] },
          timeout: '1m',
          retry: { maxAttempts: 2 },
        },
      ],
      { limit: 1, groups: { g: { limit: 1 } } },
    )
    const read = JSON.parse(JSON.stringify(declared)) as TaskGraph
    const run = await life.until(life.runtime.startGraph(read))
    expect(await life.until(run.result())).toEqual({ a: 1, b: { more: 2, one: 1, many: [1] } })
  })
})
