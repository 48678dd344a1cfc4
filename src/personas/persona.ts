/** Persona: who an agent is, as it is written down for people and for models, and where that stands. Its schema; nothing is read here. */
import { z } from 'zod'

export interface Position {
  /** The name of the file, or what else it was given as. */
  readonly source: string
  /** From 1. */
  readonly line: number
  readonly column: number
}

export interface Persona {
  /** Also the id of its agent. */
  readonly id: string
  readonly role: string
  /** What it is for, in a sentence. */
  readonly goal: string
  readonly skills: readonly string[]
  /** Tasks it may do at once. */
  readonly capacity: number
  /** For a model, or for whoever reads; empty where there are none. */
  readonly instructions: string
  /** Where it is declared. */
  readonly at: Position
}

const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,199}$/,
    'expected 1 to 200 letters, digits and . _ : @ -, of which the first is a letter or a digit',
  )

export const personaShape = z.strictObject({
  role: name,
  goal: z.string().min(1).max(2_000),
  skills: z.array(name).max(100).default([]),
  capacity: z.int().min(1).max(10_000).default(1),
  instructions: z.string().max(100_000).default(''),
})

export const fileShape = z.strictObject({ personas: z.record(name, personaShape) })

/** What may be written, by how deep it stands: for whoever has misspelled it. */
export const FIELDS: readonly (readonly string[])[] = [['personas'], [], Object.keys(personaShape.shape)]
