/**
 * Timers: the delays that a machine has armed, and which of them may be due next. No clock is read: between two events any
 * time may pass, so that only the order counts that the delays themselves enforce.
 *
 * A timer cannot be due before one that was armed earlier, or in the same step, with a shorter delay; a longer one that was
 * armed earlier may be due first or later. That is kept as data, so that states with the same future are the same.
 */
import type { EventObject } from 'xstate'
import type { AskedAction } from './scope.ts'

export interface Timer {
  readonly id: string
  readonly event: EventObject
  /** Milliseconds. */
  readonly delay: number
  /** Ids of the timers that are due before it. */
  readonly behind: readonly string[]
}

interface DelayedParams {
  readonly event: EventObject
  readonly id?: string
  readonly delay?: unknown
  readonly sendId?: string
}

/** The timers after a step in which these actions were asked for, in their order. */
export function afterStep(
  timers: readonly Timer[],
  actions: readonly AskedAction[],
  fired?: string,
): Timer[] {
  let armed = fired === undefined ? [...timers] : without(timers, fired)
  const fresh = new Set<string>()
  for (const { type, params } of actions) {
    const told = params as DelayedParams | undefined
    if (type === 'xstate.cancel' && told?.sendId !== undefined) armed = without(armed, told.sendId)
    if (type !== 'xstate.raise' || told === undefined || typeof told.delay !== 'number') continue
    const { event, delay } = told
    const id = told.id ?? unused(armed, event.type)
    armed = without(armed, id)
    const behind = armed.filter(other => other.delay <= delay).map(other => other.id)
    // Armed in the same step: their deadlines are known to the millisecond, whatever the order of the actions.
    armed = armed.map(other =>
      fresh.has(other.id) && other.delay > delay ? { ...other, behind: [...other.behind, id] } : other,
    )
    armed.push({ id, event, delay, behind })
    fresh.add(id)
  }
  return armed
}

/** Those that may be due next. */
export const due = (timers: readonly Timer[]): Timer[] => timers.filter(({ behind }) => behind.length === 0)

/** What tells two sets of timers apart: who is armed, with what, behind whom. Not how long: any time may pass. */
export function orderOf(timers: readonly Timer[]): unknown {
  return timers
    .map(({ id, event, behind }) => [id, event, behind.toSorted()] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function without(timers: readonly Timer[], id: string): Timer[] {
  return timers
    .filter(timer => timer.id !== id)
    .map(timer =>
      timer.behind.includes(id) ? { ...timer, behind: timer.behind.filter(other => other !== id) } : timer,
    )
}

/** A delayed raise without an id is cancelled by nobody, and each is a timer of its own. */
function unused(timers: readonly Timer[], type: string): string {
  let id = type
  for (let n = 2; timers.some(timer => timer.id === id); n++) id = `${type}#${n}`
  return id
}
