/**
 * Door: what stands between the outside and the inbox. Every message that is not derived inside passes here once:
 * sender and recipient known, type and data as the recipient's kind asks for, JSON within limits, key not used
 * otherwise. What it refuses is not recorded, and nothing is lost by it.
 */
import type { ActorKind } from '../actors/kind.ts'
import { KINDS_THAT_ACT } from '../actors/kinds.ts'
import { parse } from '../actors/schema.ts'
import { StatorError } from '../errors.ts'
import { checkAddress, CLIENT, HUB, kindOf, rootOf, type Address } from '../messages/address.ts'
import { toJson, toText, type Json } from '../messages/json.ts'
import type { Priority } from '../messages/message.ts'
import type { Signal } from '../messages/signal.ts'
import { input, type Envelope } from './envelope.ts'
import { checkPriority, checkSayOptions } from './given.ts'
import type { Coming, Intake } from './intake.ts'
import type { Journal } from './journal.ts'
import type { Kernel } from './kernel.ts'
import type { Limits } from './limits.ts'
import { Once } from './once.ts'
import { decode } from './record.ts'
import type { SayOptions, SendOptions } from './options.ts'
import { refusalOf } from './refused.ts'
import type { Population } from './population.ts'
import type { Registry } from './registry.ts'

/** Refused attempts to make an actor that are looked through in the search for one that was not. */
const REFUSALS = 20

/** A key, with the hash of all that must be the same when it comes again. */
interface Given {
  readonly key: string
  readonly hash: string
  /** With whom it goes when that is pruned. Default: who comes to life by it. */
  readonly address?: Address
}

export interface Submission {
  readonly type: string
  readonly to: Address
  readonly from: Address
  readonly data: Json
  readonly priority?: Priority
  readonly correlationId: string
  /** Who comes to life by it, the first before all others; nobody else may have these addresses. Default: the recipient. */
  readonly makes?: readonly Address[]
  /** How many tasks come with it into which queue, where queues are asked. */
  readonly coming?: Coming | undefined
  /** UTF-8 bytes that it may have. Default: as any message. */
  readonly bytes?: number
  /** Messages between agents on the way to it, itself included. Default: none. */
  readonly depth?: number
  /** Whose key it is, where that is not its sender's: a task's, whichever agent works on it. */
  readonly keeper?: Address
  /** With the hash of all that must be the same when it comes again. */
  readonly key?: Given
}

export interface DoorParts {
  readonly kernel: Kernel
  readonly journal: Journal
  readonly registry: Registry
  readonly population: Population
  readonly limits: Limits
  readonly intake: Intake
  /** Throws while the hub does not accept. */
  readonly open: () => void
  /** Throws once nothing is heard any more. */
  readonly running: () => void
}

export class Door {
  readonly #parts: DoorParts
  readonly #once: Once
  /** Addresses that somebody is bringing to life. */
  readonly #coming = new Set<Address>()
  #room: (() => void)[] = []

  constructor(parts: DoorParts) {
    this.#parts = parts
    this.#once = new Once(parts.journal)
  }

  /** Checks and copies a value from outside. @throws StatorError NOT_JSON, MESSAGE_TOO_DEEP, MESSAGE_TOO_LARGE */
  static admit(value: unknown, limits: Limits): Json {
    const json = toJson(value, limits.jsonDepth, limits.messageBytes)
    // Numbers, booleans and null are small.
    if (typeof json === 'string' || (json !== null && typeof json === 'object'))
      toText(json, limits.messageBytes)
    return json
  }

