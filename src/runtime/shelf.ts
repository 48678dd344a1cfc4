/**
 * Shelf: tasks of paused runs, which wait for an agent and are given none. It knows which runs are paused, and what of each waits,
 * here or in a line: a pause takes that out of its lines, and where the run goes on it is put back. Its place there follows from the
 * task, so it is the same as before; who goes next is not the shelf's to say.
 */
import { kindOf, type Address } from '../messages/address.ts'
import type { Job, Placing } from './slots.ts'

/** Where those wait of whose runs none is paused. */
export interface LineDoor {
  enter(job: Job, placing: Placing): void
  leave(job: Job): void
}

interface Kept {
  readonly job: Job
  readonly placing: Placing
}

export class Shelf {
  readonly #door: LineDoor
  readonly #paused = new Set<Address>()
  /** All that wait for an agent, by run: in their lines, or here while it is paused. */
  readonly #waiting = new Map<Address, Map<Address, Kept>>()
  #size = 0

  constructor(door: LineDoor) {
    this.#door = door
  }

  /** All that wait for an agent, here and in lines. */
  get size(): number {
    return this.#size
  }

  /** Is nothing of that run to be started? */
  isPaused(run: Address | undefined): boolean {
    return run !== undefined && this.#paused.size > 0 && this.#paused.has(run)
  }

  /** Does it wait for an agent, here or in a line? */
  has(job: Job): boolean {
    return job.place !== null || (job.run !== undefined && this.#waiting.get(job.run)?.has(job.task) === true)
  }

  /** A task comes to wait for an agent. */
  enter(job: Job, placing: Placing): void {
    const { run } = job
    this.#size++
    if (run !== undefined) {
      // Not its input: whoever is parked should stay small.
      const { task, role, skills, agent, queue, key, lane } = placing
      const kept = { job, placing: { task, role, skills, agent, queue, key, lane } }
      const others = this.#waiting.get(run)
      if (others === undefined) this.#waiting.set(run, new Map([[job.task, kept]]))
      else others.set(job.task, kept)
    }
    if (!this.isPaused(run)) this.#door.enter(job, placing)
  }

  /** It waits no longer, if it did. */
  leave(job: Job): void {
    if (!this.has(job)) return
    this.#size--
    const { run, task } = job
    if (job.place !== null) this.#door.leave(job)
    const others = run === undefined ? undefined : this.#waiting.get(run)
    if (run !== undefined && others?.delete(task) === true && others.size === 0) this.#waiting.delete(run)
  }

  /** As the records say of a run, of which there may be no more than these; one that is brought back says so itself. */
  recorded(run: Address, state: string | null): void {
    // Of one that waits for an operator the state does not say it.
    if (kindOf(run) === 'workflow' && state !== 'held') this.stand(run, /^paused\b/.test(state ?? ''))
  }

  /** A run stands so. Costs as much as it has tasks that wait, and nothing where nothing has changed. */
  stand(run: Address, isPaused: boolean): void {
    if (isPaused === this.isPaused(run)) return
    if (isPaused) this.#paused.add(run)
    else this.#paused.delete(run)
    for (const { job, placing } of this.#waiting.get(run)?.values() ?? [])
      if (isPaused) this.#door.leave(job)
      else this.#door.enter(job, placing)
  }
}
