// The crew as personas.yaml declares it: who there is, what for, and with which skills.
// Never in here: code that does their work.
import { readPersonas } from 'stator/personas'

export const personas = readPersonas(new URL('personas.yaml', import.meta.url))
