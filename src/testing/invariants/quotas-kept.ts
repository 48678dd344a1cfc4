/**
 * Quotas kept: never more running than a queue, a key in it, a lane or a role allows; no bucket overdrawn, also across restarts; nothing
 * of a paused queue starts; and a queue is told exactly what was started from it, in the same turn. It reads records alone.
 */
import type { Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { QueueSpec, Starts } from '../../messages/queue.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Taken } from './reading.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'
import { roleHasRoom } from './starts.ts'

/** How many were started, by queue and key. */
type Counts = Map<string, number>

export class QuotasKept {
  readonly #shadow: Shadow
  /** Of the batch that is being read. */
  readonly #started: Counts = new Map()
  /** In it something was started of which not everything is known. */
  #unsure = false

  constructor(shadow: Shadow) {
    this.#shadow = shadow
  }

  /** A start, and what it has no room for. */
  fault({ signal, known }: Move): string | undefined {
    const { books } = this.#shadow
    const { to, type, fromState, toState, refused, data, stamp, at } = signal
    const begins = toState === 'running' && fromState !== 'running' && to.startsWith('task/')
    if (type === 'task.start' && (refused !== null || !known)) this.#unsure = true
    if (!begins || refused !== null || !known) return undefined
    const work = books.works.get(to)
    const spec = type === 'task.create' ? (data as unknown as TaskCreate) : work?.spec
    if (spec === undefined) return undefined
    const obstacle = books.desks.obstacle(spec, at)
    this.#count(spec)
    const { agent } = (stamp ?? data) as { readonly agent?: Address }
    const helper = agent === undefined ? undefined : books.helpers.get(agent)
    if (helper !== undefined && !roleHasRoom(helper, this.#shadow))
      return `started, and role ${helper.role ?? ''} has no room`
    return obstacle.open === 'no' ? `started, and ${obstacle.words}` : undefined
  }

  /** A batch is complete: what queues were told in it. */
  toldFault({ batch, delivered }: Taken): string | undefined {
    const told: Counts = new Map()
    const add = (to: Address, data: Json, sign: number): void => {
      for (const [key, count] of (data as { readonly starts: Starts }).starts) {
        const name = nameOf(to, key)
        told.set(name, (told.get(name) ?? 0) + sign * count)
      }
    }
    const isLoad = ({ type }: { readonly type: string }): boolean => type === 'queue.load'
    const loads = [...batch.signals, ...batch.pending].filter(isLoad)
    for (const { to, data } of loads) add(to, data, 1)
    // What an earlier turn had told is delivered now.
    for (const row of delivered) if (row !== undefined && isLoad(row)) add(row.to, row.data, -1)
    const started = new Map(this.#started)
    const isUnsure = this.#unsure || this.#shadow.strangers.size > 0
    this.#started.clear()
    this.#unsure = false
    if (isUnsure) return undefined
    for (const name of new Set([...told.keys(), ...started.keys()])) {
      const [own = 0, other = 0] = [started.get(name), told.get(name)]
      if (own !== other) return `${name}: ${own} started, and it was told of ${other}`
    }
    return undefined
  }

  #count(spec: TaskCreate): void {
    const desk = this.#shadow.books.desks.of(spec)
    if (desk.spec === null || !hasRates(desk.spec)) return
    const name = nameOf(`queue/${desk.name}`, desk.spec.perKey === undefined ? null : (spec.key ?? null))
    this.#started.set(name, (this.#started.get(name) ?? 0) + 1)
  }
}

const nameOf = (queue: Address, key: string | null): string => `${queue}${key === null ? '' : `, key ${key}`}`
const hasRates = ({ rates, perKey }: QueueSpec): boolean => rates.length + (perKey?.rates.length ?? 0) > 0
