/** Machines: every statechart that is exported, by its name there: all that documents draw. */
import type { AnyStateMachine } from 'xstate'
import * as stator from '../src/index.ts'

export const machines: ReadonlyMap<string, AnyStateMachine> = new Map(
  Object.entries(stator)
    .filter(([name]) => name.endsWith('Machine'))
    .map(([name, value]) => [name, value as AnyStateMachine] as const)
    // In an order that no loader of modules decides.
    .toSorted(([a], [b]) => (a < b ? -1 : 1)),
)
