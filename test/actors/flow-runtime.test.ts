/** How a compiled workflow runs: what the messages of its machine say that the machine cannot know. */
import { task, workflow } from 'stator'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { AnyMachineSnapshot } from 'xstate'
import { z } from 'zod'
import type { AnyWorkflow } from '../../src/actors/any-workflow.ts'
import type { FlowHost } from '../../src/actors/flow-host.ts'
import type { Definition, Look } from '../../src/actors/kind.ts'
import { Vector } from '../../src/machines/vector.ts'
import { toJson, type Json } from '../../src/messages/json.ts'
import { sendAll, signal, start, type Event } from '../machines/drive.ts'

const admit = (value: unknown): Json => toJson(value, 50)
const code = (value: string): unknown => expect.objectContaining({ code: value })

const build = task('build', {
  output: z.object({ image: z.string() }),
  retry: { maxAttempts: 2 },
  role: 'ops',
})
const deploy = task('deploy', {
  input: z.object({ image: z.string(), to: z.string().default('staging') }),
  timeout: '1m',
})
const undo = task('undo', { input: z.object({ input: z.unknown(), output: z.unknown().optional() }) })
const release = workflow('release', { input: z.object({ ref: z.string() }), limit: 9 })
  .step('build', build, { compensate: undo })
  .parallel('checks', steps => steps.step('lint', build).step('scan', build), { limit: 1 })
  .step('deploy', deploy, ({ outputs }) => ({ image: outputs.build.image, to: 'production' }))

const definitionOf = (made: AnyWorkflow): Definition => {
  const tasks = new Map(made.tasks.map(one => [one.name, one]))
  const host: FlowHost = { admit, task: name => tasks.get(name), child: () => undefined }
  return made.define('hash', host)
}
const definition = definitionOf(release)
const begin = (input: Json = { ref: 'main' }): Event =>
  signal('workflow.start', { input }, { to: 'workflow/r1' })
const done = (step: number): Event =>
  signal('step.done', { step, visit: 1, status: 'completed' }, { seq: 50 + step, causationId: 100 + step })
/** The output of a step is at the signal that caused its word. */
const look: Look = {
  output: seq => ({ image: `image-${seq - 100}` }),
  data: () => null,
  created: address => ({ input: `input of ${address}` }),
}

const first = (of: Definition): AnyMachineSnapshot => start(of.machine, of.input)
const contextAfter = (of: Definition, events: readonly Event[]): unknown =>
  sendAll(first(of), [begin(), ...events]).snapshot.context as unknown
const created = (of: Definition, context: unknown, data: Record<string, Json>): unknown =>
  of.materialise?.(context, 'task.create', { visit: 1, ...data }, look)

describe('a step of a workflow', () => {
  it('is created with the policies of its task, its parent, its lanes and the input of the workflow', () => {
    expect(created(definition, contextAfter(definition, []), { step: 0 })).toEqual({
      task: 'build',
      input: { ref: 'main' },
      path: 3,
      parent: 'workflow/r1',
      step: 0,
      visit: 1,
      role: 'ops',
      retry: { maxAttempts: 2, initialInterval: 1000, backoff: 2, maxInterval: 60_000, jitter: 'full' },
      lane: [{ name: 'workflow/r1:0', limit: 9 }],
    })
  })

  it('names the group that it belongs to', () => {
    expect(created(definition, contextAfter(definition, [done(0)]), { step: 1 })).toMatchObject({
      metadata: { group: 'checks' },
      lane: [
        { name: 'workflow/r1:0', limit: 9 },
        { name: 'workflow/r1:1', limit: 1 },
      ],
    })
  })

  it('gets what its mapper makes of earlier outputs, checked by its own schema', () => {
    const context = contextAfter(definition, [done(0), done(1), done(2)])
    expect(created(definition, context, { step: 3 })).toMatchObject({
      input: { image: 'image-0', to: 'production' },
      timeout: 60_000,
    })
  })

  it('is undone with what it was given and what came of it; without that where nobody knows', () => {
    const context = contextAfter(definition, [done(0)])
    const compensation = {
      task: 'undo',
      retry: { maxAttempts: 5, initialInterval: 1000, backoff: 2, maxInterval: 60_000, jitter: 'full' },
      parent: 'workflow/r1',
      step: 0,
      visit: 1,
      undo: true,
    }
    const input = 'input of task/r1/build'
    expect(created(definition, context, { step: 0, undo: true, ref: 100 })).toEqual({
      ...compensation,
      input: { input, output: { image: 'image-0' } },
    })
    expect(created(definition, context, { step: 0, undo: true, ref: 0 })).toEqual({
      ...compensation,
      input: { input },
    })
  })

  it('passes other messages on as they are', () => {
    const context = contextAfter(definition, [])
    expect(definition.materialise?.(context, 'task.cancel', { a: 1 }, look)).toEqual({ a: 1 })
  })

  it.each<[string, (from: { outputs: { a: Json } }) => unknown, string]>([
    ['throws', () => assertNever(), 'MAPPER_FAILED'],
    ['gives a value that does not fit', () => ({ image: 1 }), 'INPUT_INVALID'],
    ['writes to the outputs', ({ outputs }) => Object.assign(outputs, { a: 1 }), 'MAPPER_FAILED'],
  ])('fails with a code when its mapper %s', (_what, mapper, expected) => {
    const broken = workflow('w')
      .step('a', build)
      .step('b', deploy, mapper as never)
    const made = definitionOf(broken)
    const context = contextAfter(made, [done(0)])
    expect(() => created(made, context, { step: 1 })).toThrow(code(expected))
  })

  it('fails with a code when its mapper gives what is no JSON', () => {
    const made = definitionOf(workflow('w').step('a', build, () => new Date(0)))
    expect(() => created(made, contextAfter(made, []), { step: 0 })).toThrow(code('NOT_JSON'))
  })
})

