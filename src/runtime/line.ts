/**
 * Lines: the tasks that wait for an agent. A line is of one crew, one queue and one priority; where tasks of it have keys or lanes
 * of their own, each of those has a track in it, so that one that must wait holds up no other. They know an order and no clock.
 */
import type { Address } from '../messages/address.ts'
import type { Priority } from '../messages/message.ts'
import { lanesOf, type TaskCreate } from '../messages/task.ts'
import type { Desk } from './desk.ts'
import { Heap, type Due } from './heap.ts'
import { IndexedHeap, type Indexed } from './indexed-heap.ts'
import type { Quota } from './quota.ts'
import type { Crew } from './slots.ts'

/** A place in a line: `due` is its rank, the lower the sooner; `order` the signal with which it became ready. */
export interface Place extends Due {
  readonly task: Address
  readonly track: Track
  /** Set when it no longer waits: places are dropped lazily. */
  gone: boolean
}

/** What of a task may have quotas of its own. */
export interface Named {
  readonly key: string | undefined
  readonly lane: string | undefined
}

/** Of several lanes all together have a track. */
export function namedBy(spec: Pick<TaskCreate, 'key' | 'lane'>): Named {
  const lanes = lanesOf(spec)
  return { key: spec.key, lane: lanes.length === 0 ? undefined : lanes.map(({ name }) => name).join('\n') }
}

export class Track implements Indexed {
  heapIndex = -1
  readonly line: Line
  readonly key: string | undefined
  /** What a start needs beside what the line needs: that of its key, that of its lane. */
  readonly quotas: readonly Quota[]
  readonly #places = new Heap<Place>(({ gone }) => !gone)
  #size = 0

  constructor(line: Line, key: string | undefined, quotas: readonly Quota[]) {
    this.line = line
    this.key = key
    this.quotas = quotas
  }

  get size(): number {
    return this.#size
  }

  get isOpen(): boolean {
    return this.quotas.length === 0 || this.quotas.every(({ open }) => open)
  }

  push(place: Place): void {
    this.#size++
    this.#places.push(place)
  }

  /** It waits no longer. */
  remove(place: Place): void {
    if (place.gone) return
    place.gone = true
    this.#size--
  }

  head(): Place | undefined {
    for (let place = this.#places.peek(); place !== undefined; place = this.#places.peek()) {
      if (!place.gone) return place
      this.#places.pop()
    }
    return undefined
  }

  /** Those that wait, in no order. */
  waiting(): readonly Place[] {
    return this.#places.all().filter(({ gone }) => !gone)
  }
}

export class Line implements Indexed {
  heapIndex = -1
  readonly crew: Crew
  readonly desk: Desk
  readonly priority: Priority
  readonly suspect: boolean
  readonly #plain: Track
  #tracks: Map<string, Track> | undefined
  /** Those with somebody in them who may start. */
  #open: IndexedHeap<Track> | undefined
  /** How each of them is forgotten. */
  readonly #partings = new Map<Track, () => void>()

  constructor(crew: Crew, desk: Desk, priority: Priority, suspect: boolean) {
    this.crew = crew
    this.desk = desk
    this.priority = priority
    this.suspect = suspect
    this.#plain = new Track(this, undefined, [])
  }

  /** Where tasks of that key and lane wait. `changed` is called when one of these quotas opens or closes. */
  track({ key, lane }: Named, quotas: readonly Quota[], changed: (track: Track) => void): Track {
    if (key === undefined && lane === undefined) return this.#plain
    this.#tracks ??= new Map()
    const name = `${key ?? ''}\n${lane ?? ''}`
    const known = this.#tracks.get(name)
    if (known !== undefined) return known
    const track = new Track(this, key, quotas)
    const watch = (): void => changed(track)
    for (const quota of quotas) quota.watchers.add(watch)
    this.#tracks.set(name, track)
    this.#partings.set(track, () => {
      this.#tracks?.delete(name)
      for (const quota of quotas) quota.watchers.delete(watch)
    })
    return track
  }

  /** Brings a track to where it belongs, after its head or its quotas changed. One that is empty is forgotten. */
  settle(track: Track): void {
    if (track === this.#plain) return
    this.#open ??= new IndexedHeap<Track>((a, b) => goesFirst(a.head(), b.head()))
    if (track.size > 0 && track.isOpen) {
      track.head()
      this.#open.put(track)
      return
    }
    this.#open.remove(track)
    if (track.size > 0) return
    this.#partings.get(track)?.()
    this.#partings.delete(track)
  }

  /** Who goes first of those whose track is open. */
  head(): Place | undefined {
    const plain = this.#plain.head()
    if (this.#open === undefined) return plain
    const other = this.#open.peek()?.head()
    return goesFirst(other, plain) ? other : plain
  }

  /** Those that wait in it, whether they may start or not, in no order. */
  waiting(): Place[] {
    const tracks = [this.#plain, ...(this.#tracks?.values() ?? [])]
    return tracks.flatMap(track => track.waiting())
  }
}

/** Does `a` go before `b`? Nobody goes before somebody. */
export function goesFirst(a: Place | undefined, b: Place | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined
  return a.due < b.due || (a.due === b.due && a.order < b.order)
}
