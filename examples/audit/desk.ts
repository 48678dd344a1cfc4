// What specialists can say to each other while they work, and what they say: notes, and second opinions.
// Never in here: Stator. The wiring gives each task a desk that is durable; a test gives it one in memory.
import { z } from 'zod'
import { findingSchema } from './finding.ts'
import type { Finding } from './finding.ts'
import { opinionSchema, reviewing } from './opinion.ts'
import type { Opinion, Question } from './opinion.ts'
import { roles } from './roles.ts'
import type { Role } from './roles.ts'
import { grades } from './summary.ts'

/** What a specialist notes for all to see when it has summed up. */
export const noteSchema = z.object({
  score: z.number().int().nullable(),
  grade: z.enum(grades).nullable(),
  /** The first of its findings by rank; null where it found nothing that needs doing. */
  worst: findingSchema.nullable(),
})
export type Note = z.infer<typeof noteSchema>

/** What the one who writes the report has heard of the others. */
export const heardSchema = z.object({
  notes: z.array(noteSchema.extend({ role: z.enum(roles) })),
  /** The worst finding of all. */
  worst: findingSchema.nullable(),
  /** What another specialist says of that; null where nobody was asked, or nobody was there. */
  opinion: opinionSchema.nullable(),
})
export type Heard = z.infer<typeof heardSchema>

export interface Desk {
  /** Leaves a note, and the worst finding so far if this is worse. */
  note(role: Role, note: Note, why: string): Promise<void>
  notes(): Heard['notes']
  worst(): Finding | null
  /** Asks the first specialist with the skill; null when none is there. */
  consult(skill: string, question: Question): Promise<Opinion | null>
}

/** All that the crew has to say, for the report on a commit. */
export const hear = async (desk: Desk, commit: string): Promise<Heard> => {
  const worst = desk.worst()
  const opinion =
    worst === null ? null : await desk.consult(reviewing(tradeOf(worst)), { commit, finding: worst })
  return { notes: desk.notes(), worst, opinion }
}

/** Rules are named after the trade that found them. */
const tradeOf = ({ rule }: Finding): string => rule.split('.')[0] ?? rule
