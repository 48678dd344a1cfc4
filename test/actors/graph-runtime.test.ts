/** How a graph given as data runs: what its steps are created with, and that a run goes on from its JSON as it was. */
import * as fc from 'fast-check'
import { graph, task } from 'stator'
import { describe, expect, it } from 'vitest'
import type { AnyMachineSnapshot } from 'xstate'
import { z } from 'zod'
import type { Definition, Look } from '../../src/actors/kind.ts'
import { definitionOfGraph } from '../../src/actors/graph-runtime.ts'
import { COMPLETED } from '../../src/machines/graph-state.ts'
import type { Vector } from '../../src/machines/vector.ts'
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
const begin = (input: Json = { ref: 'main' }): Event =>
  signal('workflow.start', { input }, { to: 'workflow/r1' })
const done = (step: number): Event =>
  signal('step.done', { step, status: 'completed' }, { seq: 50 + step, causationId: 100 + step })
/** The output of a step is at the signal that caused its word. */
const look = { output: (seq: number) => ({ image: `image-${seq - 100}` }) } as unknown as Look

const first = (of: Definition): AnyMachineSnapshot => start(of.machine, of.input)
const contextAfter = (of: Definition, events: readonly Event[]): unknown =>
  sendAll(first(of), [begin(), ...events]).snapshot.context as unknown
const created = (of: Definition, context: unknown, data: Json): unknown =>
  of.materialise?.(context, 'task.create', data, look)

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

  it('gives a step that is blocked what stands in its way and how that ended, and no input', () => {
    expect(created(made, contextAfter(made, []), { step: 2, by: 0, code: 'TASK_TIMEOUT' })).toEqual({
      task: 'deploy',
      input: null,
      parent: 'workflow/r1',
      step: 2,
      blocked: { by: 'a', code: 'TASK_TIMEOUT' },
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
