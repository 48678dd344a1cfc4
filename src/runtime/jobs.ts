/** Jobs: every living task and every queue, as the dispatcher sees them. It keeps count; who runs and who waits where is not its to say. */
import { DEFAULT_QUEUE } from '../actors/queue.ts'
import { kindOf, type Address } from '../messages/address.ts'
import type { Priority } from '../messages/message.ts'
import { Desk } from './desk.ts'
import type { Job, Placing } from './slots.ts'

export class Jobs {
  readonly #jobs = new Map<Address, Job>()
  readonly #desks = new Map<string, Desk>()

  get(task: Address): Job | undefined {
    return this.#jobs.get(task)
  }

  all(): IterableIterator<Job> {
    return this.#jobs.values()
  }

  desk(name = DEFAULT_QUEUE): Desk {
    const known = this.#desks.get(name)
    if (known !== undefined) return known
    const desk = new Desk(name)
    this.#desks.set(name, desk)
    return desk
  }

  desks(): IterableIterator<Desk> {
    return this.#desks.values()
  }

  /** A task that is seen for the first time. */
  enter(task: Address, placing: Placing, priority: Priority): Job {
    const { task: type, queue, path = 1, parent, agent, mail } = placing
    const desk = this.desk(queue)
    const job: Job = {
      task,
      type,
      desk,
      priority,
      run: parent !== undefined && kindOf(parent) === 'workflow' ? parent : undefined,
      agent,
      isMail: mail !== undefined,
      suspect: false,
      state: '',
      seq: 0,
      path,
      place: null,
      running: null,
    }
    this.#jobs.set(task, job)
    return job
  }

  /** A task is in that state from that signal on. */
  stand(job: Job, state: string, seq: number): void {
    job.seq = seq
    if (job.state === state) return
    if (job.state !== '') job.desk.count(job.state, -1)
    job.desk.count(state, 1)
    job.state = state
  }

  /** A task that is not there any more. */
  leave(job: Job): void {
    if (job.state !== '') job.desk.count(job.state, -1)
    this.#jobs.delete(job.task)
  }
}
