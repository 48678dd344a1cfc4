/** Queue handle: a queue as services hold it: what is in it, who goes next; paused, resumed, drained. It holds a name and nothing else. */
import { StatorError } from '../errors.ts'
import type { QueueContext } from '../machines/queue.ts'
import { idOf, type Address } from '../messages/address.ts'
import { toMs, type Duration } from '../messages/duration.ts'
import type { Json } from '../messages/json.ts'
import type { QueueSpec } from '../messages/queue.ts'
import type { Cell } from './cell.ts'
import { checkCall } from './check-options.ts'
import type { Clock } from './clock.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Drains } from './drains.ts'
import { inOrder } from './lines.ts'
import { countTasks, type TaskCounts } from './task-list.ts'

export interface QueueHost {
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly drains: Drains
  cell(address: Address): Cell | undefined
  /** Sends it a message, and brings it to life before where it has never been configured. */
  send(name: string, type: string, data: Json): Promise<unknown>
}

export interface QueueInfo {
  readonly name: string
  /** active, paused or draining. */
  readonly state: string
  /** Why it is paused or drained, if somebody said. */
  readonly reason: string | null
  /** Living tasks of it, by state. */
  readonly counts: TaskCounts
  /** What it allows; null: everything. */
  readonly limits: QueueSpec | null
  /** When its rates allow the next start, in milliseconds since the epoch; 0: now. */
  readonly opensAt: number
}

export class QueueHandle {
  readonly name: string
  readonly #host: QueueHost

  constructor(name: string, host: QueueHost) {
    this.name = name
    this.#host = host
  }

  /** @throws StatorError JOURNAL_FAILED */
  info(): QueueInfo {
    const { dispatcher, clock } = this.#host
    const cell = this.#host.cell(`queue/${this.name}`)
    const { spec = null, reason = null } = (cell?.snapshot.context ?? {}) as Partial<QueueContext>
    const { opensAt } = dispatcher.jobs.desk(this.name).quota
    return {
      name: this.name,
      state: cell?.state ?? 'active',
      reason,
      counts: countTasks({ dispatcher }, { queue: this.name }),
      limits: spec,
      opensAt: opensAt > clock.now() ? opensAt : 0,
    }
  }

  /**
   * The ids of those that would start next, in that order, if agents had room for all of them; at most `limit` (default 1). Who takes
   * a turn of its priority may go before: see docs/tasks.md, "Who goes next".
   */
  peek(limit = 1): string[] {
    if (!Number.isSafeInteger(limit) || limit < 1)
      throw new StatorError('INPUT_INVALID', { limit, expected: 'a whole number of 1 or more' })
    const { roster, lines, jobs } = this.#host.dispatcher
    const places = [...lines.waiting(roster.crews(), jobs.desk(this.name))].toSorted(inOrder)
    return places.slice(0, limit).map(({ task }) => idOf(task))
  }

  /** Nothing of it starts until it is resumed, also across restarts. What runs goes on; what comes waits. Settles when that is durable. One
   * that is drained must be resumed first (EVENT_REFUSED). */
  async pause(reason?: string): Promise<void> {
    if (this.info().state === 'paused') return
    await this.#host.send(this.name, 'queue.pause', reason === undefined ? {} : { reason })
  }

  /** It takes and starts tasks again, after a pause or a drain. */
  async resume(): Promise<void> {
    if (this.info().state === 'active') return
    await this.#host.send(this.name, 'queue.resume', {})
  }

  /**
   * It takes nothing more from outside (QUEUE_DRAINING), and what is in it is worked off. Settles when it is empty; it stays closed
   * until it is resumed, also across restarts. To throw away what waits: `tasks.cancelAll({ queue })`.
   * @throws StatorError (rejects) TIMED_OUT: it goes on draining; CANCELLED: it was resumed before it was empty; CLOSED, JOURNAL_FAILED
   */
  async drain(options: { reason?: string; timeout?: Duration } = {}): Promise<void> {
    checkCall(options)
    const { reason, timeout } = options
    const ms = timeout === undefined ? undefined : toMs(timeout, 'timeout')
    if (this.info().state !== 'draining')
      await this.#host.send(this.name, 'queue.drain', reason === undefined ? {} : { reason })
    await this.#host.drains.wait(this.#host.dispatcher.jobs.desk(this.name), ms)
  }
}
