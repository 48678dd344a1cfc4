/** How a definition runs: what its steps are created with, and that a run goes on from its JSON as it was. */
import * as fc from 'fast-check'
import { graph, task, workflow } from 'stator'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { AnyMachineSnapshot } from 'xstate'
import { z } from 'zod'
import type { Definition } from '../../src/actors/kind.ts'
import { definitionOfGraph, definitionOfWorkflow } from '../../src/actors/workflow-runtime.ts'
import type { AnyWorkflow } from '../../src/actors/workflow.ts'
import { COMPLETED } from '../../src/machines/graph-state.ts'
import { Vector } from '../../src/machines/vector.ts'
import { toJson, type Json } from '../../src/messages/json.ts'
import { send, sendAll, signal, start, type Event } from '../machines/drive.ts'

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
const release = workflow('release', { input: z.object({ ref: z.string() }) })
  .step('build', build)
  .parallel('checks', steps => steps.step('lint', build).step('scan', build), { limit: 1 })
  .step('deploy', deploy, ({ outputs }) => ({ image: outputs.build.image, to: 'production' }))

const definition = definitionOfWorkflow(release, 'hash', admit)
const begin = (input: Json = { ref: 'main' }): Event =>
  signal('workflow.start', { input }, { to: 'workflow/r1' })
const done = (step: number): Event => signal('step.done', { step, status: 'completed' }, { seq: 50 + step })
const outputOf = (step: number): Json => ({ image: `image-${step}` })

const first = (of: Definition): AnyMachineSnapshot => start(of.machine, of.input)
const contextAfter = (of: Definition, events: readonly Event[]): unknown =>
  sendAll(first(of), [begin(), ...events]).snapshot.context as unknown
const created = (of: Definition, context: unknown, data: Json): unknown =>
  of.materialise?.(context, 'task.create', data, outputOf)

describe('a step of a workflow', () => {
  it('is created with the policies of its task, its parent and the input of the workflow', () => {
    expect(created(definition, contextAfter(definition, []), { step: 0 })).toEqual({
      task: 'build',
      input: { ref: 'main' },
      path: 3,
      parent: 'workflow/r1',
      step: 0,
      role: 'ops',
      retry: { maxAttempts: 2, initialInterval: 1000, backoff: 2, maxInterval: 60_000, jitter: 'full' },
    })
  })

  it('names the group that it belongs to', () => {
    expect(created(definition, contextAfter(definition, [done(0)]), { step: 1 })).toMatchObject({
      metadata: { group: 'checks' },
    })
  })

  it('gets what its mapper makes of earlier outputs, checked by its own schema', () => {
    const context = contextAfter(definition, [done(0), done(1), done(2)])
    expect(created(definition, context, { step: 3 })).toMatchObject({
      input: { image: 'image-0', to: 'production' },
      timeout: 60_000,
    })
  })

  it('that is blocked gets the step that stands in its way and how that ended, and no input', () => {
    const context = contextAfter(definition, [])
    expect(created(definition, context, { step: 3, by: 0, code: 'TASK_TIMEOUT' })).toEqual({
      task: 'deploy',
      input: null,
      parent: 'workflow/r1',
      step: 3,
      blocked: { by: 'build', code: 'TASK_TIMEOUT' },
    })
  })

  it('passes other messages on as they are', () => {
    const context = contextAfter(definition, [])
    expect(definition.materialise?.(context, 'task.cancel', { a: 1 }, outputOf)).toEqual({ a: 1 })
  })

  it.each<[string, (from: { outputs: { a: Json } }) => unknown, string]>([
    ['throws', () => assertNever(), 'MAPPER_FAILED'],
    ['gives a value that does not fit', () => ({ image: 1 }), 'INPUT_INVALID'],
    ['writes to the outputs', ({ outputs }) => Object.assign(outputs, { a: 1 }), 'MAPPER_FAILED'],
  ])('fails with a code when its mapper %s', (_what, mapper, expected) => {
    const broken = workflow('w')
      .step('a', build)
      .step('b', deploy, mapper as never)
    const made = definitionOfWorkflow(broken, 'h', admit)
    const context = contextAfter(made, [done(0)])
    expect(() => created(made, context, { step: 1 })).toThrow(code(expected))
  })

  it('fails with a code when its mapper gives what is no JSON', () => {
    const broken = workflow('w').step('a', build, () => new Date(0))
    const made = definitionOfWorkflow(broken, 'h', admit)
    expect(() => created(made, contextAfter(made, []), { step: 0 })).toThrow(code('NOT_JSON'))
  })
})

