/**
 * How a user's own machine runs in the hub: its definition, what its tasks are created with, which events it takes from outside, and
 * what is told of it. No transition is decided here.
 */
import type { AnyStateMachine } from 'xstate'
import { StatorError } from '../errors.ts'
import type { Json } from '../messages/json.ts'
import type { TaskCreate } from '../messages/task.ts'
import { heard } from './conversation.ts'
import { specOf } from './create.ts'
import type { Definition, RunReport, Tally } from './kind.ts'
import { workflowKind } from './kinds.ts'
import type { FlowHost } from './flow-host.ts'
import { carryOwn } from './own-machine-carry.ts'
import { freeze, thaw, type OwnContext } from './own-machine-state.ts'
import { parse, type Schema } from './schema.ts'
import type { Surface } from './surface.ts'
import type { AnyTask } from './task.ts'

export interface OwnParts {
  readonly hull: AnyStateMachine
  /** As its user wrote it. */
  readonly machine: AnyStateMachine
  readonly surface: Surface
  /** What its context must be, where its user says so. */
  readonly context: Schema | undefined
  readonly migrate: Definition['migrate'] | undefined
  /** By the names of their sources. */
  readonly tasks: ReadonlyMap<string, AnyTask>
}

export function ownDefinition(
  ref: Definition['ref'],
  parts: OwnParts,
  { admit }: Pick<FlowHost, 'admit'>,
): Definition {
  const { hull, machine, surface, tasks, context: known, migrate } = parts
  return {
    kind: workflowKind,
    machine: hull,
    ref,
    input: undefined,
    freeze: context => freeze(context as OwnContext),
    thaw: context => thaw(machine, context),
    materialise: (context, event, data) =>
      event === 'task.create'
        ? createMessage(context as OwnContext, data as unknown as Asked, tasks, admit)
        : data,
    hearsOnce: true,
    carry: (snapshot, how) => carryOwn({ machine, context: known }, snapshot, how),
    ...(migrate === undefined ? {} : { migrate }),
    surface,
    hear: (_, type, data) => heard(surface, type, data, admit),
    run: {
      tally: context => tallyOf(context as OwnContext),
      report: context => reportOf(context as OwnContext),
      // It has no steps, but states: which task may come, no machine says.
      mayCome: () => undefined,
      isPaused: ({ context }) => {
        const { paused, end } = context as OwnContext
        return paused !== null && end === null
      },
    },
  }
}

/** What the machine says of a task to create. Its input is whatever the machine's code made. */
interface Asked {
  readonly step: number
  readonly src: string
  readonly input?: unknown
}

function createMessage(
  { run }: OwnContext,
  { step, src, input }: Asked,
  tasks: ReadonlyMap<string, AnyTask>,
  admit: FlowHost['admit'],
): Json {
  const task = tasks.get(src)
  if (task === undefined) throw new StatorError('TASK_UNHANDLED', { source: src })
  const made = input === undefined ? undefined : admit(input)
  const parsed = admit(parse(task.input, made, 'INPUT_INVALID', `input of ${task.name}`))
  const create: TaskCreate = { ...specOf(task, parsed), parent: `workflow/${run}`, step, tellsOutput: true }
  return create as unknown as Json
}

/** What it gives is the machine's output, or why it failed; its tasks have outcomes of their own. */
function reportOf({ end }: OwnContext): RunReport {
  const { output, error } = end ?? {}
  return {
    outputs: {},
    steps: {},
    ...(error === undefined ? {} : { error }),
    ...(output === undefined ? {} : { result: output }),
  }
}

/** Its tasks, as far as it has asked for them: how many there will be, no machine says. */
function tallyOf({ started, completed, failed, cancelled }: OwnContext): Tally {
  const running = started - completed - failed - cancelled
  return { total: started, completed, running, failed, cancelled, blocked: 0 }
}
