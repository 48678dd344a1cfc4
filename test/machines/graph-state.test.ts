/** Graph state: any graph in any order does what a plain interpreter does. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CANCELLED,
  compile,
  COMPLETED,
  FAILED,
  initialState,
  settle,
  startGraph,
  STEP_STATES,
  stopGraph,
  type Advance,
  type CompiledPlan,
  type GraphState,
} from '../../src/machines/graph-state.ts'
import type { Plan } from '../../src/messages/workflow.ts'
import { NaiveGraph } from './naive-graph.ts'

const ENDINGS = [
  ['completed', COMPLETED],
  ['failed', FAILED],
  ['cancelled', CANCELLED],
] as const

/** A plan without cycles, whose steps are numbered in any order. */
const plans = fc.integer({ min: 0, max: 12 }).chain(size =>
  fc
    .record({
      order: fc.shuffledSubarray([...Array(size).keys()], { minLength: size }),
      edges: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: size * 2 }),
      lanes: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 }),
      places: fc.array(fc.array(fc.nat({ max: 3 }), { maxLength: 3 }), { minLength: size, maxLength: size }),
      onFailure: fc.constantFrom('continue', 'cancel'),
    })
    .map(({ order, edges, lanes, places, onFailure }): Plan => {
      const after = order.map(() => new Set<number>())
      for (const [one, two] of edges) {
        const [a, b] = [one % size, two % size].toSorted((x, y) => x - y) as [number, number]
        if (a !== b) after[order[b] ?? 0]?.add(order[a] ?? 0)
      }
      const steps = order.map((_, i) => ({
        name: `s${i}`,
        task: 't',
        after: [...(after[i] ?? [])],
        lanes: [...new Set(places[i])].filter(lane => lane < lanes.length),
      }))
      return { steps, lanes, onFailure }
    }),
)

/** Who ends next among those that run, and how; mostly well. */
const endings = fc.array(
  fc.tuple(fc.nat(), fc.oneof({ arbitrary: fc.constant(0), weight: 4 }, fc.constantFrom(1, 2))),
  { maxLength: 30 },
)

function compare(state: GraphState, naive: NaiveGraph): void {
  expect(state.status.toJSON().map(value => STEP_STATES[value])).toEqual(naive.status)
  const { running, completed, failed, cancelled, blocked, stopping } = state
  const counts = { running, completed, failed, cancelled, blocked }
  for (const [status, count] of Object.entries(counts))
    expect([status, count]).toEqual([status, naive.all(status as 'running').length])
  expect(stopping).toBe(naive.stopping)
  expect(state.taken).toEqual(naive.plan.lanes.map((_, lane) => naive.taken(lane)))
}

/** What must hold whatever happened. */
function check(plan: Plan, naive: NaiveGraph): void {
  expect(plan.lanes.every((limit, lane) => naive.taken(lane) <= limit)).toBe(true)
  const startable = naive.stopping === null ? naive.line.filter(step => naive.hasRoom(step)) : []
  expect(startable).toEqual([])
  // Nothing runs: then nobody waits, but for those that a stop has left.
  const isOver = naive.all('running').length === 0 && naive.stopping === null
  expect(isOver ? naive.all('pending') : []).toEqual([])
}

function checkBlocked(
  plan: Plan,
  ended: number,
  advance: Advance,
  blocked: number[],
  naive: NaiveGraph,
): void {
  expect(advance.block.map(({ step }) => step).toSorted((a, b) => a - b)).toEqual(
    blocked.toSorted((a, b) => a - b),
  )
  for (const { step, by } of advance.block) {
    const after = plan.steps[step]?.after ?? []
    expect(after).toContain(by)
    expect(['failed', 'cancelled', 'blocked']).toContain(naive.status[by])
    // Where the step that ended stands in the way itself, it is the one that is named.
    expect(by).toBe(after.includes(ended) ? ended : by)
  }
}

function stopBoth(plan: CompiledPlan, state: GraphState, naive: NaiveGraph): Advance {
  const advance = stopGraph(plan, state, 'cancelled')
  expect(advance.cancel).toEqual(naive.stop('cancelled'))
  expect([advance.start, advance.block]).toEqual([[], []])
  return advance
}

