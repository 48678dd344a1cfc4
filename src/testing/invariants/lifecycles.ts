/**
 * Lifecycles: every move that a task, an agent, a run or the hub may make, written down by hand. A second opinion beside the
 * machines: nothing here may be taken from them.
 */

/** From a state (none: before its creation), by a message, to one of these states. */
type Lifecycle = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

const cancel = { 'task.cancel': ['cancelled'] } as const
const task: Lifecycle = {
  none: { 'task.create': ['blocked', 'scheduled', 'running', 'queued', 'completed'] },
  scheduled: { 'hub.timer': ['queued', 'failed'], ...cancel },
  queued: { 'task.start': ['running'], 'hub.timer': ['failed'], ...cancel },
  running: {
    'hub.timer': ['failed'],
    'task.done': ['completed'],
    'task.failed': ['retrying', 'failed'],
    'task.progress': ['running'],
    'task.recorded': ['running'],
    'task.interrupted': ['queued', 'held', 'failed'],
    ...cancel,
  },
  retrying: { 'hub.timer': ['queued', 'failed'], ...cancel },
  held: { 'task.retry': ['queued'], 'task.fail': ['failed'], 'hub.timer': ['failed'], ...cancel },
}

const ends = { 'agent.stop': ['stopped'] } as const
const breaks = { 'agent.fail': ['error'], ...ends } as const
const works = {
  'agent.online': ['ready', 'idle'],
  'agent.offline': ['offline'],
  'agent.pause': ['paused'],
  ...breaks,
} as const
const agent: Lifecycle = {
  none: { 'agent.register': ['offline'] },
  offline: {
    'agent.register': ['offline'],
    'agent.online': ['ready', 'idle'],
    'agent.load': ['offline'],
    ...ends,
  },
  idle: { 'agent.register': ['idle'], 'agent.load': ['idle'], ...works },
  ready: { 'agent.register': ['ready'], 'agent.load': ['ready', 'busy'], ...works },
  busy: { 'agent.register': ['busy'], 'agent.load': ['ready', 'busy'], ...works },
  paused: {
    'agent.register': ['paused'],
    'agent.online': ['paused'],
    'agent.offline': ['paused'],
    'agent.load': ['paused'],
    'agent.resume': ['offline', 'idle', 'busy', 'ready'],
    ...breaks,
  },
  error: {
    'agent.register': ['error'],
    'agent.online': ['ready', 'idle'],
    'agent.offline': ['offline'],
    'agent.load': ['error'],
    'agent.resume': ['busy', 'ready'],
    ...ends,
  },
}

const workflow: Lifecycle = {
  none: { 'workflow.start': ['running', 'completed'] },
  running: {
    'step.done': ['running', 'completed', 'failed'],
    fault: ['running', 'failed'],
    'workflow.cancel': ['cancelling', 'cancelled'],
  },
  cancelling: { 'step.done': ['cancelling', 'cancelled'], fault: ['cancelling', 'cancelled'] },
}

const system: Lifecycle = {
  recovering: { 'hub.start': ['running'], 'hub.close': ['closed'], 'hub.fail': ['failed'] },
  running: { 'hub.drain': ['draining'], 'hub.close': ['closed'], 'hub.fail': ['failed'] },
  draining: { 'hub.close': ['closed'], 'hub.fail': ['failed'] },
}

export const LIFECYCLES: Readonly<Record<string, Lifecycle>> = { task, agent, workflow, system }

/** The states that nothing leads out of. */
const FINAL: Readonly<Record<string, readonly string[]>> = {
  task: ['completed', 'failed', 'cancelled', 'blocked'],
  agent: ['stopped'],
  workflow: ['completed', 'failed', 'cancelled'],
}

export const isFinal = (kind: string, state: string): boolean => FINAL[kind]?.includes(state) === true

/** May it make this move? True of kinds that are not known here. */
export function isMove(kind: string, from: string | null, type: string, to: string): boolean {
  const lifecycle = LIFECYCLES[kind]
  return lifecycle === undefined || lifecycle[from ?? 'none']?.[type]?.includes(to) === true
}
