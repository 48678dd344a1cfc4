/** What a gate is told, where somebody decides what no machine can. Schemas only. */
import { z } from 'zod'
import { address, json } from './task.ts'

const index = z.int().min(0)
const ms = z.number().min(0)

/** Of whoever decides: a name, an address of mail, whatever its users know each other by. */
export const by = z.string().min(1).max(200)

export const EXPIRY_POLICIES = ['reject', 'approve'] as const
export const REJECTION_POLICIES = ['resume', 'stop'] as const

/** What is asked, of whom, and for how long. What is absent has its default. */
export const gateQuestion = z.object({
  /** In a line. */
  title: z.string().optional(),
  /** Why somebody must be asked. */
  reason: z.string().optional(),
  /** All that helps to decide it. */
  details: json.optional(),
  /** What was tried before. */
  attemptedSolutions: z.array(z.string()).optional(),
  /** What an approval must say: a JSON Schema of its data. */
  form: json.optional(),
  /** Who is asked, one after the other. */
  approvers: z.array(by).min(1).max(100).optional(),
  /** Only whoever is asked may answer. */
  strict: z.boolean().optional(),
  /** Milliseconds from its opening; unanswered by then, it is rejected, or approved. */
  expires: ms.optional(),
  /** Milliseconds that each approver has before the next one is asked. */
  escalateAfter: ms.optional(),
  onExpire: z.enum(EXPIRY_POLICIES).optional(),
})
export type GateQuestion = z.infer<typeof gateQuestion>

/** All that a gate needs for its whole life. */
const gateOpen = gateQuestion.extend({
  /** The run that waits for it, and as which of its steps. */
  parent: address.optional(),
  step: index.optional(),
  /** How often that step has been begun, where it is in a loop; and for which item, where it is in a map. */
  visit: index.optional(),
  item: index.optional(),
  /** The task whose handler waits for it, on which agent, and the run that the task is a step of. */
  asker: z.object({ task: address, agent: address, run: address.optional() }).optional(),
  /** That agent gets no new work until it is answered. */
  pauses: z.boolean().optional(),
  /** What becomes of that agent when it is not approved: it goes on, or is stopped. */
  onReject: z.enum(REJECTION_POLICIES).optional(),
})
export type GateOpen = z.infer<typeof gateOpen>

const timer = z.object({ id: z.string(), event: z.string(), setSeq: z.int() })

export const gateMessages = {
  'gate.open': gateOpen,
  'gate.approve': z.object({ by, reason: z.string().optional(), data: json.optional() }),
  'gate.reject': z.object({ by, reason: z.string() }),
  /** Somebody else is to answer. */
  'gate.reassign': z.object({ to: by, by, reason: z.string().optional() }),
  /** The next approver is to answer. */
  'gate.escalate': z.object({ by, reason: z.string().optional() }),
  /** From whoever opened it: nobody waits for the answer any more. */
  'gate.cancel': z.object({
    reason: z.string().optional(),
    /** Whoever opened it does not wait to hear how it ended. */
    unheard: z.boolean().optional(),
  }),
  /** Its timers: its time is over; that of the approver who is asked is. */
  'gate.expired': timer,
  'gate.overdue': timer,
} as const

/** Those that a client may send; a cancel only to a gate that a client has opened. */
export const gatePublic = [
  'gate.approve',
  'gate.reject',
  'gate.reassign',
  'gate.escalate',
  'gate.cancel',
] as const

/** How a gate ends. */
export const GATE_ENDINGS = ['approved', 'rejected', 'expired', 'cancelled'] as const
