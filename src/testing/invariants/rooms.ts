/**
 * Rooms: who comes into a queue that is bounded or drained: what clients asked for, and what they were told, against the records of that
 * moment. The door of the runtime is not looked at.
 */
import { DEFAULT_QUEUE } from '../../actors/queue.ts'
import type { AnyTask } from '../../actors/task.ts'
import { StatorError } from '../../errors.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { SubmitOptions } from '../../runtime/options.ts'
import type { Said, Wait } from '../host/watcher.ts'
import type { Desk } from './desks.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

/** What a client asked for, as things stood then. */
interface Ask {
  readonly desk: Desk
  readonly max: number
  readonly waiting: number
  /** Others that were on their way in. */
  readonly before: number
  readonly pushed: number
  readonly isDraining: boolean
}

export class Rooms {
  readonly #shadow: Shadow
  readonly #asks = new Map<number, Ask>()

  constructor(shadow: Shadow) {
    this.#shadow = shadow
  }

  begin(): void {
    this.#asks.clear()
  }

  asked(said: Said): void {
    const desk = deskOf(said, this.#shadow)
    if (desk === undefined) return
    const { waiting, pushed, state, spec } = desk
    this.#asks.set(said.number, {
      desk,
      max: spec?.maxWaiting ?? Number.POSITIVE_INFINITY,
      waiting,
      before: this.#into(desk).length,
      pushed,
      isDraining: state === 'draining',
    })
  }

  acknowledged({ number }: Said): void {
    this.#asks.delete(number)
  }

  refusedFault(said: Said, error: unknown): string | undefined {
    const ask = this.#asks.get(said.number)
    this.#asks.delete(said.number)
    if (ask === undefined || !(error instanceof StatorError)) return undefined
    const { desk, max, waiting, before, isDraining } = ask
    if (error.code === 'QUEUE_FULL' && (optionsOf(said).whenFull === 'wait' || waiting + before < max))
      return `was refused with QUEUE_FULL while ${waiting} of ${max} waited in ${desk.name}, and ${before} came`
    return error.code === 'QUEUE_DRAINING' && !isDraining
      ? `was refused with QUEUE_DRAINING, and ${desk.name} was ${desk.state}`
      : undefined
  }

  /** A task that a client has submitted comes into its queue. */
  fault({ signal, known }: Move): string | undefined {
    const { type, from, to, data, refused, toState, final, causationId } = signal
    if (type !== 'task.create' || !to.startsWith('task/') || causationId !== 0 || refused !== null || !known)
      return undefined
    if (!from.startsWith('client/')) return undefined
    const desk = this.#shadow.books.desks.of(data as unknown as TaskCreate)
    const asks = this.#into(desk)
    if (desk.state === 'draining' && asks.every(({ isDraining }) => isDraining))
      return `comes into ${desk.name}, which was draining when it was asked for`
    if (toState === 'running' || final) return undefined
    const max = desk.spec?.maxWaiting ?? Number.POSITIVE_INFINITY
    const pushed = desk.pushed - Math.min(...asks.map(ask => ask.pushed))
    return desk.waiting + 1 > max + pushed
      ? `comes into ${desk.name}, where ${desk.waiting} of ${max} wait`
      : undefined
  }

  /** The words of a drain that came to its end. */
  answeredFault({ what, address }: Wait, error: unknown): string | undefined {
    if (what !== 'drain' || error !== undefined || this.#shadow.strangers.size > 0) return undefined
    const { waiting, running, name } = this.#shadow.books.desks.named(address)
    return waiting + running === 0
      ? undefined
      : `the drain of ${name} was said to be over, and ${waiting} wait and ${running} run`
  }

  #into(desk: Desk): Ask[] {
    return [...this.#asks.values()].filter(ask => ask.desk === desk)
  }
}

const optionsOf = ({ args }: Said): SubmitOptions => (args[2] ?? {}) as SubmitOptions

/** The queue that a submission goes into; undefined of those that are not asked for room. */
function deskOf(said: Said, { books }: Shadow): Desk | undefined {
  if (said.what !== 'submit') return undefined
  const [task] = said.args as [AnyTask | undefined]
  const { queue, group } = optionsOf(said)
  return group === undefined
    ? books.desks.of({ queue: queue ?? task?.spec?.queue ?? DEFAULT_QUEUE })
    : undefined
}

/** Does it wait for room in its queue, and is there none, or somebody before it? */
export function waitsForRoom(said: Said, asks: readonly Said[], shadow: Shadow): boolean {
  const desk = deskOf(said, shadow)
  const max = desk?.spec?.maxWaiting
  if (desk === undefined || max === undefined || optionsOf(said).whenFull !== 'wait') return false
  const isFirst = !asks.some(other => other.number < said.number && deskOf(other, shadow) === desk)
  return !isFirst || desk.waiting >= max
}
