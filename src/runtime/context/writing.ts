/** Writing: one write of a shared value through the hub, once for a key. What is written it has been given; it reads nothing but that. */
import { StatorError } from '../../errors.ts'
import type { Address } from '../../messages/address.ts'
import { toText, type Json } from '../../messages/json.ts'
import type { Door } from '../door.ts'
import type { Journal, KeyRecord } from '../journal.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Limits } from '../limits.ts'
import type { Once } from '../once.ts'
import type { Population } from '../population.ts'
import { decode } from '../record.ts'
import { entryOf, versionIn, type Entry } from './versions.ts'
import type { Writer } from './writer.ts'
import type { Signal } from '../../messages/signal.ts'

export interface WritingParts {
  readonly door: Door
  readonly once: Once
  readonly journal: Journal
  readonly population: Population
  readonly limits: Pick<Limits, 'contextBytes'>
  readonly lifetime: Pick<Lifetime, 'requireJournal' | 'requireTruth'>
  /** A value from outside as the journal holds it. */
  readonly admit: (value: unknown) => Json
}

/** One write, as it is asked for. */
export interface Asked {
  /** What must be the same when it is asked for again. */
  readonly raw: Json
  readonly why?: string | undefined
  readonly fence?: number | undefined
  readonly idempotencyKey?: string | undefined
}

type Say = (said: { readonly value: Json; readonly expect?: number }) => Promise<Entry>
type Given = Pick<KeyRecord, 'key' | 'hash'>

export class Writing {
  readonly #parts: WritingParts
  readonly #owner: Address | undefined
  readonly #writer: Writer

  constructor(parts: WritingParts, owner: Address | undefined, writer: Writer) {
    this.#parts = parts
    this.#owner = owner
    this.#writer = writer
  }

  /** @throws StatorError CONTEXT_FULL, and what JSON is refused with */
  admit(value: unknown): Json {
    const json = this.#parts.admit(value)
    const { contextBytes: limit } = this.#parts.limits
    try {
      toText(json, limit)
    } catch (error) {
      const { bytes = 0 } = (error as StatorError).details as { readonly bytes?: number }
      throw new StatorError('CONTEXT_FULL', { limit: 'contextBytes', bytes, most: limit }, { cause: error })
    }
    return json
  }

  /** `act` writes as often as it takes until it is taken; where that was done under the same key before, it is not asked. */
  async write(address: Address, asked: Asked, act: (say: Say) => Promise<Entry>): Promise<Entry> {
    let entry: Entry | undefined
    const key = await this.#once(address, asked, async given => {
      entry = await act(async said => {
        const signal = await this.#submit('context.set', address, asked, said, given)
        return entryIn(signal, address)
      })
    })
    return entry ?? entryIn(this.#heard(key), address)
  }

  /** False where there was nothing to take away. */
  async remove(address: Address, asked: Asked, expect: number | undefined): Promise<boolean> {
    let isGone = true
    await this.#once(address, asked, async given => {
      try {
        await this.#submit('context.delete', address, asked, expect === undefined ? {} : { expect }, given)
      } catch (error) {
        if (!isNothing(error)) throw error
        isGone = false
      }
    })
    return isGone
  }

  /** Gives the key under which it is done. */
  async #once(
    address: Address,
    asked: Asked,
    act: (given: Given | undefined) => Promise<void>,
  ): Promise<string> {
    const { keeper } = this.#writer
    this.#writer.requireCurrent()
    const key = this.#writer.keyOf(asked.raw, asked.idempotencyKey)
    if (key === undefined) await act(undefined)
    else
      await this.#parts.once.run({ sender: keeper, key, raw: asked.raw, address }, async given => {
        await act(given)
        return address
      })
    return key ?? ''
  }

  async #submit(
    type: string,
    to: Address,
    { why, fence }: Asked,
    said: object,
    given: Given | undefined,
  ): Promise<Signal> {
    const { from, keeper, attempt } = this.#writer
    this.#writer.requireCurrent()
    const written = { ...(why !== undefined && { why }), ...(fence !== undefined && { fence }) }
    const data = { ...said, ...written, ...attempt } as Json
    const correlationId = this.#correlation(to)
    // A key of a task goes with that task, whatever it wrote to.
    const key = given && { ...given, address: attempt.task ?? to }
    const submission = { type, to, from, keeper, data, correlationId, ...(key && { key }) }
    // An attempt has nobody to whom it could say that there is no room.
    return this.#parts.door.submit(submission, attempt.task === undefined ? {} : { whenFull: 'wait' })
  }

  /** With what it is pruned. */
  #correlation(to: Address): string {
    const owner = this.#owner
    if (owner === undefined) return to.split('/').slice(1, 3).join('/')
    return this.#parts.population.look(owner)?.correlationId ?? owner
  }

  /** What was written under a key. @throws StatorError NOT_FOUND: it was pruned since */
  #heard(key: string): Signal {
    const { journal, lifetime } = this.#parts
    lifetime.requireJournal()
    const record = journal.get(journal.key(this.#writer.keeper, key)?.seq ?? 0)
    if (record === undefined || record.data === null) throw new StatorError('NOT_FOUND', { key })
    return decode(record)
  }
}

function entryIn(signal: Signal, address: Address): Entry {
  const entry = entryOf(versionIn(signal))
  if (entry === undefined) throw new StatorError('NOT_FOUND', { address })
  return entry
}

/** There was no value, or never has been. */
const isNothing = (error: unknown): boolean =>
  error instanceof StatorError && (error.code === 'RECIPIENT_UNKNOWN' || error.code === 'EVENT_REFUSED')