  /**
   * A message from outside, from the local client where nobody is named. Resolves with the recorded signal once it is durable.
   * @throws StatorError (rejects) ADDRESS_INVALID, SENDER_UNKNOWN, RECIPIENT_UNKNOWN, MESSAGE_TYPE_UNKNOWN,
   * INPUT_INVALID, NOT_JSON, MESSAGE_TOO_LARGE, MESSAGE_TOO_DEEP, HUB_BUSY, HELD, CLOSED, JOURNAL_FAILED, EVENT_REFUSED
   */
  async send(
    message: { type: unknown; to: unknown; from?: unknown; data?: unknown; priority?: unknown },
    options: SayOptions = {},
  ): Promise<Signal> {
    this.#parts.open()
    checkSayOptions(options)
    const to = checkAddress(message.to, 'to')
    const from = message.from === undefined ? CLIENT : checkAddress(message.from, 'from')
    // Agents speak through the ctx of their handlers: nobody else can say anything in their name.
    if (!this.#parts.registry.isClient(from)) throw new StatorError('SENDER_UNKNOWN', { from })
    const raw = Door.admit(message.data ?? {}, this.#parts.limits)
    const { idempotencyKey: key } = options
    if (key === undefined) return this.submit(this.#checked(message, { to, from, raw }), options)
    const asked = { sender: from, key, raw: [String(message.type), to, raw], address: to }
    await this.#once.run(asked, async given => {
      await this.submit({ ...this.#checked(message, { to, from, raw }), key: given }, options)
      return to
    })
    return this.#heard(from, key)
  }

  /** What was recorded under a key. @throws StatorError NOT_FOUND: it was pruned since */
  #heard(sender: Address, key: string): Signal {
    const { journal } = this.#parts
    const record = journal.get(journal.key(sender, key)?.seq ?? 0)
    if (record === undefined || record.data === null) throw new StatorError('NOT_FOUND', { key })
    return decode(record)
  }

  /** A message as its recipient takes it, by the schemas of its kind and of its definition. */
  #checked(
    message: { readonly type: unknown; readonly priority?: unknown },
    { to, from, raw }: { readonly to: Address; readonly from: Address; readonly raw: Json },
  ): Submission {
    const kind = KINDS_THAT_ACT.find(candidate => candidate.kind === kindOf(to))
    if (kind === undefined) throw new StatorError('RECIPIENT_UNKNOWN', { to })
    const type = checkType(kind, message.type)
    const cell = this.#parts.population.find(to)
    if (cell === undefined && !this.#parts.population.stranded().has(to))
      throw new StatorError('RECIPIENT_UNKNOWN', { to })
    const schema = kind.messages[type]
    const data =
      schema === undefined
        ? raw
        : Door.admit(parse(schema, raw, 'INPUT_INVALID', `data of ${type}`), this.#parts.limits)
    // Of one that cannot be brought back nobody knows what it takes.
    const said = cell?.definition.hear?.(cell.snapshot.context, type, data) ?? data
    const priority = checkPriority(message.priority)
    return { type, to, from, data: said, priority, correlationId: cell?.correlationId ?? rootOf(to) }
  }

  /** A checked message. Resolves when durable; rejects when the recipient refused it. */
  async submit(submission: Submission, options: SendOptions = {}): Promise<Signal> {
    this.#require(submission.from)
    const text = toText(submission.data, submission.bytes ?? this.#parts.limits.messageBytes)
    while (this.#parts.kernel.inboxLength >= this.#parts.limits.inbox) {
      if (options.whenFull !== 'wait') throw new StatorError('HUB_BUSY', { limit: this.#parts.limits.inbox })
      await new Promise<void>(resolve => {
        this.#room.push(resolve)
      })
      this.#require(submission.from)
    }
    return this.#push(submission, submission.key, text, signal => signal)
  }

  /** Into the inbox. Resolves with what is made of the signal once it is durable. */
  #push<T>(
    submission: Omit<Submission, 'key'>,
    given: Submission['key'],
    text: string,
    made: (signal: Signal) => T,
  ): Promise<T> {
    const { makes, to, from, keeper: sender = from, depth = 0 } = submission
    const key = given === undefined ? undefined : { address: makes?.[0] ?? to, ...given, sender }
    return new Promise<T>((resolve, reject) => {
      const committed = (signal: Signal): void =>
        signal.refused === null ? resolve(made(signal)) : reject(refusalOf(signal))
      this.#parts.kernel.push(
        input(submission, {
          text,
          depth,
          ...(key === undefined ? {} : { key }),
          ack: { committed, failed: reject },
        }),
      )
    })
  }

  /**
   * Brings an actor to life, once for a key: the same key with the same `raw` gives the first address, also long after.
   * @throws StatorError (rejects) IDEMPOTENCY_CONFLICT when the key or the address was used for something else
   */
  async create(
    submission: Omit<Submission, 'key'> & { readonly key: { key: string; raw: Json } | undefined },
    options: SendOptions = {},
  ): Promise<Address> {
    this.#require(submission.from)
    const { key, makes, coming } = submission
    const { kernel, limits } = this.#parts
    if (key === undefined && makes === undefined && coming === undefined && kernel.inboxLength < limits.inbox)
      return this.#push(
        submission,
        undefined,
        toText(submission.data, submission.bytes ?? limits.messageBytes),
        ({ to }) => to,
      )
    const { key: _, ...rest } = submission
    const address = makes?.[0] ?? submission.to
    if (key === undefined) {
      await (makes === undefined ? this.#enter(rest, options) : this.#createOnce(rest, options))
      return address
    }
    return this.#once.run({ ...key, sender: submission.keeper ?? submission.from, address }, given =>
      this.#createOnce({ ...rest, key: given }, options),
    )
  }

  /** Must who comes into that queue ask for room in it? */
  asks(queue: string | undefined): boolean {
    return this.#parts.intake.asks(queue)
  }

  /** Called after each turn: room for those who wait. */
  letIn(): void {
    const { kernel, limits, intake } = this.#parts
    intake.letIn()
    const free = limits.inbox - kernel.inboxLength
    if (this.#room.length > 0 && free > 0) for (const resolve of this.#room.splice(0, free)) resolve()
  }

  /** Nobody waits at a closed door. */
  close(): void {
    for (const resolve of this.#room.splice(0)) resolve()
    this.#parts.intake.close()
  }

  /** What runs may end while the hub is closing, and says on the way what it has to say. */
  #require(from: Address): void {
    if (kindOf(from) === 'agent') this.#parts.running()
    else this.#parts.open()
  }

  async #createOnce(submission: Submission, options: SendOptions): Promise<Address> {
    const { makes = [submission.to] } = submission
    const met = new Set<Address>()
    const taken = makes.find(address => this.#isTaken(address) || met.size === met.add(address).size)
    if (taken !== undefined)
      throw new StatorError('IDEMPOTENCY_CONFLICT', { address: taken, reason: 'the id is taken' })
    for (const address of makes) this.#coming.add(address)
    try {
      await this.#enter(submission, options)
    } finally {
      for (const address of makes) this.#coming.delete(address)
    }
    return makes[0] ?? submission.to
  }

  /** Into its queues, and then into the hub. */
  async #enter(submission: Submission, options: SendOptions): Promise<void> {
    const { coming } = submission
    const entered = coming === undefined ? undefined : this.#parts.intake.enter(coming, options.whenFull)
    const leave = entered instanceof Promise ? await entered : entered
    try {
      await this.submit(submission, options)
    } finally {
      leave?.()
    }
  }

  #isTaken(address: Address): boolean {
    const { population, journal } = this.#parts
    if (this.#coming.has(address) || population.lives(address)) return true
    // A task may belong to others; of a run that was pruned only steps may be left. What was refused has made nobody.
    const filter = kindOf(address) === 'task' ? { actor: address } : { correlationId: address }
    const known = journal.query({ ...filter, limit: REFUSALS })
    return known.length === REFUSALS || known.some(({ refused }) => refused === null)
  }
}

/** The hub speaks for itself: an input that needs no door. */
export function fromHub(
  type: string,
  to: Address,
  data: Json,
  extra: Partial<Pick<Envelope, 'ack'>> = {},
): Envelope {
  return input({ type, to, from: HUB, data, correlationId: rootOf(to) }, extra)
}

function checkType(kind: ActorKind, type: unknown): string {
  // What XState itself would take from anybody (`xstate.done…`, `xstate.after…`) is in no list, and so refused here.
  if (typeof type !== 'string' || !kind.public.includes(type))
    throw new StatorError('MESSAGE_TYPE_UNKNOWN', { type, kind: kind.kind, allowed: kind.public })
  return type
}
