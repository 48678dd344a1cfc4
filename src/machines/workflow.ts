/**
 * Workflow: compiles a flow to a statechart: its body goes forward in `running`, a mirror of it undoes in `compensating`. The machine
 * is an ordinary XState machine: it is what runs, what is drawn, and what is checked. Pure.
 */
import type { AnyStateMachine } from 'xstate'
import type { FlowIndex } from './flow-index.ts'
import { backward } from './workflow-backward.ts'
import type { Row, StateConfig } from './state-config.ts'
import { Body } from './workflow-body.ts'
import type { WorkflowContext } from './workflow-context.ts'
import { contextOf, workflowSetup } from './workflow-setup.ts'

const OVER = '#phase/completed'

/** A machine for a flow: the same flow gives the same machine. */
export function compileWorkflow(name: string, version: string, index: FlowIndex): AnyStateMachine {
  const config = {
    id: name,
    version,
    description: `The workflow ${name}.`,
    // Each state is passed at most once in a macrostep, but for the rounds of loops, which wait for an answer.
    options: { maxIterations: 1000 + 8 * index.entries.length },
    context: contextOf,
    initial: 'pending',
    states: { ...phases(index), ...(index.isSaga ? sagaPhases(index) : {}), ...finals(index) },
  }
  return workflowSetup.createMachine(config as never) as unknown as AnyStateMachine
}

const phase = (key: string, description: string): Pick<StateConfig, 'id' | 'meta'> => ({
  id: `phase/${key}`,
  meta: { description },
})

function phases(index: FlowIndex): Record<string, StateConfig> {
  const cancel: Row = { guard: 'mayCancel', target: '#phase/cancelling', actions: ['note'] }
  const undo: Row[] = index.isSaga ? [{ guard: 'mustUndo', target: '#phase/compensating' }] : []
  return {
    pending: {
      ...phase('pending', 'Not started yet.'),
      on: {
        'workflow.start': [
          { guard: 'startsPaused', target: '#control/paused', actions: ['start'] },
          { target: '#phase/running', actions: ['start'] },
        ],
      },
    },
    running: {
      ...phase('running', 'Steps run, or wait for those before them.'),
      type: 'parallel',
      on: {
        'workflow.signal': [{ guard: 'mayKeep', actions: ['keep'] }],
        'workflow.update': [{ guard: 'isAnswered', actions: ['update'] }],
        'workflow.cancel': [cancel],
      },
      states: { body: bodyOf(index), control: CONTROL },
    },
    cancelling: {
      ...phase('cancelling', 'Cancelled by request; waits until what runs has stopped.'),
      entry: ['stopAll'],
      always: [...undo, { guard: 'isOver', target: '#phase/cancelled' }],
      on: STRAYS,
    },
    failing: {
      ...phase('failing', 'Something failed; waits until what runs beside it has stopped.'),
      entry: ['stopAll'],
      always: [...undo, { guard: 'isOver', target: '#phase/failed' }],
      on: STRAYS,
    },
  }
}

const STRAYS: Record<string, readonly Row[]> = {
  'step.done': [{ guard: 'isStray', actions: ['settleStray'] }],
  fault: [{ guard: 'isStray', actions: ['settleStray'] }],
  'workflow.pause': [{ guard: 'isGoing', actions: ['pauseRuns'] }],
  'workflow.resume': [{ guard: 'isPaused', actions: ['resumeRuns'] }],
}

/** What undoes it can be paused too. */
const UNDOING: Record<string, readonly Row[]> = {
  'workflow.pause': STRAYS['workflow.pause'] as readonly Row[],
  'workflow.resume': STRAYS['workflow.resume'] as readonly Row[],
}

/** Paused, a run goes on to hear what happens; what begins then is not started (the dispatcher sees to that). */
const CONTROL: StateConfig = {
  id: 'control',
  meta: { description: 'Whether new work is started.' },
  initial: 'going',
  states: {
    going: {
      id: 'control/going',
      meta: { description: 'What is ready is started.' },
      on: { 'workflow.pause': [{ target: '#control/paused', actions: ['pauseRuns'] }] },
    },
    paused: {
      id: 'control/paused',
      meta: { description: 'What runs goes on to its end; nothing new is started.' },
      on: { 'workflow.resume': [{ target: '#control/going', actions: ['resumeRuns'] }] },
    },
  },
}

function bodyOf(index: FlowIndex): StateConfig {
  const { body } = index.flow
  const end = '#body/done'
  const stay: Row[] = index.isSaga ? [{ guard: 'mustStay', target: '#phase/settled' }] : []
  return {
    id: 'body',
    meta: { description: 'What the workflow does.' },
    initial: body[0]?.name ?? 'body/done',
    states: {
      ...new Body(index).row(body, { next: end, fail: '#phase/failing' }),
      'body/done': { id: 'body/done', type: 'final', meta: { description: 'All of it is done.' } },
    },
    onDone: [...stay, { target: OVER }],
  }
}

function sagaPhases(index: FlowIndex): Record<string, StateConfig> {
  const { initial, states } = backward(index.flow.body, '#undo/over')
  return {
    settled: {
      ...phase(
        'settled',
        'Done, as a part of another run; stays until that is done too, so that it can be undone.',
      ),
      entry: ['tellStayed'],
      on: {
        'workflow.release': [{ target: OVER }],
        'workflow.compensate': [{ target: '#phase/compensating' }],
      },
    },
    compensating: {
      ...phase('compensating', 'What ran is undone, newest first.'),
      entry: ['partition'],
      on: UNDOING,
      initial,
      states: {
        ...states,
        'undo/over': { id: 'undo/over', type: 'final', meta: { description: 'All of it is undone.' } },
      },
      onDone: [{ target: '#phase/compensated' }],
    },
    compensated: {
      ...phase('compensated', 'It did not come to its end, and what it did is undone.'),
      type: 'final',
      entry: ['end', 'tellUndone'],
    },
  }
}

function finals(index: FlowIndex): Record<string, StateConfig> {
  const end = (tell: string): string[] => ['end', tell, ...(index.isSaga ? ['letGo'] : [])]
  const final = (key: string, description: string, tell: string): StateConfig => ({
    ...phase(key, description),
    type: 'final',
    entry: end(tell),
  })
  return {
    completed: final('completed', 'All of it is done.', 'tellCompleted'),
    failed: final('failed', 'A step failed, and nothing more can run.', 'tellEnded'),
    cancelled: final('cancelled', 'Cancelled; finished steps keep their outputs.', 'tellEnded'),
  }
}

/** As XState has it, for whoever looks at it. */
interface Standing {
  readonly value: unknown
  readonly context: unknown
}

const PAUSABLE: ReadonlySet<string> = new Set(['running', 'cancelling', 'failing', 'compensating'])

const keyOf = ({ value }: Standing): string =>
  typeof value === 'string' ? value : (Object.keys(value as object)[0] ?? '')

/** Is nothing of it to be started? While it runs, its region says so as well. */
export function isPaused(standing: Standing): boolean {
  const { paused } = standing.context as Pick<WorkflowContext, 'paused'>
  const { running } = standing.value as { readonly running?: { readonly control?: string } }
  return running?.control === 'paused' || (paused && PAUSABLE.has(keyOf(standing)))
}

/** What a state of a compiled workflow is called: its phase, and whether it is held or paused there. */
export function phaseOf(standing: Standing): string {
  const { held } = standing.context as Pick<WorkflowContext, 'held'>
  if (typeof standing.value !== 'string' && held > 0) return 'held'
  return isPaused(standing) ? 'paused' : keyOf(standing)
}
