/** Timer signals: what a recorded `hub.timer` says of the timer that fired. */
import type { Signal } from '../messages/signal.ts'
import type { TimerRecord } from './journal.ts'

interface Timed {
  readonly timers: Map<string, TimerRecord> | null
}

/** False when it is not the timer that the actor last set. */
export function isSet(cell: Timed, signal: Signal): boolean {
  const { id, setSeq } = signal.data as { id: string; setSeq: number }
  return cell.timers?.get(id)?.setSeq === setSeq
}

/** A timer that fires is gone. */
export function takeTimer(cell: Timed, signal: Signal): void {
  if (signal.type === 'hub.timer' && isSet(cell, signal))
    cell.timers?.delete((signal.data as { id: string }).id)
}

/** A recorded timer carries the event that its machine got. */
export function timerEventOf(signal: Signal): string | undefined {
  return signal.type === 'hub.timer' ? (signal.data as { event: string }).event : undefined
}