describe('what the code of a workflow decides', () => {
  const decided = (made: AnyWorkflow, step = 0): unknown =>
    definitionOf(made).materialise?.(
      contextAfter(definitionOf(made), []),
      'flow.decided',
      { step, visit: 1 },
      look,
    )

  it('is recorded: which case, whether once more, which items, until when', () => {
    const base = workflow('w', { input: z.object({ ref: z.string() }) })
    const branch = base.branch('b', cases =>
      cases
        .when(
          'no',
          () => false,
          row => row,
        )
        .when(
          'yes',
          ({ input }) => input.ref === 'main',
          row => row,
        ),
    )
    expect(decided(branch)).toEqual({ step: 0, visit: 1, choice: 'yes' })
    expect(
      decided(
        base.branch('b', cases =>
          cases.when(
            'no',
            () => false,
            row => row,
          ),
        ),
      ),
    ).toMatchObject({ choice: null })
    const loop = (again: boolean): AnyWorkflow =>
      base.loop('l', row => row.step('a', build), { while: () => again, max: 3 })
    expect([decided(loop(true)), decided(loop(false))]).toMatchObject([
      { choice: 'again' },
      { choice: 'enough' },
    ])
    expect(decided(base.map('m', ({ input }) => [input.ref, 'x'], build))).toMatchObject({
      list: ['main', 'x'],
    })
    expect(decided(base.wait('u', { until: () => new Date(5) }))).toMatchObject({ until: 5 })
    expect(decided(base.wait('u', { until: () => '1970-01-01T00:00:00.007Z' }))).toMatchObject({ until: 7 })
  })

  it.each<[string, AnyWorkflow, string]>([
    [
      'a condition that says no true or false',
      workflow('w').branch('b', c =>
        c.when(
          'x',
          () => 1 as never,
          r => r,
        ),
      ),
      'MAPPER_FAILED',
    ],
    [
      'a condition that throws',
      workflow('w').branch('b', c =>
        c.when(
          'x',
          () => assertNever(),
          r => r,
        ),
      ),
      'MAPPER_FAILED',
    ],
    ['a list that is none', workflow('w').map('m', () => 5 as never, build), 'MAPPER_FAILED'],
    ['a list of what is no JSON', workflow('w').map('m', () => [new Date(0)], build), 'NOT_JSON'],
    ['a time that is none', workflow('w').wait('u', { until: () => 'soon' }), 'MAPPER_FAILED'],
  ])('fails with a code: %s', (_what, made, expected) => {
    expect(() => decided(made)).toThrow(code(expected))
  })
})

describe('the outputs that a mapper sees', () => {
  const seen = (events: readonly Event[], glance: (outputs: Record<string, Json>) => unknown): unknown => {
    let result: unknown
    const looking = workflow('w')
      .step('a', build)
      .step('b', build)
      .step('c', task('c'), ({ outputs }) => {
        result = glance(outputs as never)
        return null
      })
    const made = definitionOf(looking)
    created(made, contextAfter(made, events), { step: 2 })
    return result
  }

  it('are those of the steps that completed, by name', () => {
    const all = { a: { image: 'image-0' }, b: { image: 'image-1' } }
    expect(seen([done(0), done(1)], outputs => ({ ...outputs }))).toEqual(all)
    expect(seen([done(0), done(1)], outputs => JSON.stringify(outputs))).toBe(JSON.stringify(all))
    expect(seen([done(0)], outputs => Object.keys(outputs))).toEqual(['a'])
    expect(seen([done(0)], outputs => ['b' in outputs, outputs['b']])).toEqual([false, undefined])
  })

  it('hold nothing but steps', () => {
    const names = ['constructor', 'toString', '__proto__', 'nobody']
    expect(seen([done(0)], outputs => names.map(name => outputs[name]))).toEqual(names.map(() => undefined))
  })
})

describe('the cost of a mapper', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('does not grow with the workflow', () => {
    const reads = [10, 1000].map(size => {
      let made = workflow('w').step('s0', task('t')) as unknown as AnyWorkflow & {
        step(name: string, of: unknown, mapper: unknown): typeof made
      }
      for (let i = 1; i < size; i++)
        made = made.step(
          `s${i}`,
          task('t'),
          ({ outputs }: { outputs: Record<string, Json> }) => outputs['s0'],
        )
      const long = definitionOf(made)
      const context = contextAfter(long, [done(0), done(1), done(2)])
      const spy = vi.spyOn(Vector.prototype, 'get')
      expect(created(long, context, { step: 3 })).toMatchObject({ input: { image: 'image-0' } })
      const { length } = spy.mock.calls
      vi.restoreAllMocks()
      return length
    })
    // How it ended, and where that is recorded.
    expect(reads).toEqual([2, 2])
  })
})

function assertNever(): never {
  throw new Error('a mapper of somebody')
}
