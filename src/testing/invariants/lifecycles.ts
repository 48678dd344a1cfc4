/**
 * Lifecycles: every move that a task, an agent, a run, a schedule, a queue, a gate, a shared value or the hub may make, written down by hand. A second opinion beside the
 * machines: nothing here may be taken from them.
 */
import { agent, project, type Lifecycle } from './lifecycles-of-agents.ts'

const cancel = { 'task.cancel': ['cancelled'], 'task.drop': ['dead', 'failed'] } as const
const task: Lifecycle = {
  none: { 'task.create': ['blocked', 'pending', 'scheduled', 'running', 'queued', 'completed', 'dead'] },
  pending: {
    'dependency.done': ['pending', 'scheduled', 'queued', 'blocked'],
    'task.depend': ['pending'],
    'hub.timer': ['failed', 'dead'],
    ...cancel,
  },
  scheduled: { 'hub.timer': ['queued', 'failed', 'dead'], 'task.depend': ['pending'], ...cancel },
  queued: {
    'task.start': ['running'],
    'task.reassign': ['queued'],
    'task.resolved': ['queued'],
    'hub.timer': ['failed', 'dead'],
    'task.depend': ['pending'],
    ...cancel,
  },
  running: {
    'hub.timer': ['failed', 'dead'],
    'task.done': ['completed'],
    'task.failed': ['retrying', 'failed', 'dead'],
    'task.progress': ['running'],
    'task.recorded': ['running'],
    'task.intended': ['running'],
    'task.resolved': ['running'],
    'task.handOff': ['queued'],
    'task.interrupted': ['queued', 'held', 'failed', 'dead'],
    'task.cancel': ['cancelled'],
  },
  retrying: { 'task.resolved': ['retrying'], 'hub.timer': ['queued', 'failed', 'dead'], ...cancel },
  held: {
    'task.resolved': ['held'],
    'task.retry': ['queued'],
    'task.fail': ['failed'],
    'hub.timer': ['failed', 'dead'],
    ...cancel,
  },
  dead: { 'task.replay': ['queued'], 'task.discard': ['cancelled'], 'task.cancel': ['cancelled'] },
}

/** Of a graph given as data. */
const workflow: Lifecycle = {
  none: { 'workflow.start': ['running', 'completed'] },
  running: {
    'step.done': ['running', 'completed', 'failed'],
    fault: ['running', 'failed'],
    'workflow.pause': ['paused'],
    'workflow.cancel': ['cancelling', 'cancelled'],
  },
  paused: {
    'step.done': ['paused', 'completed', 'failed'],
    fault: ['paused', 'failed'],
    'workflow.resume': ['running'],
    'workflow.cancel': ['cancelling', 'cancelled'],
  },
  cancelling: { 'step.done': ['cancelling', 'cancelled'], fault: ['cancelling', 'cancelled'] },
}

const ending = ['completing', 'completed'] as const
const moves = ['running', ...ending] as const
const breaksDown = [...moves, 'failing', 'failed'] as const
/** Around a user's own machine: what that does inside `running` is its own matter. */
const own: Lifecycle = {
  none: { 'workflow.start': [...moves, 'paused'] },
  running: {
    'step.done': breaksDown,
    fault: breaksDown,
    'hub.timer': moves,
    'workflow.signal': moves,
    'workflow.cancel': [...moves, 'cancelling', 'cancelled'],
    'workflow.pause': ['paused'],
  },
  paused: {
    'step.done': ['paused'],
    fault: ['paused'],
    'hub.timer': ['paused'],
    'workflow.signal': ['paused'],
    'workflow.resume': breaksDown,
    'workflow.cancel': [...breaksDown, 'cancelling', 'cancelled'],
  },
  completing: { 'step.done': ending, fault: ending },
  failing: { 'step.done': ['failing', 'failed'], fault: ['failing', 'failed'] },
  cancelling: { 'step.done': ['cancelling', 'cancelled'], fault: ['cancelling', 'cancelled'] },
}

const goesOn = ['held', 'completed', 'settled', 'failing', 'failed', 'compensating'] as const
const words = (...to: readonly string[]): Lifecycle[string] => ({
  'step.done': to,
  fault: to,
  'flow.decided': to,
  'hub.timer': to,
  'workflow.signal': to,
  'workflow.update': to,
})
const decided = ['held', 'running', 'paused', 'completed', 'settled', 'compensating', 'compensated'] as const
const pausable = { 'workflow.pause': ['paused'] } as const
/** A compiled one: in phases, whatever is in its body. */
const compiled: Lifecycle = {
  none: { 'workflow.start': ['running', 'paused', 'completed'] },
  running: {
    ...words('running', ...goesOn),
    'workflow.pause': ['paused'],
    'workflow.cancel': ['cancelling', 'cancelled', 'compensating'],
  },
  paused: {
    ...words('paused', ...goesOn, 'cancelled', 'compensated'),
    'workflow.resume': ['running', 'cancelling', 'failing', 'compensating'],
    'workflow.cancel': ['cancelling', 'cancelled', 'compensating'],
  },
  held: {
    ...words('held'),
    'workflow.pause': ['held'],
    'workflow.resume': ['held'],
    'workflow.cancel': ['cancelling', 'cancelled'],
    'step.retry': decided,
    'step.skip': decided,
    'step.finish': decided,
  },
  cancelling: { ...words('cancelling', 'cancelled', 'compensating'), ...pausable },
  failing: { ...words('failing', 'failed', 'compensating'), ...pausable },
  settled: { 'workflow.release': ['completed'], 'workflow.compensate': ['compensating'] },
  compensating: { ...words('compensating', 'compensated', 'held'), ...pausable },
}

