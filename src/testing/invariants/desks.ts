/**
 * Desks: what the records say of queues, keys and lanes: what each allows, who runs and who waits there, what of its rates is used up.
 * Kept without the machine of a queue, and without the dispatcher. It says what stands in the way of a start; it judges none.
 */
import { idOf, type Address } from '../../messages/address.ts'
import type { QueueSpec } from '../../messages/queue.ts'
import type { Signal } from '../../messages/signal.ts'
import { lanesOf, type TaskCreate } from '../../messages/task.ts'
import { Buckets, type Opening } from './buckets.ts'

/** What is counted of a queue, of a key in it, or of a lane. */
class Count {
  running = 0
  readonly buckets = new Buckets()
}

export class Desk extends Count {
  readonly name: string
  state = 'active'
  spec: QueueSpec | null = null
  /** Living tasks that do not run. */
  waiting = 0
  /** How often one came to wait here that no client had just submitted. */
  pushed = 0
  readonly keys = new Map<string, Count>()

  constructor(name: string) {
    super()
    this.name = name
  }

  /** The longest that one may wait for a token. */
  get interval(): number {
    const { rates = [], perKey } = this.spec ?? {}
    return Math.max(0, ...[...rates, ...(perKey?.rates ?? [])].map(({ interval }) => interval))
  }

  /** What is counted of a key; undefined where keys have nothing for themselves. */
  key(name: string | undefined): Count | undefined {
    if (name === undefined || this.spec?.perKey === undefined) return undefined
    const key = this.keys.get(name) ?? new Count()
    key.buckets.share(this.spec.perKey.rates)
    this.keys.set(name, key)
    return key
  }
}

/** What keeps a task from being started, beside agents. */
export interface Obstacle extends Opening {
  /** In words; empty where there is none. */
  readonly words: string
}

type Spec = Pick<TaskCreate, 'queue' | 'key' | 'lane'>
const NONE: Obstacle = { open: 'yes', from: 0, words: '' }

export class Desks {
  /** The time of the last record. */
  at = 0
  /** Some records were not seen: what was used up is not known. */
  unsure = false
  #seen = 0
  readonly #desks = new Map<string, Desk>()
  readonly #lanes = new Map<string, number>()
  /** Living tasks. */
  readonly #tasks = new Map<Address, { readonly spec: Spec; state: string; key: Count | undefined }>()

  /** Every record, whatever it says. */
  saw({ seq, at }: Pick<Signal, 'seq' | 'at'>): void {
    if (seq !== this.#seen + 1) this.unsure = true
    this.#seen = seq
    this.at = Math.max(this.at, at)
  }

  of({ queue = 'default' }: Spec): Desk {
    const known = this.#desks.get(queue)
    if (known !== undefined) return known
    const desk = new Desk(queue)
    this.#desks.set(queue, desk)
    return desk
  }

  /** By how much a clock is behind the records, where something waits for tokens. */
  behind(now: number): number {
    const isLimited = [...this.#desks.values()].some(({ interval }) => interval > 0)
    return isLimited ? Math.max(0, this.at - now) : 0
  }

  named(queue: Address): Desk {
    return this.of({ queue: idOf(queue) })
  }

  /** A message that was taken. */
  apply(signal: Signal): void {
    if (signal.to.startsWith('queue/')) this.#queue(signal)
    else if (signal.to.startsWith('task/')) this.#task(signal)
  }

  /** Has anything of it a limit? */
  isLimited(spec: Spec): boolean {
    return this.of(spec).spec !== null || spec.lane !== undefined
  }

  obstacle(spec: Spec, at: number): Obstacle {
    const desk = this.of(spec)
    const { key } = spec
    const no = (words: string): Obstacle => ({ open: 'no', from: Number.POSITIVE_INFINITY, words })
    if (desk.state === 'paused') return no(`${desk.name} is paused`)
    const own = desk.key(key)
    const { concurrency = Number.POSITIVE_INFINITY, perKey } = desk.spec ?? { rates: [] }
    if (desk.running >= concurrency) return no(`${desk.running} of ${concurrency} of queue ${desk.name} run`)
    const ofKey = perKey?.concurrency ?? Number.POSITIVE_INFINITY
    if (own !== undefined && own.running >= ofKey)
      return no(`${own.running} of ${ofKey} of key ${key ?? ''} run`)
    for (const { name, limit } of lanesOf(spec)) {
      const inLane = this.#lanes.get(name) ?? 0
      if (inLane >= limit) return no(`${inLane} of ${limit} of lane ${name} run`)
    }
    let worst = NONE
    for (const [words, count] of [
      [`queue ${desk.name} has no token left`, desk],
      [`key ${key ?? ''} of ${desk.name} has no token left`, own],
    ] as const) {
      const { open, from } = count?.buckets.opening(at) ?? NONE
      if (open === 'yes' || (worst.open === 'no' && open === 'maybe' && worst.from >= from)) continue
      worst = { open: worst.open === 'no' ? 'no' : open, from: Math.max(worst.from, from), words }
    }
    return worst
  }

  #queue({ to, type, data, toState }: Signal): void {
    const desk = this.of({ queue: idOf(to) })
    desk.state = toState ?? desk.state
    if (type !== 'queue.configure') return
    desk.spec = data as unknown as QueueSpec
    desk.buckets.share(desk.spec.rates)
    // Keys that have nothing for themselves any more begin anew when they have again.
    for (const key of desk.keys.values()) key.buckets.share(desk.spec.perKey?.rates)
  }

  #task({ to, type, data, from, toState, final, at }: Signal): void {
    if (type === 'task.create')
      this.#tasks.set(to, { spec: data as unknown as Spec, state: '', key: undefined })
    const task = this.#tasks.get(to)
    if (task === undefined) return
    const { spec, state: before } = task
    const state = toState ?? before
    const desk = this.of(spec)
    if (before === 'running' && state !== 'running') this.#run(task, desk, -1)
    else if (before !== 'running' && before !== '') desk.waiting--
    task.state = state
    if (state === 'running' && before !== 'running') {
      task.key = desk.key(spec.key)
      for (const each of [desk, task.key]) each?.buckets.take(at)
      this.#run(task, desk, 1)
    } else if (state !== 'running' && !final) {
      desk.waiting++
      if (before === 'running' || (before === '' && !from.startsWith('client/'))) desk.pushed++
    }
    if (final) this.#tasks.delete(to)
  }

  #run({ spec, key }: { spec: Spec; key: Count | undefined }, desk: Desk, change: number): void {
    for (const each of [desk, key]) if (each !== undefined) each.running += change
    for (const { name } of lanesOf(spec)) this.#lanes.set(name, (this.#lanes.get(name) ?? 0) + change)
  }
}
