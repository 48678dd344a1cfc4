// published.json: which reports were published from a directory, who approved each, and what they said of it.
// Never in here: reading or writing files.
import { z } from 'zod'
import { digestsSchema } from './report.ts'

export const entrySchema = z.object({
  /** Which audit: each one that was started over is another. */
  audit: z.string(),
  repository: z.string(),
  commit: z.string(),
  score: z.number().int(),
  sha256: digestsSchema,
  by: z.string(),
  note: z.string().nullable(),
})
export type Entry = z.infer<typeof entrySchema>

const listSchema = z.array(entrySchema)

/** Undefined where it is none of ours. */
const listIn = (text: string): Entry[] | undefined => {
  try {
    return listSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

const textOf = (list: readonly Entry[]): string => `${JSON.stringify(list, null, 2)}\n`

/** The text with the entry at its end; undefined where that audit is in it already. */
export const withEntry = (text: string | undefined, entry: Entry): string | undefined => {
  const list = text === undefined ? [] : listIn(text)
  if (list === undefined)
    throw new Error('published.json is not what the audit wrote; move it out of the way')
  return list.some(({ audit }) => audit === entry.audit) ? undefined : textOf([...list, entry])
}

/** The text without that audit; undefined where it is not in it: what others wrote there is theirs. */
export const withoutAudit = (text: string | undefined, audit: string): string | undefined => {
  const list = text === undefined ? [] : (listIn(text) ?? [])
  const rest = list.filter(entry => entry.audit !== audit)
  return rest.length === list.length ? undefined : textOf(rest)
}
