/** What an agent is told, in few words: with each consequence of its failures, and each answer of its gate. */
import { z } from 'zod'
import { agentMessages } from '../../src/messages/agent.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { signal } from '../machines/drive.ts'

const error = z.object({ name: z.literal('Error'), message: z.literal('no'), code: z.literal('E') })
const random = z.literal(0)
const by = z.literal('agent/b')

const base = { skills: z.tuple([]), capacity: z.literal(1) }
/** Restarted at each failure, so many times; then given up. */
const supervision = z.object({
  failures: z.object({ max: z.literal(1), within: z.literal(9) }),
  restart: z.object({
    initialInterval: z.literal(1),
    backoff: z.literal(2),
    maxInterval: z.literal(9),
    jitter: z.literal('none'),
  }),
  intensity: z.object({ max: z.literal([0, 1]), within: z.literal(9) }),
  giveUp: z.literal('quarantine'),
  escalate: z.object({}),
  reassign: z.literal(false),
})
const stopping = supervision.extend({ giveUp: z.literal('stop') })

export const AGENT_EVENTS = {
  ...agentMessages,
  'agent.register': z.union([
    z.object(base),
    z.object({ ...base, supervision }),
    z.object({ ...base, supervision: stopping }),
  ]),
  'agent.load': z.object({
    running: z.literal([0, 1, 2]),
    done: z.literal([0, 1]),
    failed: z.literal(0),
    busyMs: z.literal(1),
  }),
  'agent.said': z.object({
    at: z.literal(1),
    messages: z.literal(1),
    rate: z.object({ interval: z.literal(1), burst: z.literal(1) }),
  }),
  'agent.pause': z.union([z.object({}), z.object({ by })]),
  'agent.resume': z.union([z.object({}), z.object({ by })]),
  'agent.fail': z.object({ error, random }),
  'agent.fault': z.object({ task: z.literal('task/a'), error, random }),
  // Its timer, which comes by itself.
  'agent.restart': [],
  'step.done': z.object({ step: z.literal(0), status: z.enum(['completed', 'failed', 'cancelled']) }),
  'agent.stop': z.object({}),
}

/** The same, of one that is supervised and never unregistered: what happens to such a one is seldom drawn otherwise. */
export const SUPERVISED_EVENTS = {
  ...AGENT_EVENTS,
  'agent.register': z.object({ ...base, supervision }),
  'agent.said': [],
  'agent.stop': [],
}

/** Such a message as the hub would deliver it. How a gate ended, is said by the gate that was opened at the signal before. */
export const agentEvent = (type: string, data: unknown): Signal =>
  signal(type, data ?? {}, {
    at: 1,
    to: 'agent/a',
    ...(type === 'step.done' && { from: 'gate/quarantine.a.1' }),
  })
