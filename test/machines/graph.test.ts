/** The graph machine: every state, every transition, every branch of a guard. */
import { describe, expect, it } from 'vitest'
import { graphMachine } from '../../src/machines/graph.ts'
import { compile, STEP_STATES, type GraphState } from '../../src/machines/graph-state.ts'
import type { Command } from '../../src/messages/command.ts'
import type { Signal } from '../../src/messages/signal.ts'
import type { Plan } from '../../src/messages/workflow.ts'
import { play, promised, sendAll, signal, start, untaken, type Row } from './drive.ts'

/** a → b → c, and d by itself. */
const plan = (onFailure: Plan['onFailure'] = 'continue'): Plan => ({
  steps: [
    { name: 'a', task: 't', after: [], lanes: [] },
    { name: 'b', task: 't', after: [0], lanes: [] },
    { name: 'c', task: 't', after: [1], lanes: [] },
    { name: 'd', task: 't', after: [], lanes: [] },
  ],
  lanes: [],
  onFailure,
})
const [a, b, c, d] = [0, 1, 2, 3] as const
const oops = { name: 'Error', message: 'oops', code: 'HANDLER_FAILED' }
const stopped = { name: 'Cancelled', message: 'stop', code: 'CANCELLED' }

const begin = signal('workflow.start', { input: { ref: 'main' } }, { to: 'workflow/run-1', at: 1000 })
const ended = (step: number, status: string, seq: number, error?: object): Signal =>
  signal(
    'step.done',
    { step, status, ...(error === undefined ? {} : { error }) },
    { seq, causationId: seq - 1 },
  )
const done = (step: number): Signal => ended(step, 'completed', 10 + step)
const failed = (step: number): Signal => ended(step, 'failed', 20 + step, oops)
const gone = (step: number): Signal => ended(step, 'cancelled', 30 + step, stopped)
const fault = (step: number): Signal =>
  signal('fault', { step, error: { ...oops, code: 'MAPPER_FAILED' } }, { seq: 40 + step })
const cancel = signal('workflow.cancel', { reason: 'enough' }, { at: 5000 })
const pause = signal('workflow.pause', {})
const resume = signal('workflow.resume', {})

const to = (name: string, event: string, data: object): Command => ({
  type: 'send',
  to: `task/run-1/${name}`,
  event,
  data: data as never,
})
const create = (name: string, step: number): Command => to(name, 'task.create', { step })
const block = (name: string, step: number, by: number, code: string): Command =>
  to(name, 'task.create', { step, by, code })
const abort = (name: string): Command => to(name, 'task.cancel', {})

const rows: Row[] = [
  {
    promise: 'steps that depend on nothing start with the run',
    given: [],
    when: begin,
    to: 'running',
    context: { run: 'run-1', input: { ref: 'main' }, startedAt: 1000, graph: { running: 2 } },
    commands: [create('a', a), create('d', d)],
  },
  {
    promise: 'a run can be cancelled before it starts',
    given: [],
    when: cancel,
    to: 'cancelled',
    context: { reason: 'enough', endedAt: 5000, graph: { stopping: 'cancelled' } },
  },
  {
    promise: 'a step starts when what it depends on is done',
    given: [begin],
    when: done(a),
    to: 'running',
    context: { graph: { completed: 1, running: 2 } },
    commands: [create('b', b)],
  },
  {
    promise: 'a run is complete when all its steps are',
    given: [begin, done(a), done(b), done(d)],
    when: done(c),
    to: 'completed',
    context: { error: null, graph: { completed: 4 } },
  },
  {
    promise: 'a failed step blocks all that depends on it at once, each with what stands in its way',
    given: [begin],
    when: failed(a),
    to: 'running',
    context: { error: { step: 'a', error: oops }, graph: { failed: 1, blocked: 2, running: 1 } },
    commands: [block('b', b, a, 'HANDLER_FAILED'), block('c', c, b, 'DEPENDENCY_FAILED')],
  },
  {
    promise: 'what does not depend on the failed step goes on, and the run fails in the end',
    given: [begin, failed(a)],
    when: done(d),
    to: 'failed',
    context: { error: { step: 'a' }, graph: { completed: 1 } },
  },
  {
    promise: 'a step cancelled by itself blocks its dependents with that reason, and fails the run',
    given: [begin, done(d)],
    when: gone(a),
    to: 'failed',
    context: { error: null, graph: { cancelled: 1, blocked: 2 } },
    commands: [block('b', b, a, 'CANCELLED'), block('c', c, b, 'DEPENDENCY_FAILED')],
  },
  {
    promise: 'a dependent is blocked with the error of its own dependency, not with the first of the run',
    given: [begin, failed(d)],
    when: ended(a, 'failed', 50, { ...oops, code: 'TASK_TIMEOUT' }),
    to: 'failed',
    context: { error: { step: 'd', error: oops } },
    commands: [block('b', b, a, 'TASK_TIMEOUT'), block('c', c, b, 'DEPENDENCY_FAILED')],
  },
  {
    promise: 'a failure without a reason still names one',
    given: [begin, done(a)],
    when: ended(b, 'failed', 50),
    to: 'running',
    commands: [block('c', c, b, 'TASK_FAILED')],
  },
  {
    promise: 'a step whose message could not be made has failed',
    given: [begin],
    when: fault(a),
    to: 'running',
    context: { error: { step: 'a', error: { code: 'MAPPER_FAILED' } }, graph: { failed: 1, blocked: 2 } },
    commands: [block('b', b, a, 'MAPPER_FAILED'), block('c', c, b, 'DEPENDENCY_FAILED')],
  },
  {
    promise: 'a cancelled run cancels what runs and starts nothing more',
    given: [begin],
    when: cancel,
    to: 'cancelling',
    context: { reason: 'enough', graph: { stopping: 'cancelled', running: 2 } },
    commands: [abort('a'), abort('d')],
  },
  {
    promise: 'a step that completes while the run is cancelled starts nothing',
    given: [begin, cancel],
    when: done(a),
    to: 'cancelling',
    context: { graph: { completed: 1, running: 1 } },
  },
  {
    promise: 'a run is cancelled when the last step has stopped',
    given: [begin, cancel, done(a)],
    when: gone(d),
    to: 'cancelled',
    context: { reason: 'enough', graph: { cancelled: 1, completed: 1 } },
  },
  {
    promise: 'a fault while the run is cancelled counts as a failed step',
    given: [begin, cancel, gone(d)],
    when: fault(a),
    to: 'cancelled',
    context: { graph: { failed: 1 } },
    commands: [block('b', b, a, 'MAPPER_FAILED'), block('c', c, b, 'DEPENDENCY_FAILED')],
  },
  { promise: 'a run can be paused', given: [begin], when: pause, to: 'paused' },
  {
    promise: 'what runs in a paused run goes on to its end, and what follows is asked for',
    given: [begin, pause],
    when: done(a),
    to: 'paused',
    context: { graph: { completed: 1, running: 2 } },
    commands: [create('b', b)],
  },
  {
    promise: 'a fault in a paused run counts as a failed step',
    given: [begin, pause],
    when: fault(a),
    to: 'paused',
    commands: [block('b', b, a, 'MAPPER_FAILED'), block('c', c, b, 'DEPENDENCY_FAILED')],
  },
  {
    promise: 'a paused run whose last step is done is complete',
    given: [begin, done(a), done(b), done(c), pause],
    when: done(d),
    to: 'completed',
  },
  {
    promise: 'a paused run in which nothing can run any more has failed',
    given: [begin, done(d), pause],
    when: failed(a),
    to: 'failed',
    commands: [block('b', b, a, 'HANDLER_FAILED'), block('c', c, b, 'DEPENDENCY_FAILED')],
  },
  { promise: 'a paused run goes on', given: [begin, pause], when: resume, to: 'running' },
  {
    promise: 'a paused run can be cancelled',
    given: [begin, pause],
    when: cancel,
    to: 'cancelling',
    commands: [abort('a'), abort('d')],
  },
  // ---- refused
  { promise: 'a run is paused once', given: [begin, pause], when: pause },
  { promise: 'a run that is not paused cannot be resumed', given: [begin], when: resume },
  { promise: 'a step that ended cannot end again', given: [begin, done(a)], when: failed(a) },
  { promise: 'a step that has not started cannot end', given: [begin], when: done(c) },
  { promise: 'a step that does not exist cannot end', given: [begin], when: done(4) },
  { promise: 'a fault of a step that does not run is refused', given: [begin], when: fault(b) },
  { promise: 'a fault of no step is refused', given: [begin], when: fault(-1) },
  { promise: 'a run starts only once', given: [begin], when: begin },
  { promise: 'a run that is being cancelled cannot be cancelled', given: [begin, cancel], when: cancel },
  {
    promise: 'a finished run takes no more endings',
    given: [begin, failed(a), done(d)],
    when: done(d),
  },
]

