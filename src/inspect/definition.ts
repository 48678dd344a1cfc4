/** A machine as JSON: what inspectors draw. Functions are shown by their names; nothing is run. */
import type { AnyStateMachine } from 'xstate'
import type { Json } from '../messages/json.ts'

/** The machine's own configuration, without what no JSON can hold. */
export function toDefinition(machine: AnyStateMachine): Json {
  // The first context is a function, or depends on none: inspectors get contexts with snapshots.
  const { context: _, ...config } = machine.config as { context?: unknown }
  return JSON.parse(JSON.stringify(config, named)) as Json
}

function named(_key: string, value: unknown): unknown {
  return typeof value === 'function' ? { type: value.name } : value
}
