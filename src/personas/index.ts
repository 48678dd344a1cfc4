/** stator/personas: agents that are declared in YAML, for people to read, and bound to code by name. Nothing else loads a parser of YAML. */
export { bindPersonas, type Binding } from './bind.ts'
export type { Persona, Position } from './persona.ts'
export { parsePersonas, readPersonas } from './read.ts'