const group: Lifecycle = {
  none: { 'group.create': ['running', 'completed'] },
  running: {
    'group.add': ['running'],
    'group.seal': ['running', 'completed', 'failed'],
    'step.done': ['running', 'completed', 'failed'],
    'group.cancel': ['cancelling', 'cancelled'],
  },
  cancelling: { 'step.done': ['cancelling', 'cancelled'] },
}

const stays = (state: string): Lifecycle[string] => ({
  'schedule.trigger': [state],
  'step.done': [state],
  'schedule.remove': ['removed'],
})
const schedule: Lifecycle = {
  none: { 'schedule.create': ['due'] },
  due: {
    ...stays('due'),
    'schedule.fire': ['waiting', 'finishing', 'completed'],
    'schedule.fail': ['paused'],
    'schedule.pause': ['paused'],
    'schedule.update': ['due'],
  },
  waiting: {
    ...stays('waiting'),
    'hub.timer': ['due'],
    'schedule.pause': ['paused'],
    'schedule.update': ['due'],
  },
  paused: { ...stays('paused'), 'schedule.resume': ['due'], 'schedule.update': ['paused'] },
  finishing: {
    ...stays('finishing'),
    'step.done': ['finishing', 'completed'],
    'schedule.update': ['due'],
  },
}

const told = (state: string): Lifecycle[string] => ({
  'queue.configure': [state],
  'queue.load': [state],
})
const queue: Lifecycle = {
  none: { 'queue.configure': ['active'] },
  active: { ...told('active'), 'queue.pause': ['paused'], 'queue.drain': ['draining'] },
  paused: { ...told('paused'), 'queue.resume': ['active'], 'queue.drain': ['draining'] },
  draining: { ...told('draining'), 'queue.resume': ['active'] },
}

const gate: Lifecycle = {
  none: { 'gate.open': ['open'] },
  open: {
    'gate.approve': ['approved'],
    'gate.reject': ['rejected'],
    'gate.reassign': ['open'],
    'gate.escalate': ['open'],
    'gate.cancel': ['cancelled'],
    'hub.timer': ['expired', 'approved', 'open'],
  },
}

const charged = {
  'budget.reserve': ['open'],
  'budget.settle': ['open', 'exhausted'],
  'budget.release': ['open'],
  'budget.spend': ['open', 'exhausted'],
  'budget.charge': ['open', 'exhausted'],
  'budget.raise': ['open'],
  'budget.close': ['closed'],
} as const
const budget: Lifecycle = {
  none: { 'budget.open': ['open', 'exhausted'] },
  open: charged,
  exhausted: {
    ...Object.fromEntries(Object.keys(charged).map(type => [type, ['exhausted']])),
    'budget.raise': ['open', 'exhausted'],
    'budget.close': ['closed'],
  },
}

const context: Lifecycle = {
  none: { 'context.set': ['present'] },
  present: { 'context.set': ['present'], 'context.delete': ['deleted'], 'context.end': ['ended'] },
  deleted: { 'context.set': ['present'], 'context.end': ['ended'] },
}

const post: Lifecycle = { none: { 'post.send': ['sent'] } }
const lock: Lifecycle = {
  none: { 'lock.acquire': ['held'] },
  free: { 'lock.acquire': ['held'] },
  held: {
    'lock.acquire': ['held'],
    'lock.renew': ['held'],
    'lock.release': ['held', 'free'],
    'lock.revoke': ['held', 'free'],
    'lock.break': ['held', 'free'],
    'hub.timer': ['held', 'free'],
  },
}

const conversation: Lifecycle = {
  none: { 'conversation.load': ['running'] },
  running: {
    'conversation.load': ['running'],
    'conversation.stop': ['stopped'],
    'conversation.end': ['ended'],
  },
  stopped: { 'conversation.load': ['stopped'], 'conversation.resume': ['running'] },
}

const system: Lifecycle = {
  recovering: { 'hub.start': ['running'], 'hub.close': ['closed'], 'hub.fail': ['failed'] },
  running: { 'hub.drain': ['draining'], 'hub.close': ['closed'], 'hub.fail': ['failed'] },
  draining: { 'hub.close': ['closed'], 'hub.fail': ['failed'] },
}

export const LIFECYCLES: Readonly<Record<string, Lifecycle>> = {
  task,
  agent,
  workflow,
  own,
  compiled,
  group,
  schedule,
  queue,
  gate,
  post,
  budget,
  project,
  context,
  conversation,
  lock,
  system,
}

/** The states that nothing leads out of. */
const FINAL: Readonly<Record<string, readonly string[]>> = {
  task: ['completed', 'failed', 'cancelled', 'blocked'],
  agent: ['stopped'],
  workflow: ['completed', 'failed', 'cancelled', 'terminated'],
  own: ['completed', 'failed', 'cancelled', 'terminated'],
  compiled: ['completed', 'failed', 'cancelled', 'compensated', 'terminated'],
  group: ['completed', 'failed', 'cancelled'],
  schedule: ['completed', 'removed'],
  budget: ['closed'],
  gate: ['approved', 'rejected', 'expired', 'cancelled'],
  post: ['sent'],
  context: ['ended'],
  conversation: ['ended'],
}

export const isFinal = (kind: string, state: string): boolean => FINAL[kind]?.includes(state) === true

/** `running.waiting` is a way of running. */
const phaseOf = (state: string): string => /^(?:running|paused)(?=\.)/.exec(state)?.[0] ?? state

/** May it make this move? True of kinds that are not known here. */
export function isMove(kind: string, from: string | null, type: string, to: string): boolean {
  if (type === 'workflow.terminate') return to === 'terminated' && from !== null
  const lifecycle = LIFECYCLES[kind]
  return lifecycle === undefined || lifecycle[phaseOf(from ?? 'none')]?.[type]?.includes(phaseOf(to)) === true
}
