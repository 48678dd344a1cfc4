// A second opinion: what a specialist of another trade says of the worst finding, from the history of its file.
// Never in here: who is asked, and by whom; and nothing that the same commit would not say again.
import { z } from 'zod'
import { findingSchema } from './finding.ts'
import { historyOf } from './history.ts'
import { roles } from './roles.ts'
import type { Role } from './roles.ts'

export const questionSchema = z.object({ commit: z.string(), finding: findingSchema })
export type Question = z.infer<typeof questionSchema>

export const opinionSchema = z.object({
  by: z.enum(roles),
  /** Mend it now; or when somebody works there anyway. */
  advice: z.enum(['now', 'on occasion']),
  /** Commits up to the audited one that touched the file, of how many, by how many people; null: it is of no one file. */
  touched: z.object({ commits: z.number().int(), of: z.number().int(), people: z.number().int() }).nullable(),
})
export type Opinion = z.infer<typeof opinionSchema>

/** A file that is touched this often is met by the next one soon. */
const often = 5

/** The skill that is asked for: whoever looks at what that trade finds. */
export const reviewing = (role: string): string => `reviews-${role}`

export const secondOpinion = async (
  by: Role,
  { commit, finding: { file, severity } }: Question,
  { repo }: { repo: string },
): Promise<Opinion> => {
  if (file === undefined) return { by, advice: severity === 'low' ? 'on occasion' : 'now', touched: null }
  const { changes } = await historyOf(repo, commit)
  const touching = changes.filter(({ files }) => files.includes(file))
  const people = new Set(touching.map(({ author }) => author)).size
  const advice = severity === 'high' || touching.length >= often ? 'now' : 'on occasion'
  return { by, advice, touched: { commits: touching.length, of: changes.length, people } }
}
