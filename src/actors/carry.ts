/**
 * Carry: how an actor is taken over by a definition of another structure: what a migration makes of it, and whether it then stands in the
 * machine that is to run it. Users' migrations are run here, on copies, and nowhere else. It decides nothing.
 */
import type { AnyStateMachine } from 'xstate'
import { toJson, type Json } from '../messages/json.ts'
import { runSnapshot, type Migrate, type RunSnapshot } from '../messages/migration.ts'
import type { Carried } from './kind.ts'
import { misfits } from './misfits.ts'
import type { Schema } from './schema.ts'

/** How deep a snapshot may be. Values are as deep as messages are, and lie in a context. */
const DEPTH = 100

/** As a migration makes it; without one, as it is. @throws Error what is wrong with what the migration does, in words */
export function migrated(snapshot: RunSnapshot, migrate: Migrate | undefined): RunSnapshot {
  if (migrate === undefined) return snapshot
  const made = runSnapshot.safeParse(toJson(called(migrate, snapshot), DEPTH))
  if (made.success) return made.data
  const [issue] = made.error.issues
  throw new Error(`the migration gives no snapshot: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`)
}

function called(migrate: Migrate, snapshot: RunSnapshot): unknown {
  try {
    return migrate(structuredClone(snapshot))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`the migration throws: ${reason}`, { cause: error })
  }
}

/** Where the snapshot is the machine's own. `objections` are those against its context, in words. */
export function carried(
  machine: AnyStateMachine,
  snapshot: RunSnapshot,
  objections: (context: Json) => readonly string[],
): Carried {
  return { snapshot, reasons: [...objections(snapshot.context), ...misfits(machine, snapshot)] }
}

/** What speaks against a part of a snapshot that users gave a schema of, in words, each with its place. */
export function faults(schema: Schema, value: unknown, what: string): string[] {
  const issues = schema.safeParse(value).error?.issues ?? []
  return issues.map(({ path, message }) => `${[what, ...path.map(String)].join('.')}: ${message}`)
}
