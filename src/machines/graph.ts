/**
 * Graph: the one machine behind every task graph, whether declared in code or given as data. It asks for tasks and
 * hears how they end; what a step gets as input is made by the hub, from recorded outputs. Pure.
 */
import { assign, enqueueActions, setup } from 'xstate'
import type { Failure } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Emitted } from '../messages/command.ts'
import type { EventsOf } from '../messages/event.ts'
import type { Json } from '../messages/json.ts'
import type { graphMessages } from '../messages/workflow.ts'
import {
  CANCELLED,
  compile,
  COMPLETED,
  FAILED,
  initialState,
  RUNNING,
  settle,
  startGraph,
  stopGraph,
  type Advance,
  type CompiledPlan,
  type Ending,
  type GraphState,
} from './graph-state.ts'

export interface GraphContext {
  /** Not part of a checkpoint: it comes from the definition, or from the message that started the run. */
  readonly plan: CompiledPlan
  /** The id of the run. */
  readonly run: string
  readonly input: Json
  readonly graph: GraphState
  /** The first failure: a later one is in its own record. */
  readonly error: { readonly step: string; readonly error: Failure } | null
  readonly reason: string | null
  readonly startedAt: number
  readonly endedAt: number
}

export type GraphEvent = EventsOf<typeof graphMessages>
type Args = { context: GraphContext; event: GraphEvent }

export const EMPTY_PLAN: CompiledPlan = compile({ steps: [], lanes: [], onFailure: 'continue' })

const ENDINGS: Record<'completed' | 'failed' | 'cancelled', Ending> = {
  completed: COMPLETED,
  failed: FAILED,
  cancelled: CANCELLED,
}

const stepOf = (event: GraphEvent): number => ('step' in event.data ? (event.data.step ?? -1) : -1)
const nameOf = (plan: CompiledPlan, step: number): string => plan.steps[step]?.name ?? ''

/** The address of the task that does a step. */
export const stepAddress = (run: string, step: string): Address => `task/${run}/${step}`

/** How a step ended that others wait for: by its own failure, or because something stood in its way as well. */
function codeOf(event: GraphEvent, step: number): string {
  if (step !== stepOf(event)) return 'DEPENDENCY_FAILED'
  const code = 'error' in event.data ? event.data.error?.code : undefined
  return (
    code ?? (event.type === 'step.done' && event.data.status === 'cancelled' ? 'CANCELLED' : 'TASK_FAILED')
  )
}

/** An advance as messages, in the order: cancellations, blocked steps, starts. */
function commands(run: string, plan: CompiledPlan, event: GraphEvent, advance: Advance): Emitted[] {
  const to = (step: number): Address => stepAddress(run, nameOf(plan, step))
  return [
    ...advance.cancel.map((step): Emitted => ({
      type: 'send',
      to: to(step),
      event: 'task.cancel',
      data: {},
    })),
    ...advance.block.map(({ step, by }): Emitted => ({
      type: 'send',
      to: to(step),
      event: 'task.create',
      data: { step, by, code: codeOf(event, by) },
    })),
    ...advance.start.map((step): Emitted => ({
      type: 'send',
      to: to(step),
      event: 'task.create',
      data: { step },
    })),
  ]
}

/** What moves the graph itself. */
type Moving = Exclude<GraphEvent, { type: 'workflow.pause' | 'workflow.resume' }>

function advanceBy(context: GraphContext, event: Moving): Advance {
  const { plan, graph } = context
  if (event.type === 'workflow.start') return startGraph(plan, initialState(plan))
  if (event.type === 'workflow.cancel') return stopGraph(plan, graph, 'cancelled')
  if (event.type === 'fault') return settle(plan, graph, event.data.step, FAILED, event.seq)
  // A completed step is read where its task recorded the output; another one where it says why.
  const ref = event.data.status === 'completed' ? event.causationId : event.seq
  return settle(plan, graph, event.data.step, ENDINGS[event.data.status], ref)
}