describe('graph state', () => {
  it('starts, blocks and ends the same steps as a plain interpreter, whatever the plan and the endings', () => {
    fc.assert(
      fc.property(plans, endings, fc.option(fc.nat({ max: 12 })), (plan, script, stopAt) => {
        const compiled = compile(plan)
        const naive = new NaiveGraph(plan)
        let advance = startGraph(compiled, initialState(compiled))
        expect(advance.start).toEqual(naive.advance())
        for (let turn = 0; naive.all('running').length > 0; turn++) {
          compare(advance.state, naive)
          check(plan, naive)
          if (turn === stopAt) advance = stopBoth(compiled, advance.state, naive)
          const [pick, how] = script[turn] ?? [0, 0]
          const running = naive.all('running')
          const step = running[pick % running.length] ?? -1
          const [name, code] = ENDINGS[how] ?? ENDINGS[0]
          const wasStopping = naive.stopping !== null
          advance = settle(compiled, advance.state, step, code, 100 + turn)
          checkBlocked(plan, step, advance, naive.end(step, name), naive)
          const stops = !wasStopping && naive.stopping !== null
          expect(advance.cancel).toEqual(stops ? naive.all('running') : [])
          expect(advance.start).toEqual(naive.advance())
          expect(advance.state.refs.get(step)).toBe(100 + turn)
        }
        compare(advance.state, naive)
        check(plan, naive)
      }),
      { numRuns: 1500 },
    )
  })

  it('a step that does not run cannot end', () => {
    const compiled = compile(chain(2))
    const { state } = startGraph(compiled, initialState(compiled))
    for (const step of [1, 2, -1]) {
      const advance = settle(compiled, state, step, COMPLETED, 9)
      expect(advance).toMatchObject({ start: [], block: [], cancel: [] })
      expect(JSON.stringify(advance.state)).toBe(JSON.stringify(state))
    }
  })

  it('stops only once, for the first reason', () => {
    const compiled = compile(chain(2))
    const { state } = stopGraph(compiled, startGraph(compiled, initialState(compiled)).state, 'failed')
    const again = stopGraph(compiled, state, 'cancelled')
    expect([again.state.stopping, again.cancel]).toEqual(['failed', []])
  })

  it('a dependency named twice is waited for once', () => {
    const compiled = compile({ ...chain(2), steps: [free('a'), { ...free('b'), after: [0, 0] }] })
    const { state } = startGraph(compiled, initialState(compiled))
    expect(settle(compiled, state, 0, COMPLETED, 9).start).toEqual([1])
  })
})

describe('critical paths', () => {
  it('each step knows the longest way to the end, itself included', () => {
    const after = (name: string, ...others: number[]): ReturnType<typeof free> => ({
      ...free(name),
      after: others,
    })
    // a → b → d, a → d, c alone; d is declared before b.
    const steps = [after('a'), after('d', 0, 2, 2), after('b', 0), after('c')]
    expect(compile({ steps, lanes: [], onFailure: 'continue' }).paths).toEqual([3, 1, 2, 1])
    expect(compile(chain(5)).paths).toEqual([5, 4, 3, 2, 1])
  })
})

describe('lanes', () => {
  it('who waits for a place goes before those who become ready later', () => {
    // a and b are ready at once; c follows a.
    const compiled = compile({
      steps: [free('a', [0]), free('b', [0]), { ...free('c', [0]), after: [0] }],
      lanes: [1],
      onFailure: 'continue',
    })
    expect(orderOf(compiled)).toEqual(['a', 'b', 'c'])
  })

  it('whoever lacks a place in another lane holds nobody up', () => {
    // One at a time in the group (lane 1), two in the whole (lane 0).
    const compiled = compile({
      steps: [free('g1', [0, 1]), free('g2', [0, 1]), free('g3', [0, 1]), free('x', [0]), free('y', [0])],
      lanes: [2, 1],
      onFailure: 'continue',
    })
    const { start, state } = startGraph(compiled, initialState(compiled))
    expect(start).toEqual([0, 3])
    // x ends: g2 waits longest but its group is full, so y starts; then g1 ends, and g2 starts.
    const afterX = settle(compiled, state, 3, COMPLETED, 9)
    expect(afterX.start).toEqual([4])
    expect(settle(compiled, afterX.state, 0, COMPLETED, 9).start).toEqual([1])
  })

  it('steps of a group keep their order while the whole is full', () => {
    // The group has room for two, the whole for one: waiting for one lane or the other must not mix them up.
    const names = ['g1', 'x1', 'g2', 'x2', 'g3', 'x3']
    const steps = names.map(name => free(name, name.startsWith('g') ? [0, 1] : [0]))
    expect(orderOf(compile({ steps, lanes: [1, 2], onFailure: 'continue' }))).toEqual(names)
  })

  it('a place that a failed step leaves is given on', () => {
    const compiled = compile({
      steps: [free('a', [0]), free('b', [0])],
      lanes: [1],
      onFailure: 'continue',
    })
    const { state } = startGraph(compiled, initialState(compiled))
    expect(settle(compiled, state, 0, FAILED, 9).start).toEqual([1])
  })

  it('nobody who waits starts once the graph stops', () => {
    const compiled = compile({ steps: [free('a', [0]), free('b', [0])], lanes: [1], onFailure: 'cancel' })
    const { state } = startGraph(compiled, initialState(compiled))
    const { start, state: after } = settle(compiled, state, 0, FAILED, 9)
    expect([start, after.running]).toEqual([[], 0])
  })
})

function free(name: string, lanes: number[] = []): Plan['steps'][number] {
  return { name, task: 't', after: [], lanes }
}

function chain(size: number): Plan {
  const steps = Array.from({ length: size }, (_, i) => ({ ...free(`s${i}`), after: i === 0 ? [] : [i - 1] }))
  return { steps, lanes: [], onFailure: 'continue' }
}

/** In which order the steps start when each that runs completes before the next one does. */
function orderOf(plan: CompiledPlan): string[] {
  let advance = startGraph(plan, initialState(plan))
  const started = [...advance.start]
  for (let next = 0; next < started.length; next++) {
    advance = settle(plan, advance.state, started[next] ?? -1, COMPLETED, 9)
    started.push(...advance.start)
  }
  return started.map(step => plan.steps[step]?.name ?? '')
}
