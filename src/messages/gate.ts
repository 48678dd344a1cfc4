/** What a gate is told, where somebody decides what no machine can. Schemas only. */
import { z } from 'zod'
import { address, json } from './task.ts'

const index = z.int().min(0)

/** Of whoever decides: a name, an address of mail, whatever its users know each other by. */
const by = z.string().min(1).max(200)

/** All that a gate needs for its whole life. */
const gateOpen = z.object({
  /** The run that waits for it, and as which of its steps. */
  parent: address.optional(),
  step: index.optional(),
  /** How often that step has been begun, where it is in a loop; and for which item, where it is in a map. */
  visit: index.optional(),
  item: index.optional(),
  /** What is asked, in a line; and all that helps to decide it. */
  title: z.string().optional(),
  details: json.optional(),
  /** Milliseconds from its opening; unanswered by then, it is rejected. */
  expires: z.number().min(0).optional(),
})
export type GateOpen = z.infer<typeof gateOpen>

export const gateMessages = {
  'gate.open': gateOpen,
  'gate.approve': z.object({ by, reason: z.string().optional(), data: json.optional() }),
  'gate.reject': z.object({ by, reason: z.string() }),
  /** From the run that opened it: nobody waits for the answer any more. */
  'gate.cancel': z.object({ reason: z.string().optional() }),
  /** Its timer. */
  'gate.expired': z.object({ id: z.string(), event: z.string(), setSeq: z.int() }),
} as const

/** Those that a client may send; a cancel only to a gate that a client has opened. */
export const gatePublic = ['gate.approve', 'gate.reject', 'gate.cancel'] as const

/** How a gate ends. */
export const GATE_ENDINGS = ['approved', 'rejected', 'expired', 'cancelled'] as const
