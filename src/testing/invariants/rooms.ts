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

/** What a client asked for of one queue, as things stood then. */
interface Ask {
  readonly desk: Desk
  readonly count: number
  readonly max: number
  readonly waiting: number
  /** Others that were on their way in. */
  readonly before: number
  readonly pushed: number
  readonly isDraining: boolean
}

export class Rooms {
  readonly #shadow: Shadow
  readonly #asks = new Map<number, readonly Ask[]>()

  constructor(shadow: Shadow) {
    this.#shadow = shadow
  }

  begin(): void {
    this.#asks.clear()
  }

  asked(said: Said): void {
    const asks = [...countsOf(said, this.#shadow)].map(([desk, count]): Ask => {
      const { waiting, pushed, state, spec } = desk
      const max = spec?.maxWaiting ?? Number.POSITIVE_INFINITY
      const before = this.#into(desk).reduce((sum, other) => sum + other.count, 0)
      return { desk, count, max, waiting, before, pushed, isDraining: state === 'draining' }
    })
    if (asks.length > 0) this.#asks.set(said.number, asks)
  }

  acknowledged({ number }: Said): void {
    this.#asks.delete(number)
  }

  refusedFault(said: Said, error: unknown): string | undefined {
    const asks = this.#asks.get(said.number) ?? []
    this.#asks.delete(said.number)
    if (!(error instanceof StatorError)) return undefined
    const ask = asks.find(({ desk }) => desk.name === error.details['queue'])
    if (ask === undefined) return undefined
    const { desk, count, max, waiting, before, isDraining } = ask
    const mayWait = optionsOf(said).whenFull === 'wait' && count <= max
    if (error.code === 'QUEUE_FULL' && (mayWait || waiting + before + count <= max))
      return `was refused with QUEUE_FULL while ${waiting} of ${max} waited in ${desk.name}, and ${before} came`
    // Who waits for room is sent away when a drain begins.
    const isSentAway = mayWait && desk.state === 'draining'
    return error.code === 'QUEUE_DRAINING' && !isDraining && !isSentAway
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
    return [...this.#asks.values()].flat().filter(ask => ask.desk === desk)
  }
}

const optionsOf = ({ what, args }: Said): SubmitOptions =>
  (args[what === 'enqueueAll' ? 1 : 2] ?? {}) as SubmitOptions

type Item = Pick<SubmitOptions, 'queue'> & { readonly task?: AnyTask }

/** How many it puts into which queue; none where queues are not asked. */
function countsOf(said: Said, { books }: Shadow): ReadonlyMap<Desk, number> {
  const counts = new Map<Desk, number>()
  const [first] = said.args
  const items: readonly Item[] =
    said.what === 'enqueueAll' && Array.isArray(first)
      ? (first as readonly Item[])
      : said.what === 'submit'
        ? [{ task: first as AnyTask, ...optionsOf(said) }]
        : []
  for (const { task, queue } of items) {
    const desk = books.desks.of({ queue: queue ?? task?.spec?.queue ?? DEFAULT_QUEUE })
    counts.set(desk, (counts.get(desk) ?? 0) + 1)
  }
  return counts
}

/** Does it wait for room in a queue, and is there none, or somebody before it? */
export function waitsForRoom(said: Said, asks: readonly Said[], shadow: Shadow): boolean {
  if (optionsOf(said).whenFull !== 'wait') return false
  const before = asks.filter(({ number }) => number < said.number).map(other => countsOf(other, shadow))
  return [...countsOf(said, shadow)].some(([desk, count]) => {
    const max = desk.spec?.maxWaiting
    return max !== undefined && (desk.waiting + count > max || before.some(counts => counts.has(desk)))
  })
}
