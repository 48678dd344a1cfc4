/** Machines: every statechart that is exported, by its name there: all that documents draw. */
import type { AnyStateMachine } from 'xstate'
import * as stator from '../src/index.ts'

export const machines: ReadonlyMap<string, AnyStateMachine> = new Map(
  Object.entries(stator).flatMap(([name, value]) =>
    name.endsWith('Machine') ? [[name, value as AnyStateMachine] as const] : [],
  ),
)
