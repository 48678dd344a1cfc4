/** Reading: shared values as they stand, as they were, and as they come: what is durable of them, and nothing else. Writes nothing. */
import type { Observable } from 'rxjs'
import type { Logger } from '../../actors/task-context.ts'
import type { ContextState } from '../../machines/context.ts'
import type { Address } from '../../messages/address.ts'
import { ContainedObservable } from '../contain.ts'
import { heldError } from '../ended.ts'
import type { Journal } from '../journal.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Population } from '../population.ts'
import type { SignalStream } from '../signal-stream.ts'
import { entryOf, versionIn, versionOf, versionsOf, type Entry, type Version } from './versions.ts'

export interface ReadingParts {
  readonly population: Population
  readonly journal: Journal
  readonly stream: SignalStream
  readonly lifetime: Pick<Lifetime, 'requireJournal' | 'requireTruth'>
  /** One that does not throw. */
  readonly log: Logger
}

export class Reading {
  readonly #parts: ReadingParts

  constructor(parts: ReadingParts) {
    this.#parts = parts
  }

  /** @throws StatorError HELD, CLOSED, JOURNAL_FAILED */
  entry(address: Address): Entry | undefined {
    return entryOf(this.#latest(address))
  }

  history(address: Address, limit: number, before = Number.POSITIVE_INFINITY): readonly Version[] {
    this.#parts.lifetime.requireJournal()
    const found: Version[] = []
    for (const version of versionsOf(this.#parts.journal, address)) {
      if (found.length === limit) break
      if (version.version < before) found.push(version)
    }
    return found
  }

  /** Versions tell what was seen already, whatever is written while this begins. */
  watch(address: Address, owner: Address | undefined): Observable<Version> {
    const { stream, log, population } = this.#parts
    return new ContainedObservable<Version>(log, subscriber => {
      const after = stream.position
      const latest = this.#latest(address)
      let seen = latest?.version ?? 0
      if (latest?.isDeleted === false) subscriber.next(latest)
      const isOver = (): boolean =>
        owner !== undefined && !population.lives(owner) && !population.lives(address)
      const values = stream.observe({ actor: address, after }).subscribe({
        next: signal => {
          const version = versionIn(signal)
          if (version === undefined || version.version <= seen) return
          seen = version.version
          subscriber.next(version)
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      })
      // What nobody ever writes has no end of its own.
      const ends = stream.observe({ actor: owner ?? address, after }).subscribe({
        error: () => {},
        complete: () => {
          if (isOver() && seen === 0) subscriber.complete()
        },
      })
      if (isOver()) subscriber.complete()
      return () => {
        values.unsubscribe()
        ends.unsubscribe()
      }
    })
  }

  #latest(address: Address): Version | undefined {
    const { population, journal, lifetime } = this.#parts
    lifetime.requireJournal()
    lifetime.requireTruth()
    const hold = population.stranded().get(address)
    if (hold !== undefined) throw heldError(address, hold)
    const cell = population.look(address)
    if (cell !== undefined) return versionOf(address, cell.snapshot.context as ContextState)
    const [recorded] = versionsOf(journal, address)
    return recorded
  }
}
