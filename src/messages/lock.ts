/** What a lock is told: who wants it, for how long, and how it comes free again. Schemas only. */
import { z } from 'zod'

/** Who has it or wants it: an attempt, by its task and turn; or, with turn 0, whatever a client calls itself. */
const owner = { owner: z.string().min(1).max(1_500), turn: z.int().min(0) }
/** One call for it: of one owner there may be several. */
const ask = z.string().min(1).max(100)
const note = z.string().max(1_000)

const lockAcquire = z.object({
  ...owner,
  ask,
  /** The agent whose attempt it is. */
  agent: z.string().optional(),
  /** What for, in words. */
  note: note.optional(),
  /** Into the line, where somebody has it; else it is refused. */
  wait: z.boolean(),
  /** Milliseconds in the line, at most. Absent: as long as it takes. */
  timeout: z.number().min(0).optional(),
  /** Milliseconds from its grant, and from each renewal, to its end. */
  lease: z.number().min(1),
  /** How many may be in the line. */
  room: z.int().min(0),
})
export type LockAcquire = z.infer<typeof lockAcquire>

const timer = z.object({ id: z.string(), event: z.string(), setSeq: z.int() })

export const lockMessages = {
  'lock.acquire': lockAcquire,
  /** It is still needed: its time begins anew. */
  'lock.renew': z.object({ ...owner, ask: ask.optional(), token: z.int().optional() }),
  /** Of one call; absent: of all of this owner. One that waits leaves the line. */
  'lock.release': z.object({ ...owner, ask: ask.optional(), token: z.int().optional() }),
  /** The hub's word: its owner has ended, and neither has nor wants it any more. */
  'lock.revoke': z.object({ ...owner, reason: z.string() }),
  /** An operator's word: whoever has it has it no longer. */
  'lock.break': z.object({ by: z.string().min(1).max(200), reason: z.string() }),
  /** Its timers: the time of the holder is over; somebody has waited long enough. */
  'lock.expired': timer,
  'lock.late': timer,
} as const

/** Those that a client may send by itself; for all else there is runtime.locks. */
export const lockPublic = ['lock.break'] as const