const first = (onFailure?: Plan['onFailure']): ReturnType<typeof start> =>
  start(graphMachine, { plan: compile(plan(onFailure)) })
const graphOf = ({ context }: { context: unknown }): GraphState => (context as { graph: GraphState }).graph

describe('workflow', () => {
  it.each(rows)('$promise', row => {
    expect(play(first(), row)).toEqual(promised(row))
  })

  it('every transition is taken by a row', () => {
    expect(untaken(first(), rows)).toEqual([])
  })

  it('with onFailure cancel, a failed step cancels what runs, and the run fails once that has stopped', () => {
    const row: Row = {
      promise: '',
      given: [begin],
      when: failed(a),
      to: 'running',
      context: { graph: { stopping: 'failed' } },
      commands: [abort('d'), block('b', b, a, 'HANDLER_FAILED'), block('c', c, b, 'DEPENDENCY_FAILED')],
    }
    expect(play(first('cancel'), row)).toEqual(promised(row))
    const { snapshot } = sendAll(first('cancel'), [begin, failed(a), gone(d)])
    expect(snapshot.value).toBe('failed')
  })

  it('a run without steps is complete at once', () => {
    const { snapshot, commands } = sendAll(start(graphMachine), [begin])
    expect([snapshot.value, commands]).toEqual(['completed', []])
  })

  it('a plan whose steps wait for each other fails instead of waiting for ever', () => {
    const knot: Plan = {
      ...plan(),
      steps: [
        { name: 'a', task: 't', after: [1], lanes: [] },
        { name: 'b', task: 't', after: [0], lanes: [] },
      ],
    }
    expect(sendAll(start(graphMachine, { plan: compile(knot) }), [begin]).snapshot.value).toBe('failed')
  })

  it('keeps for each ended step where its output or its error is recorded', () => {
    const { snapshot } = sendAll(first(), [begin, done(a), ended(d, 'failed', 99, oops)])
    const { refs, status } = graphOf(snapshot)
    // The task recorded its output one signal before it told; why it failed stands in what it told.
    expect([refs.get(a), refs.get(d)]).toEqual([done(a).causationId, 99])
    expect(status.toJSON().map(value => STEP_STATES[value])).toEqual([
      'completed',
      'running',
      'pending',
      'failed',
    ])
  })

  it('leaves the state before an event whole, so that a batch can be rolled back', () => {
    const before = sendAll(first(), [begin]).snapshot
    const kept = JSON.stringify(before.context)
    sendAll(before, [done(a), failed(b), done(d)])
    expect(JSON.stringify(before.context)).toBe(kept)
  })
})
