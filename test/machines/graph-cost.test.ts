/** Work per message does not depend on the size of the graph: counted in reads and writes of its state, not in time. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { AnyMachineSnapshot } from 'xstate'
import { graphMachine } from '../../src/machines/graph.ts'
import { compile } from '../../src/machines/graph-state.ts'
import { Vector } from '../../src/machines/vector.ts'
import type { Plan } from '../../src/messages/workflow.ts'
import { send, sendAll, signal, start, type Event } from './drive.ts'

const SIZES = [100, 5000]
const begin = signal('workflow.start', { input: null }, { to: 'workflow/run' })
const ended = (step: number, status = 'completed'): Event => signal('step.done', { step, status })

const step = (i: number, after: number[], lanes: number[]): Plan['steps'][number] => ({
  name: `s${i}`,
  task: 't',
  after,
  lanes,
})
const plan = (size: number, make: (i: number) => Plan['steps'][number], lanes: number[] = []): Plan => ({
  steps: Array.from({ length: size }, (_, i) => make(i)),
  lanes,
  onFailure: 'continue',
})

/** Reads and writes of vectors that an event costs. */
function cost(snapshot: AnyMachineSnapshot, event: Event): { reads: number; writes: number } {
  const reads = vi.spyOn(Vector.prototype, 'get')
  const writes = vi.spyOn(Vector.prototype, 'set')
  const { taken } = send(snapshot, event)
  expect(taken.length).toBeGreaterThan(0)
  const counted = { reads: reads.mock.calls.length, writes: writes.mock.calls.length }
  vi.restoreAllMocks()
  return counted
}

afterEach(() => {
  vi.restoreAllMocks()
})

const shapes: Record<string, { plan: (size: number) => Plan; before: Event[]; event: Event }> = {
  'a chain': {
    plan: size => plan(size, i => step(i, i === 0 ? [] : [i - 1], [])),
    before: [ended(0), ended(1)],
    event: ended(2),
  },
  'a fan of steps that wait for one place': {
    plan: size => plan(size, i => step(i, [], [0]), [1]),
    before: [ended(0), ended(1)],
    event: ended(2),
  },
  'a fan with a limit inside a limit': {
    plan: size => plan(size, i => step(i, [], i % 2 === 0 ? [0, 1] : [0]), [4, 1]),
    before: [ended(0), ended(1)],
    event: ended(2),
  },
  'a fan whose steps all start at once': {
    plan: size => plan(size, i => step(i, [], [])),
    before: [ended(7)],
    event: ended(3),
  },
  'a step that waits for all the others': {
    plan: size =>
      plan(size, i => step(i, i === 0 ? Array.from({ length: size - 1 }, (_, k) => k + 1) : [], [])),
    before: [ended(7)],
    event: ended(3),
  },
  'a failure that blocks one step': {
    plan: size => plan(size, i => step(i, i === 1 ? [0] : [], [])),
    before: [],
    event: ended(0, 'failed'),
  },
}

describe.each(Object.entries(shapes))('%s', (_name, shape) => {
  it('costs the same per message with a hundred steps and with five thousand', () => {
    const [small, large] = SIZES.map(size => {
      const first = start(graphMachine, { plan: compile(shape.plan(size)) })
      return cost(sendAll(first, [begin, ...shape.before]).snapshot, shape.event)
    })
    expect(large).toEqual(small)
    expect(small?.writes).toBeGreaterThan(0)
    expect(small?.reads).toBeLessThan(20)
  })
})

it('a write copies one path of the trie: four times deeper at most, from a hundred numbers to a hundred thousand', () => {
  const copies = (size: number): number => {
    const slices = vi.spyOn(Array.prototype, 'slice')
    Vector.prototype.set.call(vectors.get(size), 5, 1)
    const counted = slices.mock.calls.length
    vi.restoreAllMocks()
    return counted
  }
  const vectors = new Map([10, 100, 100_000].map(size => [size, Vector.filled(size, 0)]))
  expect([...vectors.keys()].map(copies)).toEqual([1, 2, 4])
})
