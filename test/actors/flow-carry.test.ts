/** A run of a compiled workflow goes on with a changed one as long as nothing was changed that it has begun. */
import { describe, expect, test } from 'vitest'
import type { RunSnapshot } from 'stator'
import { begunIn, carryFlow, marksOf } from '../../src/actors/flow-carry.ts'
import { indexOf } from '../../src/machines/flow-index.ts'
import { Vector } from '../../src/machines/vector.ts'
import { COMPLETED, NEW, newWorkflow, RUNNING } from '../../src/machines/workflow-context.ts'
import { compileWorkflow } from '../../src/machines/workflow.ts'
import type { Flow, FlowNode } from '../../src/messages/flow.ts'

/** Steps get their indexes as they come. */
type Bare = { readonly [key: string]: unknown; readonly kind: string; readonly name: string }
const step = (name: string, more: object = {}): Bare => ({ kind: 'step', name, task: 'say', ...more })
const parallel = (name: string, ...body: Bare[]): Bare => ({ kind: 'parallel', name, body })
const wait = (name: string, ms: number): Bare => ({ kind: 'wait', name, for: ms })

function flowOf(...body: Bare[]): Flow {
  let next = 0
  const placed = (nodes: readonly Bare[]): FlowNode[] =>
    nodes.map(node => {
      const own = node.kind === 'parallel' ? {} : { step: next++ }
      const inner = node['body'] === undefined ? {} : { body: placed(node['body'] as Bare[]) }
      return { ...node, ...own, ...inner } as unknown as FlowNode
    })
  return { body: placed(body), lanes: [], onFailure: 'continue', signals: [] }
}

function partsOf(flow: Flow) {
  const index = indexOf(flow)
  return { index, machine: compileWorkflow('flow', '1', index), marks: marksOf(index), vars: undefined }
}

/** A run in which the first so many nodes have completed, and the next ones run. */
function runOf(
  flow: Flow,
  completed: number,
  running: number,
  body: RunSnapshot['value'],
  timers: string[] = [],
) {
  const { index, marks } = partsOf(flow)
  const size = marks.length
  const status = marks.map((_, n) => (n < completed ? COMPLETED : n < completed + running ? RUNNING : NEW))
  const visits = status.map(state => (state === NEW ? 0 : 1))
  const refs = status.map((_, n) => (n < completed ? n + 100 : 0))
  const context = { ...newWorkflow(index), status: Vector.from(status), visits: Vector.from(visits) }
  expect(size).toBeGreaterThan(0)
  return {
    value: { running: { body, control: 'going' } },
    context: { run: 'r', status, visits, refs, begun: begunIn(context, marks) },
    timers: timers.map(event => ({ id: event, event, due: 5 })),
  } as unknown as RunSnapshot
}

const base = flowOf(step('one'), step('two'), step('three'))
const inTwo = runOf(base, 1, 1, 'two')
const onto = (snapshot: RunSnapshot, ...body: Bare[]) =>
  carryFlow(partsOf(flowOf(...body)), snapshot, undefined)

describe('what has begun is the same', () => {
  test.each<[string, Bare[]]>([
    ['steps are added after it', [step('one'), step('two'), step('more'), step('three')]],
    ['steps are taken out after it', [step('one'), step('two')]],
    ['steps after it are others', [step('one'), step('two'), parallel('both', step('a'), step('b'))]],
    ['policies of it are others', [step('one', { timeout: 5 }), step('two', { role: 'qa' }), step('three')]],
  ])('%s: it goes on', (_, body) => {
    const { snapshot, reasons } = onto(inTwo, ...body)
    expect(reasons).toEqual([])
    const { status, visits, refs } = snapshot.context as unknown as Record<string, number[]>
    const size = partsOf(flowOf(...body)).marks.length
    const fill = (first: number[], rest: number) => [
      ...first,
      ...Array<number>(size - first.length).fill(rest),
    ]
    expect(status).toEqual(fill([COMPLETED, RUNNING], NEW))
    expect(visits).toEqual(fill([1, 1], 0))
    expect(refs).toEqual(fill([100], 0))
  })

  test('a run that has begun nothing goes on with anything that has its state', () => {
    const fresh = runOf(base, 0, 0, 'one')
    expect((fresh.context as { begun: unknown }).begun).toBeNull()
    expect(onto(fresh, step('one', { task: 'other' })).reasons).toEqual([])
  })
})

describe('what has begun is another: the reason says up to where', () => {
  test.each<[string, Bare[]]>([
    ['a step before it is new', [step('zero'), step('one'), step('two'), step('three')]],
    ['it has another name', [step('one'), step('deux'), step('three')]],
    ['a step before it does another task', [step('one', { task: 'shout' }), step('two'), step('three')]],
    [
      'a step before it is undone otherwise',
      [step('one', { undo: { task: 'x' } }), step('two'), step('three')],
    ],
    ['it lies in a group now', [step('one'), parallel('group', step('two')), step('three')]],
    ['it has gone', [step('one')]],
  ])('%s', (_, body) => {
    expect(onto(inTwo, ...body).reasons[0]).toMatch(
      /^steps that the run has begun were changed, moved or taken out/,
    )
  })
})

test('beside others: a new branch has no place in a run that is inside, and one that is longer shifts the next', () => {
  const both = flowOf(parallel('both', step('a'), step('b')), step('c'))
  const inside = runOf(both, 0, 2, { both: { a: 'a', b: 'b' } })
  expect(onto(inside, parallel('both', step('a'), step('b')), step('c'), step('d')).reasons).toEqual([])
  const wider = onto(inside, parallel('both', step('a'), step('b'), step('x')), step('c'))
  expect(wider.reasons).toEqual(['the region running.body.both.x is new: the run has no state in it'])
  const other = onto(inside, parallel('both', step('a'), step('x'), step('b')), step('c'))
  expect(other.reasons[0]).toMatch(/^steps that the run has begun/)
})

test('a wait that is under way keeps its time: another one is refused, also from a migration', () => {
  const timed = flowOf(wait('pause', 1000), step('then'))
  const waiting = runOf(timed, 0, 1, 'pause', ['xstate.after.1000.at/pause'])
  expect(onto(waiting, wait('pause', 1000), step('then'), step('more')).reasons).toEqual([])
  expect(onto(waiting, wait('pause', 2000), step('then')).reasons).toEqual([
    'the timer xstate.after.1000.at/pause means nothing in the state that the run is in',
    'running.body.pause waits for xstate.after.2000.at/pause, and no timer of the run is set for it',
  ])
  const event = 'xstate.after.2000.at/pause'
  const longer = carryFlow(partsOf(flowOf(wait('pause', 2000), step('then'))), waiting, given => ({
    ...given,
    timers: [{ id: event, event, due: 1005 }],
  }))
  expect(longer.reasons).toEqual([])
  expect(longer.snapshot.timers).toEqual([{ id: event, event, due: 1005 }])
})
