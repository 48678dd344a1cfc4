/**
 * Crash: a snapshot persisted, written as JSON, read and restored, as after the death of a process; and what was lost on the
 * way. Timers survive it: they are their owner's, not the snapshot's.
 */
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import type { Position } from './position.ts'
import { difference } from './same.ts'
import { inertScope } from './scope.ts'
import { messageOf } from './text.ts'

/** Makes the live context from the one in JSON, for a machine whose runtime does so. */
export type Thaw = (context: unknown) => unknown

export interface Crashed {
  /** The JSON of the snapshot; empty where it has none. */
  readonly text: string
  readonly restored: Position | undefined
  /** What is not as it was. */
  readonly lost: string | undefined
}

export function crash(machine: AnyStateMachine, position: Position, thaw: Thaw | undefined): Crashed {
  let text = ''
  try {
    text = written(machine, position)
  } catch (error) {
    return { text, restored: undefined, lost: `it cannot be written as JSON: ${messageOf(error)}` }
  }
  try {
    const restored = { ...position, snapshot: read(machine, text, thaw) }
    return { text, restored, lost: differs(machine, position, restored) }
  } catch (error) {
    return { text, restored: undefined, lost: `it cannot be restored: ${messageOf(error)}` }
  }
}

export function written(machine: AnyStateMachine, position: Position): string {
  return JSON.stringify(persisted(machine, position))
}

/** How two positions differ in what is persisted of them. */
export function differs(machine: AnyStateMachine, one: Position, other: Position): string | undefined {
  return difference(persisted(machine, one), persisted(machine, other))
}

function persisted(machine: AnyStateMachine, { snapshot }: Position): object {
  // Why a machine ended in an error is no state of it: nothing follows.
  const { error: _, ...rest } = machine.getPersistedSnapshot(snapshot) as { error?: unknown }
  return rest
}

function read(machine: AnyStateMachine, text: string, thaw: Thaw | undefined): AnyMachineSnapshot {
  const json = JSON.parse(text) as { context: unknown }
  const scope = inertScope(
    () => {},
    () => {},
  )
  if (thaw === undefined) return machine.restoreSnapshot(json as never, scope) as AnyMachineSnapshot
  const restored = machine.restoreSnapshot({ ...json, context: {} } as never, scope) as { context: unknown }
  restored.context = thaw(json.context)
  return restored as AnyMachineSnapshot
}
