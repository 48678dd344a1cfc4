/**
 * Debts: what was emitted and has not arrived, and which of it the journal holds as pending. It follows the records; whether they
 * are right is for others to say.
 */
import type { PendingMessage } from '../../runtime/journal.ts'
import type { MemoryState } from '../../runtime/memory-journal.ts'
import type { Priority } from '../../messages/message.ts'
import type { Signal } from '../../messages/signal.ts'
import { keyOf, type Owed, type Shade } from './shade.ts'

export class Debts {
  /** What was emitted and has not arrived. */
  readonly owed = new Map<string, Owed>()
  /** Inputs that are delivered once more, after a release. */
  readonly #again: Signal[] = []
  /** Messages that the journal holds as pending. */
  readonly rows = new Map<number, PendingMessage>()
  #emitted: Owed[] = []

  /** What was emitted since this was last asked. */
  takeEmitted(): readonly Owed[] {
    const emitted = this.#emitted
    this.#emitted = []
    return emitted
  }

  /** A machine emitted a message. */
  owe(
    actor: Shade,
    cause: Signal,
    said: Pick<Owed, 'to' | 'type' | 'data' | 'from' | 'output' | 'isMade'> & {
      readonly urgency?: Priority | undefined
      readonly correlationId?: string | undefined
    },
  ): void {
    const { urgency: priority = actor.priority, correlationId = actor.correlationId, ...message } = said
    const { seq: causationId, depth } = cause
    // Who was given a result at its creation speaks as after work that was done outside.
    const isGiven = cause.type === 'task.create' && cause.stamp !== null && 'from' in (cause.stamp as object)
    this.#add({
      ...message,
      priority,
      correlationId,
      causationId,
      hops: (isGiven ? 0 : cause.hops) + 1,
      depth,
    })
  }

  /** What somebody stumbled over is delivered once more: the start of a new chain. */
  repeat(signal: Signal): void {
    if (signal.causationId === 0) this.#again.push(signal)
    else this.#add({ ...signal, hops: 0, isMade: false })
  }

  /** Takes what arrives off what is owed. */
  arrive(signal: Signal): Owed | undefined {
    const key = signal.causationId === 0 ? '' : keyOf(signal)
    const owed = this.owed.get(key)
    if (owed === undefined) return undefined
    owed.arrived = true
    this.owed.delete(key)
    return owed
  }

  /** Is it delivered once more? Only once for each release. */
  isAgain(signal: Signal): boolean {
    if (signal.causationId !== 0 || this.#again.length === 0) return false
    const text = JSON.stringify(signal.data)
    const index = this.#again.findIndex(
      ({ to, type, data }) => to === signal.to && type === signal.type && JSON.stringify(data) === text,
    )
    if (index >= 0) this.#again.splice(index, 1)
    return index >= 0
  }

  keep(row: PendingMessage): void {
    this.rows.set(row.id, row)
    const owed = row.causationId > 0 ? this.owed.get(keyOf(row)) : undefined
    if (owed !== undefined && owed.row === undefined) owed.row = row
  }

  /** The row that is gone now, if it was there. */
  drop(id: number): PendingMessage | undefined {
    const row = this.rows.get(id)
    this.rows.delete(id)
    return row
  }

  /** What a journal holds already. */
  load(pending: MemoryState['pending']): void {
    this.owed.clear()
    for (const text of pending.values()) {
      const row = JSON.parse(text) as PendingMessage
      if (row.causationId > 0) this.#add({ ...row, isMade: false })
      this.keep(row)
    }
    this.#emitted = []
  }

  #add(message: Omit<Owed, 'key' | 'arrived' | 'row'>): void {
    const owed: Owed = { ...message, key: keyOf(message), arrived: false, row: undefined }
    this.owed.set(owed.key, owed)
    this.#emitted.push(owed)
  }
}
