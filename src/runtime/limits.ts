/** Limits: every bound that the runtime keeps, with its default, in one place. */
import { StatorError } from '../errors.ts'

export interface Limits {
  /** Inputs that one turn takes. */
  readonly batchInputs: number
  /** Deliveries of one turn; the rest of a longer cascade is committed as pending and goes first in the next. */
  readonly batchDeliveries: number
  /** Messages from outside that may wait to be taken; beyond it HUB_BUSY, or the sender waits. */
  readonly inbox: number
  /** UTF-8 bytes of one message's data. */
  readonly messageBytes: number
  readonly jsonDepth: number
  /** Derived messages along one cause. */
  readonly hops: number
  /** Messages between agents along one conversation. */
  readonly depth: number
  /** How often one agent may occur on the way of a message to it: from then on its conversation goes round in circles. */
  readonly revisits: number
  /** Messages of agents in one conversation; how many of them in a minute; and how often they may be refused for that, or for a full mailbox. */
  readonly conversationMessages: number
  readonly conversationRate: number
  readonly conversationRefusals: number
  /** Messages that an agent which says nothing else may say in a minute, in all conversations together. */
  readonly agentRate: number
  /** Messages that may wait for an agent which says nothing else; dead ones that are kept of each agent. */
  readonly mailbox: number
  readonly deadLetters: number
  /** UTF-8 bytes of one shared value, and keys of one shared context in one scope, also those whose value was deleted. */
  readonly contextBytes: number
  readonly contextKeys: number
  /** Others that one task may wait for. */
  readonly dependencies: number
  /** Signals kept in memory, the latest ones. */
  readonly history: number
  /** Records since the last checkpoints at which the oldest actors are checkpointed. */
  readonly tail: number
  /** Milliseconds without work after which all actors are checkpointed, and idle ones parked. */
  readonly idle: number
  /** Living actors kept in memory when idle. */
  readonly liveActors: number
  /** Milliseconds that one attempt of a task may take where the task names no timeout. */
  readonly taskTimeout: number
  /** Milliseconds that a question between agents may take where whoever asks names no timeout. */
  readonly askTimeout: number
  /** Times that one task may be handed on from agent to agent. */
  readonly handOffs: number
  /** Missed times of one schedule that are told to it at once, the latest; older ones are only counted. */
  readonly catchUp: number
  /** Milliseconds that who is told of a gate may take, before the next one of that gate is told. */
  readonly notify: number
  /** Milliseconds from one recorded progress of an attempt to the next; 0: as fast as they are written. */
  readonly progressInterval: number
  /** Milliseconds that a lock is held without a sign of life, where nobody says how long. */
  readonly lockLease: number
  /** Those who may wait for one lock. */
  readonly lockWaiters: number
  /** Locks that one attempt, or one client, may have or wait for at once. */
  readonly locksHeld: number
}

export const DEFAULT_LIMITS: Limits = {
  batchInputs: 1_000,
  batchDeliveries: 10_000,
  inbox: 100_000,
  messageBytes: 256 * 1024,
  jsonDepth: 64,
  hops: 1_000,
  depth: 100,
  revisits: 10,
  conversationMessages: 10_000,
  conversationRate: 6_000,
  conversationRefusals: 100,
  agentRate: 12_000,
  mailbox: 1_000,
  deadLetters: 1_000,
  contextBytes: 64 * 1024,
  contextKeys: 1_000,
  dependencies: 1_000,
  history: 1_000,
  tail: 50_000,
  idle: 50,
  liveActors: 10_000,
  taskTimeout: 30 * 60_000,
  askTimeout: 10 * 60_000,
  handOffs: 10,
  catchUp: 1_000,
  notify: 30_000,
  progressInterval: 1_000,
  lockLease: 30 * 60_000,
  lockWaiters: 1_000,
  locksHeld: 1_000,
}

/** JSON is walked by recursion: deeper than this the stack would be the limit. */
const MAX_DEPTH = 1_000

/** @throws StatorError DEFINITION_INVALID for a limit that is unknown or no whole number of 1 or more */
export function limitsOf(overrides: Partial<Limits> = {}): Limits {
  for (const [name, value] of Object.entries(overrides)) {
    if (!(name in DEFAULT_LIMITS))
      throw new StatorError('DEFINITION_INVALID', { limit: name, reason: 'no such limit' })
    const least = name === 'history' || name === 'progressInterval' ? 0 : 1
    const most = name === 'jsonDepth' ? MAX_DEPTH : Number.MAX_SAFE_INTEGER
    if (!Number.isSafeInteger(value) || value < least || value > most)
      throw new StatorError('DEFINITION_INVALID', { [name]: value, expected: `${least} to ${most}` })
  }
  return { ...DEFAULT_LIMITS, ...overrides }
}
