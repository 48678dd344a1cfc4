// The crew as personas.yaml declares it: who there is, what for, and with which skills.
// Never in here: code that does their work.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { roles } from './roles.ts'

const personaSchema = z.object({
  role: z.string(),
  goal: z.string(),
  skills: z.array(z.string()),
  instructions: z.string(),
})

export const personas = z
  .record(z.enum(roles), personaSchema)
  .parse(parse(readFileSync(new URL('personas.yaml', import.meta.url), 'utf8')))
