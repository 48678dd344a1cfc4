/** Bind: personas and the code that works in their name, brought together by id: every one of them, and nobody else. */
import { agent, AgentDefinition } from '../actors/agent.ts'
import { StatorError } from '../errors.ts'
import { nearest } from './nearest.ts'
import type { Persona } from './persona.ts'

/** Gives the agent its code; the persona is there for whoever needs its goal and instructions, such as a model. */
export type Binding = (agent: AgentDefinition, persona: Persona) => AgentDefinition

/**
 * An agent for each persona, with its id, role, skills and capacity, and with the code that the binding of its id gives it:
 *
 *     bindPersonas(readPersonas('personas.yaml'), {
 *       builder: (agent, { instructions }) => agent.handle(build, input => ask(instructions, input)),
 *     })
 *
 * @throws StatorError PERSONA_UNBOUND: a persona has no code, with its line and column, or a binding no persona; DEFINITION_INVALID: what
 * a binding gives is not that agent
 */
export function bindPersonas(
  personas: readonly Persona[],
  bindings: Readonly<Record<string, Binding>>,
): AgentDefinition[] {
  const ids = personas.map(({ id }) => id)
  const unbound = personas.filter(({ id }) => !Object.hasOwn(bindings, id)).map(placeOf)
  const unknown = Object.keys(bindings)
    .filter(name => !ids.includes(name))
    .map(name => ({ binding: name, nearest: nearest(name, ids) ?? null }))
  if (unbound.length > 0 || unknown.length > 0) throw new StatorError('PERSONA_UNBOUND', { unbound, unknown })
  return personas.map(persona => {
    const { id, role, skills, capacity } = persona
    const made: unknown = bindings[id]?.(agent(id, { role, skills, capacity }), persona)
    if (made instanceof AgentDefinition && made.id === id) return made
    throw new StatorError('DEFINITION_INVALID', {
      ...placeOf(persona),
      expected: 'the agent that it was given, with code',
    })
  })
}

const placeOf = ({ id, at: { source, line, column } }: Persona): { persona: string; at: string } => ({
  persona: id,
  at: `${source}:${line}:${column}`,
})
