/**
 * Calendar: tells schedules which of their times have come, and when the next one does. Its word is an input, and recorded: time
 * zones change their rules, and a replay must not. It keeps only who asks; what is run of it the schedule decides.
 */
import { toFailure } from '../errors.ts'
import type { ScheduleContext, ScheduleEvent } from '../machines/schedule.ts'
import { CALENDAR, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { ScheduleSpec } from '../messages/schedule.ts'
import type { Cell } from './cell.ts'
import type { Decider } from './decider.ts'
import { input, type Envelope } from './envelope.ts'
import { occurrences } from './occurrences.ts'

type Asks = Pick<ScheduleContext, 'turn' | 'anchor' | 'from'> & { readonly spec: ScheduleSpec }
type Answer = Extract<ScheduleEvent, { type: 'schedule.fire' | 'schedule.fail' }>

export class Calendar implements Decider {
  readonly wakeAt = Number.POSITIVE_INFINITY
  /** Schedules that wait for its word. */
  readonly #asking = new Map<Address, Asks>()
  readonly #catchUp: number
  #closed = false

  /** `catchUp`: so many times of one schedule it tells at once, the latest. */
  constructor(catchUp: number) {
    this.#catchUp = catchUp
  }

  observe({ address, definition, state, snapshot }: Cell): void {
    if (definition.kind.kind !== 'schedule') return
    const { spec, turn, anchor, from } = snapshot.context as ScheduleContext
    if (state === 'due' && spec !== null) this.#asking.set(address, { spec, turn, anchor, from })
    else this.#asking.delete(address)
  }

  next(at: number): Envelope | undefined {
    if (this.#closed) return undefined
    for (const [to, asks] of this.#asking) {
      this.#asking.delete(to)
      const { type, data } = this.#answer(asks, at)
      return input({ type, to, from: CALENDAR, data: data as Json, correlationId: to })
    }
    return undefined
  }

  hasWork(): boolean {
    return !this.#closed && this.#asking.size > 0
  }

  close(): void {
    this.#closed = true
  }

  /** A time zone that was known when the schedule was made may be unknown to this process: that must not stop the hub. */
  #answer({ spec, turn, anchor, from }: Asks, at: number): Pick<Answer, 'type' | 'data'> {
    try {
      const upTo = Math.max(at, from)
      const found = occurrences(spec, { anchor, from, upTo, limit: this.#catchUp })
      return { type: 'schedule.fire', data: { turn, ...found, due: [...found.due], upTo } }
    } catch (error) {
      const failure = toFailure(error, 'DEFINITION_INVALID')
      return { type: 'schedule.fail', data: { turn, error: { ...failure } as never } }
    }
  }
}
