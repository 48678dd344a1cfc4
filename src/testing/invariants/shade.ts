/**
 * Shade: one actor as it must be, and what it owes: shapes, and how a message that creates an actor names what it runs. Nothing
 * here may look at an actor of the runtime.
 */
import type { AnyStateMachine } from 'xstate'
import { agentMachine } from '../../machines/agent.ts'
import { gateMachine } from '../../machines/gate.ts'
import { graphMachine } from '../../machines/graph.ts'
import { groupMachine } from '../../machines/group.ts'
import { compile, type CompiledPlan } from '../../machines/graph-state.ts'
import { queueMachine } from '../../machines/queue.ts'
import { scheduleMachine } from '../../machines/schedule.ts'
import { taskMachine } from '../../machines/task.ts'
import type { Address } from '../../messages/address.ts'
import type { Command } from '../../messages/command.ts'
import type { Json } from '../../messages/json.ts'
import type { Message, Priority } from '../../messages/message.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Plan } from '../../messages/workflow.ts'
import { hashOf } from '../../runtime/hash.ts'
import type { PendingMessage } from '../../runtime/journal.ts'
import type { AnyWorkflow } from '../../actors/workflow.ts'
import type { Setup } from '../host/stage.ts'
import { firstStanding, type Standing } from './macrostep.ts'

/** A timer that is set. */
export interface Timer {
  readonly actor: Shade
  readonly id: string
  readonly event: string
  readonly due: number
  readonly setSeq: number
}

export interface Shade {
  readonly address: Address
  readonly kind: Sort
  readonly sort: 'task' | 'agent' | 'workflow' | 'group' | 'schedule' | 'queue' | 'gate'
  readonly correlationId: string
  readonly priority: Priority
  readonly depth: number
  standing: Standing
  state: string
  readonly timers: Map<string, Timer>
  /** What it stumbled over: it does not move until it is released. */
  hold: Signal | null
  /** What else it had sent along too long a chain, when it was held already: that goes on with it. */
  readonly overrun: Signal[]
}

/** What an actor runs. */
export interface Sort {
  readonly machine: AnyStateMachine
  readonly first: Standing
  /** Of a run. */
  readonly plan: CompiledPlan | undefined
  /** Of a run that is declared in code. */
  readonly workflow: AnyWorkflow | undefined
}

/** A message that a machine emitted and that has not arrived. */
export interface Owed extends Message {
  readonly key: string
  readonly causationId: number
  readonly output: number
  readonly hops: number
  readonly depth: number
  /** The hub makes its data out of this: then only parts of it are known. */
  readonly isMade: boolean
  arrived: boolean
  /** Its row in the journal, where it has one. */
  row: PendingMessage | undefined
}

/** What a durable signal must have been. */
export interface Move {
  readonly signal: Signal
  /** False of an actor whose beginning nobody knows any more: nothing can be said of it. */
  readonly known: boolean
  readonly actor: Shade | undefined
  readonly isNew: boolean
  readonly from: string | null
  readonly to: string | null
  readonly name: string
  readonly final: boolean
  /** Why it must have been refused; null where it must have been taken. */
  readonly refusal: string | null
  readonly allowed: readonly string[]
  readonly commands: readonly Command[]
  readonly wasHeld: boolean
  /** What arrived with it; undefined where it is an input. */
  readonly arrived: Owed | undefined
  /** An input that is delivered once more, after a release. */
  readonly isAgain: boolean
  /** The timer that it names, if that was set. */
  readonly timer: Timer | undefined
}

/** Of a signal of which nothing is known yet but itself. */
export const BARE = {
  known: true,
  actor: undefined,
  isNew: false,
  from: null,
  to: null,
  final: false,
  refusal: null,
  allowed: [],
  commands: [],
  wasHeld: false,
  timer: undefined,
} as const

export const keyOf = (message: { readonly causationId: number; readonly output: number }): string =>
  `${message.causationId}/${message.output}`

const nothing = { plan: undefined, workflow: undefined }
const TASK: Sort = { machine: taskMachine, first: firstStanding(taskMachine, undefined), ...nothing }
const AGENT: Sort = { machine: agentMachine, first: firstStanding(agentMachine, undefined), ...nothing }
const GROUP: Sort = { machine: groupMachine, first: firstStanding(groupMachine, undefined), ...nothing }
const SCHEDULE: Sort = {
  machine: scheduleMachine,
  first: firstStanding(scheduleMachine, undefined),
  ...nothing,
}
const GATE: Sort = { machine: gateMachine, first: firstStanding(gateMachine, undefined), ...nothing }
const QUEUE: Sort = { machine: queueMachine, first: firstStanding(queueMachine, undefined), ...nothing }
const graphs = new WeakMap<Plan, Sort>()
const hashes = new WeakMap<AnyWorkflow, string>()

/** Undefined where the message creates nobody. */
export function sortOf({ type, to, data }: Signal, setup: Setup): Sort | undefined {
  if (type === 'task.create' && to.startsWith('task/')) return TASK
  if (type === 'agent.register' && to.startsWith('agent/')) return AGENT
  if (type === 'group.create' && to.startsWith('group/')) return GROUP
  if (type === 'schedule.create' && to.startsWith('schedule/')) return SCHEDULE
  if (type === 'gate.open' && to.startsWith('gate/')) return GATE
  if (type === 'queue.configure' && to.startsWith('queue/')) return QUEUE
  if (type !== 'workflow.start' || !to.startsWith('workflow/')) return undefined
  const { plan, hash } = data as { readonly plan?: Plan; readonly hash: string }
  if (plan !== undefined) return graphOf(plan, undefined)
  const workflow = setup.workflows
    ?.map(each => each as AnyWorkflow)
    .find(each => hashOfWorkflow(each) === hash)
  return workflow === undefined ? undefined : graphOf(workflow.plan, workflow)
}

function graphOf(plan: Plan, workflow: AnyWorkflow | undefined): Sort {
  const known = graphs.get(plan)
  if (known !== undefined) return known
  const compiled = compile(plan)
  const first = firstStanding(graphMachine, { plan: compiled })
  const sort = { machine: graphMachine, first, plan: compiled, workflow }
  graphs.set(plan, sort)
  return sort
}

export function hashOfWorkflow(workflow: AnyWorkflow): string {
  const known = hashes.get(workflow)
  if (known !== undefined) return known
  const hash = hashOf([workflow.name, workflow.version, workflow.plan as unknown as Json])
  hashes.set(workflow, hash)
  return hash
}

/** Is what it runs registered in this process life? */
export function isHere({ kind: { workflow } }: Shade, setup: Setup): boolean {
  if (workflow === undefined) return true
  const hash = hashOfWorkflow(workflow)
  return (
    setup.workflows?.some(
      each => each === (workflow as unknown) || hashOfWorkflow(each as AnyWorkflow) === hash,
    ) ?? false
  )
}

const NAMES: Readonly<Record<string, string>> = {
  'task.running': 'task.started',
  'workflow.running': 'workflow.started',
  'group.running': 'group.started',
  'gate.open': 'gate.opened',
}

/** What entering its state is called. */
export function lifecycleName({ sort, state }: Shade): string {
  const name = `${sort}.${state}`
  return NAMES[name] ?? name
}

/** The timer that a signal names, if that is set. */
export function timerOf(actor: Shade, signal: Signal): Timer | undefined {
  const { id, setSeq } = signal.data as { readonly id: string; readonly setSeq: number }
  const timer = actor.timers.get(id)
  return timer?.setSeq === setSeq ? timer : undefined
}
