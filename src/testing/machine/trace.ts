/** Trace: a step of a run in one line. Text only. */
import type { AnyStateMachine } from 'xstate'
import { nameOf } from './chart.ts'
import type { Move, Position } from './position.ts'
import { clip, safeText } from './text.ts'

/** `pay {"amount":1}: draft → paid {"paid":1}`: the event, the states, and what is new in the context. */
export function traceLine(
  machine: AnyStateMachine,
  label: string,
  before: Position | undefined,
  { position: { snapshot }, taken, thrown }: Move,
): string {
  const from = before === undefined ? '' : `${nameOf(machine, before.snapshot)} → `
  const refused = before !== undefined && taken.length === 0 && thrown === undefined ? ' (not taken)' : ''
  const changed = changes(before?.snapshot.context as object | undefined, snapshot.context as object)
  return `${label}: ${from}${nameOf(machine, snapshot)}${refused}${changed}`
}

function changes(before: object | undefined, after: object): string {
  const was = new Map(Object.entries(before ?? {}) as [string, unknown][])
  const changed = Object.entries(after).filter(([key, value]) => was.get(key) !== value)
  return changed.length === 0 ? '' : ` ${clip(safeText(Object.fromEntries(changed)), 100)}`
}
