/**
 * Position: where a machine stands between two events, with what is still to come by itself: timers that are armed and
 * invoked actors that have not ended. Nothing of that is run here; each is one more event that may happen.
 */
import type { AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate'
import { StatorError } from '../../errors.ts'
import { timerName } from './chart.ts'
import { endings, type Input, type Invoked } from './children.ts'
import { childrenOf } from './scope.ts'
import { firstStep, nextStep, type Stepped } from './step.ts'
import { textOf } from './text.ts'
import { afterStep, due, orderOf, type Timer } from './timers.ts'

export interface Position {
  readonly snapshot: AnyMachineSnapshot
  readonly timers: readonly Timer[]
  /** Ids of the children that have ended and are still there. */
  readonly ended: readonly string[]
}

export interface Move extends Stepped {
  readonly position: Position
}

/** @throws StatorError MACHINE_FAULT where the machine has no first state */
export function begin(machine: AnyStateMachine, input: unknown): Move {
  const step = firstStep(machine, input)
  if (step.snapshot.status === 'error')
    throw new StatorError(
      'MACHINE_FAULT',
      { machine: machine.id, at: 'its initial state' },
      { cause: step.snapshot.error },
    )
  return { ...step, position: { snapshot: step.snapshot, timers: afterStep([], step.actions), ended: [] } }
}

export function move(machine: AnyStateMachine, before: Position, input: Input): Move {
  const step = nextStep(machine, before.snapshot, input.event)
  if (step.thrown !== undefined) return { ...step, position: before }
  const was = childrenOf(before.snapshot)
  const is = childrenOf(step.snapshot)
  const ended = [...before.ended, ...(input.child === undefined ? [] : [input.child])]
  const position = {
    snapshot: step.snapshot,
    timers: afterStep(before.timers, step.actions, input.timer),
    // One that was made anew under the same id has not ended.
    ended: ended.filter(id => is[id] !== undefined && is[id] === was[id]),
  }
  return { ...step, position }
}

export const isOver = ({ snapshot }: Position): boolean => snapshot.status !== 'active'

/** What may happen by itself: timers that are due next, and ends of children. `delayed` makes the event of a timer. */
export function byItself(
  machine: AnyStateMachine,
  position: Position,
  invoked: Invoked,
  delayed: (event: EventObject) => EventObject,
): Input[] {
  if (isOver(position)) return []
  const timers = due(position.timers).map(({ id, event }): Input => ({
    label: timerName(machine, event.type),
    event: delayed(event),
    timer: id,
  }))
  return [...timers, ...endings(position.snapshot, position.ended, invoked)]
}

/** What of a position is not in its snapshot, for telling positions apart. */
export function futureOf({ snapshot, timers, ended }: Position): string {
  return textOf([orderOf(timers), Object.keys(childrenOf(snapshot)), ended])
}