function firstError(context: GraphContext, event: GraphEvent): GraphContext['error'] {
  if (context.error !== null || !('error' in event.data) || event.data.error === undefined)
    return context.error
  if (event.type === 'step.done' && event.data.status !== 'failed') return null
  return { step: nameOf(context.plan, stepOf(event)), error: event.data.error as Failure }
}

/** What is said of a step moves the graph, in whatever state that may come. */
const words = {
  'step.done': { guard: 'isRunning', actions: 'advance' },
  fault: { guard: 'isRunning', actions: 'advance' },
} as const

/** It ends by itself, paused or not. */
const ends = [
  { guard: 'hasCompleted', target: 'completed', actions: 'end' },
  { guard: 'isOver', target: 'failed', actions: 'end' },
] as const

export const graphMachine = setup({
  types: {} as {
    context: GraphContext
    events: GraphEvent
    emitted: Emitted
    input: { plan?: CompiledPlan } | undefined
  },
  guards: {
    isRunning: ({ context, event }: Args) => context.graph.status.get(stepOf(event)) === RUNNING,
    isOver: ({ context }: Args) => context.graph.running === 0,
    hasCompleted: ({ context: { graph } }: Args) => graph.completed === graph.status.length,
  },
  actions: {
    advance: enqueueActions(({ context, event, enqueue }) => {
      if (event.type === 'workflow.pause' || event.type === 'workflow.resume') return
      const starting = event.type === 'workflow.start'
      const run = starting ? event.to.slice(event.to.indexOf('/') + 1) : context.run
      const advance = advanceBy(context, event)
      enqueue.assign(
        starting
          ? { graph: advance.state, run, input: event.data.input, startedAt: event.at }
          : {
              graph: advance.state,
              error: firstError(context, event),
              reason: event.type === 'workflow.cancel' ? (event.data.reason ?? null) : context.reason,
            },
      )
      for (const command of commands(run, context.plan, event, advance)) enqueue.emit(command)
    }),
    end: assign(({ event }) => ({ endedAt: event.at })),
  },
}).createMachine({
  id: 'workflow',
  version: '1',
  description: 'A graph of tasks: each starts when those it depends on have completed.',
  options: { maxIterations: 100 },
  context: ({ input }) => {
    const compiled = input?.plan ?? EMPTY_PLAN
    return {
      plan: compiled,
      run: '',
      input: null,
      graph: initialState(compiled),
      error: null,
      reason: null,
      startedAt: 0,
      endedAt: 0,
    }
  },
  initial: 'pending',
  states: {
    pending: {
      meta: { description: 'Not started yet.' },
      on: {
        'workflow.start': { target: 'running', actions: 'advance' },
        'workflow.cancel': { target: 'cancelled', actions: ['advance', 'end'] },
      },
    },
    running: {
      meta: { description: 'Steps run, or wait for those they depend on or for a place in their lane.' },
      always: ends,
      on: {
        ...words,
        'workflow.pause': 'paused',
        'workflow.cancel': { target: 'cancelling', actions: 'advance' },
      },
    },
    paused: {
      meta: { description: 'What runs goes on to its end; nothing new is started.' },
      always: ends,
      on: {
        ...words,
        'workflow.resume': 'running',
        'workflow.cancel': { target: 'cancelling', actions: 'advance' },
      },
    },
    cancelling: {
      meta: { description: 'Cancelled by request; waits until what runs has stopped.' },
      always: { guard: 'isOver', target: 'cancelled', actions: 'end' },
      on: {
        ...words,
      },
    },
    completed: { type: 'final', meta: { description: 'Every step completed.' } },
    failed: { type: 'final', meta: { description: 'A step failed, and nothing more can run.' } },
    cancelled: { type: 'final', meta: { description: 'Cancelled; finished steps keep their outputs.' } },
  },
})
