/**
 * Intake: what stands between a submission and its queue: a queue that is full lets nobody in, or makes them wait; one that is
 * drained takes nothing. Steps of a run and tasks of a schedule are not asked: their run was let in. It delivers nothing.
 */
import { StatorError } from '../errors.ts'
import type { Desk } from './desk.ts'
import type { Dispatcher } from './dispatcher.ts'

/** How many come into which queue, by its name. */
export type Coming = ReadonlyMap<string | undefined, number>

interface Into {
  readonly desk: Desk
  readonly count: number
}

interface Waiter extends Into {
  readonly go: () => void
  readonly refuse: (error: StatorError) => void
}

export class Intake {
  readonly #dispatcher: Dispatcher
  /** Throws while the hub does not accept. */
  readonly #open: () => void
  /** Let in, and not delivered yet. */
  readonly #coming = new Map<Desk, number>()
  /** First come, first served, in each queue. */
  #waiting: Waiter[] = []

  constructor(dispatcher: Dispatcher, open: () => void) {
    this.#dispatcher = dispatcher
    this.#open = open
  }

  /** Must who comes into that queue ask? */
  asks(queue: string | undefined): boolean {
    const { spec, state } = this.#dispatcher.jobs.desk(queue)
    return spec?.maxWaiting !== undefined || state === 'draining'
  }

  /**
   * Lets so many in, at once where there is room: who says two things is heard in that order. The call that it gives says that they are
   * in, or will not come. @throws StatorError (or rejects) QUEUE_FULL, QUEUE_DRAINING, CLOSED
   */
  enter(coming: Coming, whenFull: 'refuse' | 'wait' = 'refuse'): (() => void) | Promise<() => void> {
    const all = [...coming].map(([name, count]) => ({ desk: this.#dispatcher.jobs.desk(name), count }))
    // One after the other, in the order of their names, so that two who wait for the same two queues do not wait for each other.
    const left = all.toSorted((a, b) => (a.desk.name < b.desk.name ? -1 : 1))
    const entered: Into[] = []
    const leave = (): void => {
      for (const { desk, count } of entered.splice(0)) this.#count(desk, -count)
      // The last turn may have seen them twice: on their way, and in their queue.
      this.letIn()
    }
    const refused = (error: unknown): never => {
      leave()
      throw error
    }
    const enterNext = (): (() => void) | Promise<() => void> => {
      const into = left[entered.length]
      if (into === undefined) return leave
      const waits = this.#enterOne(into, whenFull)
      if (waits === undefined) {
        entered.push(into)
        return enterNext()
      }
      return waits.then(() => {
        entered.push(into)
        return enterNext()
      })
    }
    try {
      const whole = enterNext()
      return whole instanceof Promise ? whole.catch(refused) : whole
    } catch (error) {
      return refused(error)
    }
  }

  /** Called after each turn: room for those who wait. */
  letIn(): void {
    if (this.#waiting.length === 0) return
    const left: Waiter[] = []
    const passed = new Set<Desk>()
    for (const waiter of this.#waiting) {
      // Let in now, it would come after a drain that may have said that all is done.
      if (waiter.desk.state === 'draining')
        waiter.refuse(new StatorError('QUEUE_DRAINING', { queue: waiter.desk.name }))
      else if (passed.has(waiter.desk) || !this.#hasRoom(waiter.desk, waiter.count)) {
        passed.add(waiter.desk)
        left.push(waiter)
      } else {
        this.#count(waiter.desk, waiter.count)
        waiter.go()
      }
    }
    this.#waiting = left
  }

  /** Nobody waits at a closed door. */
  close(): void {
    for (const { go } of this.#waiting.splice(0)) go()
  }

  #enterOne({ desk, count }: Into, whenFull: 'refuse' | 'wait'): Promise<void> | undefined {
    if (desk.state === 'draining') throw new StatorError('QUEUE_DRAINING', { queue: desk.name })
    const limit = desk.spec?.maxWaiting
    if (
      limit === undefined ||
      (this.#hasRoom(desk, count) && !this.#waiting.some(other => other.desk === desk))
    ) {
      this.#count(desk, count)
      return undefined
    }
    if (whenFull === 'refuse' || count > limit)
      throw new StatorError('QUEUE_FULL', { queue: desk.name, maxWaiting: limit, tasks: count })
    return new Promise<void>((go, refuse) => {
      this.#waiting.push({ desk, count, go, refuse })
    }).then(() => this.#open())
  }

  #hasRoom(desk: Desk, count: number): boolean {
    const limit = desk.spec?.maxWaiting
    return limit === undefined || desk.waiting + (this.#coming.get(desk) ?? 0) + count <= limit
  }

  #count(desk: Desk, change: number): void {
    const count = (this.#coming.get(desk) ?? 0) + change
    if (count === 0) this.#coming.delete(desk)
    else this.#coming.set(desk, count)
  }
}
