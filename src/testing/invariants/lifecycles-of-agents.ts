/** Lifecycles of agents and of projects, written down by hand beside the others, in lifecycles.ts; and what a lifecycle is. */

/** From a state (none: before its creation), by a message, to one of these states. */
export type Lifecycle = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

const ends = { 'agent.stop': ['stopped'] } as const
const givenUp = ['restarting', 'quarantined', 'stopped'] as const
const breaks = { 'agent.fail': ['error', ...givenUp], ...ends } as const
const works = {
  'agent.online': ['ready', 'idle'],
  'agent.offline': ['offline'],
  'agent.pause': ['paused'],
  ...breaks,
} as const
/** What it hears in such a state leaves it there. */
const takesNone = (state: string): Lifecycle[string] => ({
  'agent.register': [state],
  'agent.online': [state],
  'agent.offline': [state],
  'agent.load': [state],
  'agent.said': [state],
  'agent.pause': [state],
  ...ends,
})
export const agent: Lifecycle = {
  none: { 'agent.register': ['offline'] },
  offline: {
    'agent.register': ['offline'],
    'agent.online': ['ready', 'idle'],
    'agent.load': ['offline'],
    'agent.said': ['offline'],
    'agent.pause': ['paused'],
    ...ends,
  },
  idle: {
    'agent.register': ['idle'],
    'agent.load': ['idle'],
    'agent.said': ['idle'],
    'agent.fault': ['idle', ...givenUp],
    ...works,
  },
  ready: {
    'agent.register': ['ready'],
    'agent.load': ['ready', 'busy'],
    'agent.said': ['ready'],
    'agent.fault': ['ready', ...givenUp],
    ...works,
  },
  busy: {
    'agent.register': ['busy'],
    'agent.load': ['ready', 'busy'],
    'agent.said': ['busy'],
    'agent.fault': ['busy', ...givenUp],
    ...works,
  },
  paused: {
    'agent.register': ['paused'],
    'agent.online': ['paused'],
    'agent.offline': ['paused'],
    'agent.load': ['paused'],
    'agent.said': ['paused'],
    'agent.pause': ['paused'],
    'agent.resume': ['paused', 'offline', 'idle', 'busy', 'ready'],
    'agent.fault': ['paused'],
    ...breaks,
  },
  error: {
    'agent.register': ['error'],
    'agent.online': ['ready', 'idle', 'paused'],
    'agent.offline': ['offline', 'paused'],
    'agent.load': ['error'],
    'agent.said': ['error'],
    'agent.pause': ['error'],
    'agent.resume': ['error', 'busy', 'ready'],
    ...ends,
  },
  restarting: {
    ...takesNone('restarting'),
    'hub.timer': ['idle', 'offline', 'paused'],
    'agent.resume': ['restarting', 'idle', 'offline'],
  },
  quarantined: {
    ...takesNone('quarantined'),
    'agent.resume': ['quarantined', 'idle', 'offline'],
    'step.done': ['quarantined', 'idle', 'offline', 'paused', 'stopped'],
  },
}

export const project: Lifecycle = {
  none: { 'project.open': ['open'] },
  open: {
    'project.join': ['open'],
    'project.phase': ['open'],
    'project.metadata': ['open'],
    'project.count': ['open'],
    'project.close': ['closed'],
  },
  closed: { 'project.count': ['closed'], 'project.reopen': ['open'] },
}
