/**
 * Quotas: all that limits starts, and when each of them comes to allow one again. It tells who watches a quota that it opened or
 * closed; who goes then is the dispatcher's choice.
 */
import { lanesOf, type Lane, type TaskCreate } from '../messages/task.ts'
import type { Desk } from './desk.ts'
import { Heap, type Due } from './heap.ts'
import { Quota } from './quota.ts'

/** Lanes are looked through when there are twice as many as were left the last time, and at least so many. */
const MANY_LANES = 1_024

interface Later extends Due {
  readonly quota: Quota
}

export class Quotas {
  /** One at a time: see the dispatcher. */
  readonly suspects = new Quota(1)
  readonly #roles: ReadonlyMap<string, Quota>
  readonly #lanes = new Map<string, Quota>()
  readonly #later = new Heap<Later>(({ due, quota }) => quota.wake === due)
  #order = 0
  #sweepAt = MANY_LANES

  /** What agents of a role may run at once, all together. */
  constructor(roles: ReadonlyMap<string, number>) {
    this.#roles = new Map([...roles].map(([role, limit]) => [role, new Quota(limit)]))
  }

  role(name: string): Quota | undefined {
    return this.#roles.get(name)
  }

  /** When one of them opens without anybody's doing; else Infinity. */
  get wakeAt(): number {
    return this.#later.peek()?.due ?? Number.POSITIVE_INFINITY
  }

  /** What a task needs of its own: that of its key, those of its lanes. */
  own(desk: Desk, spec: Pick<TaskCreate, 'key' | 'lane'>, at: number): readonly Quota[] {
    const { key, lane } = spec
    if (key === undefined && lane === undefined) return NONE
    const quotas: Quota[] = []
    if (key !== undefined) quotas.push(desk.key(key, at))
    for (const one of lanesOf(spec)) quotas.push(this.#lane(one))
    // One that is new, or was forgotten and came back, may be closed already.
    for (const quota of quotas) this.changed(quota, at)
    return quotas
  }

  /** One starts that needs all of these. */
  take(quotas: readonly Quota[], at: number): void {
    for (const quota of quotas) {
      quota.take(at)
      this.changed(quota, at)
    }
  }

  /** One runs already that needs all of these: it spends nothing. */
  hold(quotas: readonly Quota[], at: number): void {
    for (const quota of quotas) {
      quota.running++
      this.changed(quota, at)
    }
  }

  /** It does not run any more. */
  give(quotas: readonly Quota[], at: number): void {
    for (const quota of quotas) {
      quota.running--
      this.changed(quota, at)
    }
  }

  /** Looks at a quota again, and tells who watches it where it opened or closed. */
  changed(quota: Quota, at: number): void {
    const { opensAt } = quota
    const open = quota.hasRoom && opensAt <= at
    if (!open && quota.hasRoom && quota.wake !== opensAt) {
      quota.wake = opensAt
      this.#later.push({ due: opensAt, order: this.#order++, quota })
    }
    if (open === quota.open) return
    quota.open = open
    for (const watch of quota.watchers) watch()
  }

  /** Time has passed: some may be open by now. */
  come(at: number): void {
    for (let next = this.#later.peek(); next !== undefined && next.due <= at; next = this.#later.peek()) {
      this.#later.pop()
      const { quota, due } = next
      if (quota.wake !== due) continue
      quota.wake = 0
      this.changed(quota, at)
    }
  }

  #lane({ name, limit }: Lane): Quota {
    const known = this.#lanes.get(name)
    if (known !== undefined) return known
    if (this.#lanes.size >= this.#sweepAt) this.#sweep()
    const quota = new Quota(limit)
    this.#lanes.set(name, quota)
    return quota
  }

  /** Lanes come and go with their groups. */
  #sweep(): void {
    for (const [name, quota] of this.#lanes) if (quota.isIdleAt(0)) this.#lanes.delete(name)
    this.#sweepAt = 2 * Math.max(MANY_LANES, this.#lanes.size)
  }
}

const NONE: readonly Quota[] = []