describe('the outputs that a mapper sees', () => {
  const seen = (events: readonly Event[], look: (outputs: Record<string, Json>) => unknown): unknown => {
    let result: unknown
    const looking = workflow('w')
      .step('a', build)
      .step('b', build)
      .step('c', task('c'), ({ outputs }) => {
        result = look(outputs as never)
        return null
      })
    const made = definitionOfWorkflow(looking, 'h', admit)
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
      const long = definitionOfWorkflow(made, 'h', admit)
      const context = contextAfter(long, [done(0), done(1), done(2)])
      const spy = vi.spyOn(Vector.prototype, 'get')
      expect(created(long, context, { step: 3 })).toMatchObject({ input: { image: 'image-0' } })
      const { length } = spy.mock.calls
      vi.restoreAllMocks()
      return length
    })
    expect(reads).toEqual([1, 1])
  })
})

describe('a graph given as data', () => {
  const { plan } = graph([
    { id: 'a', task: build },
    { id: 'b', task: build, input: { ref: 'x' } },
    { id: 'c', task: deploy, input: { to: 'prod' }, bind: { image: 'a' }, timeout: 5, role: 'x', group: 'g' },
    { id: 'd', task: task('join'), bind: { all: ['a', 'b'], one: 'b' }, retry: { maxAttempts: 7 } },
  ])
  const tasks = new Map([build, deploy, task('join')].map(each => [each.name, each]))
  const made = definitionOfGraph('h', plan, name => tasks.get(name) as never, admit)
  const text = definitionOfGraph('h', plan, () => undefined, admit)

  it('gives each step its own input, nothing where it has none', () => {
    const context = contextAfter(made, [])
    expect([0, 1].map(step => (created(made, context, { step }) as { input: Json }).input)).toEqual([
      null,
      { ref: 'x' },
    ])
  })

  it('binds outputs into inputs: one, or a list', () => {
    expect(() => created(made, contextAfter(made, []), { step: 2 })).toThrow(code('INPUT_INVALID'))
    expect(created(made, contextAfter(made, [done(0), done(1)]), { step: 3 })).toMatchObject({
      input: { all: [{ image: 'image-0' }, { image: 'image-1' }], one: { image: 'image-1' } },
      retry: { maxAttempts: 7 },
    })
  })

  it('a task that nobody knows any more fails its step with a code', () => {
    expect(() => created(text, contextAfter(text, []), { step: 0 })).toThrow(code('TASK_UNHANDLED'))
  })
})

describe('a run that is frozen to JSON and thawed', () => {
  const steps = ['a', 'b', 'c', 'd', 'e', 'f'].map((id, i) => ({
    id,
    task: build,
    group: i % 2 === 0 ? 'even' : 'odd',
    after: i < 3 ? [] : ['a', 'b', 'c'].slice(0, i - 2),
  }))
  const groups = { even: { limit: 1 } }
  const made = definitionOfGraph('h', graph(steps, { limit: 2, groups }).plan, () => undefined, admit)

  const frozen = (snapshot: AnyMachineSnapshot): AnyMachineSnapshot => {
    const text = JSON.stringify(made.freeze(snapshot.context))
    expect(text).not.toContain('"steps"')
    const context = made.thaw(JSON.parse(text) as Json)
    return Object.assign(Object.create(Object.getPrototypeOf(snapshot) as object) as object, snapshot, {
      context,
    }) as AnyMachineSnapshot
  }

  it('goes on as if it had never been frozen, wherever that happens', () => {
    const script = fc.array(fc.tuple(fc.nat({ max: 5 }), fc.constantFrom('completed', 'completed', 'failed')))
    fc.assert(
      fc.property(script, endings => {
        let live = sendAll(first(made), [begin()]).snapshot
        let thawed = frozen(live)
        for (const [step, status] of endings) {
          const event = signal('step.done', { step, status })
          const [one, two] = [send(live, event), send(thawed, event)]
          expect(two.commands).toEqual(one.commands)
          expect(two.snapshot.value).toBe(one.snapshot.value)
          expect(JSON.stringify(two.snapshot.context)).toBe(JSON.stringify(one.snapshot.context))
          live = one.snapshot
          thawed = frozen(two.snapshot)
          if (live.status === 'done') break
        }
      }),
    )
  })

  it('keeps what its steps ended with', () => {
    const { snapshot } = sendAll(first(made), [begin(), done(0)])
    const { graph: state } = frozen(snapshot).context as { graph: { status: Vector } }
    expect(state.status.get(0)).toBe(COMPLETED)
  })
})

function assertNever(): never {
  throw new Error('a mapper of somebody')
}
