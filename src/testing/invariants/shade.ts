/**
 * Shade: one actor as it must be, and what it owes: shapes, and how a message that creates an actor names what it runs. Nothing
 * here may look at an actor of the runtime.
 */
import type { AnyStateMachine } from 'xstate'
import { agentMachine } from '../../machines/agent.ts'
import { budgetMachine } from '../../machines/budget.ts'
import { contextMachine } from '../../machines/context.ts'
import { conversationMachine } from '../../machines/conversation.ts'
import { gateMachine } from '../../machines/gate.ts'
import { graphMachine } from '../../machines/graph.ts'
import { groupMachine } from '../../machines/group.ts'
import { compile, type CompiledPlan } from '../../machines/graph-state.ts'
import { indexOf, type FlowIndex } from '../../machines/flow-index.ts'
import { postMachine } from '../../machines/post.ts'
import { projectMachine } from '../../machines/project.ts'
import { lockMachine } from '../../machines/lock.ts'
import { queueMachine } from '../../machines/queue.ts'
import { scheduleMachine } from '../../machines/schedule.ts'
import { taskMachine } from '../../machines/task.ts'
import { compileWorkflow, phaseOf } from '../../machines/workflow.ts'
import type { Address, Kind } from '../../messages/address.ts'
import type { Command } from '../../messages/command.ts'
import type { Flow } from '../../messages/flow.ts'
import type { Message, Priority } from '../../messages/message.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Plan } from '../../messages/workflow.ts'
import type { PendingMessage } from '../../runtime/journal.ts'
import type { Setup } from '../host/stage.ts'
import { workflowsOf } from './known.ts'
import { OwnMachine } from '../../actors/own-machine.ts'
import { isHull } from '../../actors/own-machine-hull.ts'
import { firstStanding, nameOf, type Standing } from './macrostep.ts'

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
  readonly sort: Exclude<Kind, 'client' | 'system'>
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
  /** Of a run of a graph. */
  readonly plan: CompiledPlan | undefined
  /** Of a run of a compiled workflow. */
  readonly flow: FlowIndex | undefined
  /** Of a run that is declared in code: what it is, as runs remember it. */
  readonly hash: string | undefined
  /** What a standing is called. */
  name(standing: Standing): string
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

const plainName = ({ value }: Standing): string => nameOf(value)
const plain = (machine: AnyStateMachine): Sort => ({
  machine,
  first: firstStanding(machine, undefined),
  plan: undefined,
  flow: undefined,
  hash: undefined,
  name: plainName,
})
const SORTS: Readonly<Record<string, readonly [kind: string, sort: Sort]>> = {
  'task.create': ['task/', plain(taskMachine)],
  'agent.register': ['agent/', plain(agentMachine)],
  'group.create': ['group/', plain(groupMachine)],
  'schedule.create': ['schedule/', plain(scheduleMachine)],
  'gate.open': ['gate/', plain(gateMachine)],
  'post.send': ['post/', plain(postMachine)],
  'budget.open': ['budget/', plain(budgetMachine)],
  'context.set': ['context/', plain(contextMachine)],
  'project.open': ['project/', plain(projectMachine)],
  'lock.acquire': ['lock/', plain(lockMachine)],
  'queue.configure': ['queue/', plain(queueMachine)],
  'conversation.load': ['conversation/', plain(conversationMachine)],
}
const graphs = new WeakMap<Plan, Sort>()
const flows = new WeakMap<Flow, Sort>()
const owns = new WeakMap<AnyStateMachine, Sort>()

/** Undefined where the message creates nobody. */
export function sortOf({ type, to, data }: Signal, setup: Setup): Sort | undefined {
  const [kind, sort] = SORTS[type] ?? []
  if (kind !== undefined) return to.startsWith(kind) ? sort : undefined
  if (type !== 'workflow.start' || !to.startsWith('workflow/')) return undefined
  const { plan, flow, workflow: name, version, hash } = data as unknown as WorkflowStart
  if (plan !== undefined) return graphOf(plan)
  if (flow !== undefined) return flowOf(flow, () => compileWorkflow(name, version, indexOf(flow)), undefined)
  const workflow = workflowsOf(setup).get(hash)
  if (workflow instanceof OwnMachine) return ownOf(workflow, hash)
  if (workflow?.flow === undefined) return undefined
  return flowOf(workflow.flow, () => workflow.machine, hash)
}

interface WorkflowStart {
  readonly plan?: Plan
  readonly flow?: Flow
  readonly workflow: string
  readonly version: string
  readonly hash: string
}

function graphOf(plan: Plan): Sort {
  const made = graphs.get(plan)
  if (made !== undefined) return made
  const compiled = compile(plan)
  const first = firstStanding(graphMachine, { plan: compiled })
  const sort = { ...plain(graphMachine), first, plan: compiled }
  graphs.set(plan, sort)
  return sort
}

function flowOf(flow: Flow, compiled: () => AnyStateMachine, hash: string | undefined): Sort {
  const made = flows.get(flow)
  if (made !== undefined) return made
  const index = indexOf(flow)
  const machine = compiled()
  const first = firstStanding(machine, { index })
  const sort = { machine, first, plan: undefined, flow: index, hash, name: phaseOf }
  flows.set(flow, sort)
  return sort
}

function ownOf({ hull }: OwnMachine, hash: string): Sort {
  const sort = owns.get(hull) ?? { ...plain(hull), hash }
  owns.set(hull, sort)
  return sort
}

/** Is it a machine of a user's own? */
export const isOwn = ({ kind: { machine } }: Shade): boolean => isHull(machine)

/** Is what it runs registered in this process life? */
export const isHere = ({ kind: { hash } }: Shade, setup: Setup): boolean =>
  hash === undefined || workflowsOf(setup).has(hash)

const NAMES: Readonly<Record<string, string>> = {
  'task.running': 'task.started',
  'workflow.running': 'workflow.started',
  'paused > workflow.running': 'workflow.resumed',
  'held > workflow.running': 'workflow.resumed',
  'group.running': 'group.started',
  'gate.open': 'gate.opened',
  'project.open': 'project.opened',
  'closed > project.open': 'project.reopened',
  'budget.open': 'budget.opened',
  'exhausted > budget.open': 'budget.replenished',
  'conversation.running': 'conversation.started',
  'stopped > conversation.running': 'conversation.resumed',
  'context.present': 'context.set',
  'lock.held': 'lock.granted',
  'lock.free': 'lock.freed',
}

/** What entering its state is called. */
export function lifecycleName({ sort, state }: Shade, from: string | null): string {
  const name = `${sort}.${state}`
  return NAMES[`${from} > ${name}`] ?? NAMES[name] ?? name
}

/** The timer that a signal names, if that is set. */
export function timerOf(actor: Shade, signal: Signal): Timer | undefined {
  const { id, setSeq } = signal.data as { readonly id: string; readonly setSeq: number }
  const timer = actor.timers.get(id)
  return timer?.setSeq === setSeq ? timer : undefined
}
