/**
 * Once: what is asked for under an idempotency key is done once. Who asks again while it is under way shares its outcome; who asks
 * later gets what the journal knows of it. It writes nothing: the key goes into the journal with what is done.
 */
import { StatorError } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import { hashOf } from './hash.ts'
import type { Journal, KeyRecord } from './journal.ts'

export interface Asked {
  readonly sender: Address
  readonly key: string
  /** All that must be the same when it comes again. */
  readonly raw: Json
  /** What the key stands for. */
  readonly address: Address
}

export class Once {
  readonly #journal: Pick<Journal, 'key'>
  /** Under way, by sender and key. */
  readonly #running = new Map<string, { hash: string; address: Address; done: Promise<Address> }>()

  constructor(journal: Pick<Journal, 'key'>) {
    this.#journal = journal
  }

  /** @throws StatorError (rejects) IDEMPOTENCY_CONFLICT when the key was used for something else; and what `act` rejects with */
  async run(
    { sender, key, raw, address }: Asked,
    act: (key: Pick<KeyRecord, 'key' | 'hash'>) => Promise<Address>,
  ): Promise<Address> {
    const id = `${sender}\n${key}`
    const hash = hashOf(raw)
    const known = this.#running.get(id) ?? this.#journal.key(sender, key)
    if (known !== undefined) {
      if (known.hash !== hash) throw new StatorError('IDEMPOTENCY_CONFLICT', { key, address: known.address })
      return 'done' in known ? known.done : known.address
    }
    const done = act({ key, hash })
    this.#running.set(id, { hash, address, done })
    try {
      return await done
    } finally {
      this.#running.delete(id)
    }
  }
}
