/**
 * Working: an attempt at its place among others: the `ctx` of a handler, whole. What it can say to others is made when it is first
 * asked for, by whoever sends it through the hub; most handlers never ask. It knows none of them.
 */
import type { HandOff, ReceivedMail } from '../actors/mail-calls.ts'
import type { DoOptions, TaskContext, Workplace } from '../actors/task-context.ts'
import type { StatorError } from '../errors.ts'
import type { Json } from '../messages/json.ts'
import { Attempt, type AttemptParts, type Found } from './attempt.ts'
import type { Deadline } from './deadlines.ts'
import type { Effect } from './effect.ts'
import { hashOf } from './hash.ts'
import { receivedOf } from './mail/received.ts'
import type { Doubt, Seat } from './seat.ts'

export interface WorkingParts extends AttemptParts {
  readonly workplace: (seat: Seat) => Workplace
  /** What is found out of a sub-step that an earlier attempt had begun; if nothing, it is announced. */
  readonly doubts: (seat: Seat, doubt: Doubt) => Promise<Found | undefined>
}

export class Working extends Attempt implements TaskContext, Seat {
  readonly #make: WorkingParts['workplace']
  readonly #doubts: WorkingParts['doubts']
  #workplace: Workplace | undefined
  #asked: Map<string, number> | undefined
  #whenOver: (() => void)[] | undefined
  #whenAlive: (() => void)[] | undefined
  /** Whom it waits for: as long as that is somebody, its time stands still. */
  #waits = 0
  #left = 0
  /** How long it has waited before, and since when it does now. */
  #waited = 0
  #waitsSince = 0

  constructor(effect: Effect, key: string, parts: WorkingParts) {
    super(effect, key, parts)
    this.#make = parts.workplace
    this.#doubts = parts.doubts
  }

  /** What it can say to others. */
  protected get place(): Workplace {
    this.#workplace ??= this.#make(this)
    return this.#workplace
  }

  get mail(): ReceivedMail | undefined {
    return receivedOf(this.effect)
  }

  get handedOver(): readonly HandOff[] {
    return this.effect.handedOver ?? []
  }

  get tell(): Workplace['tell'] {
    return this.place.tell
  }

  get context(): Workplace['context'] {
    return this.place.context
  }

  get ask(): Workplace['ask'] {
    return this.place.ask
  }

  /** Its time stands still until that is known. */
  protected override async announce(
    name: string,
    key: string,
    options: DoOptions<unknown>,
  ): Promise<Found | undefined> {
    const goOn = this.suspend()
    try {
      return await this.#doubts(this, { name, key, options })
    } finally {
      goOn()
    }
  }

  get budget(): Workplace['budget'] {
    return this.place.budget
  }

  get escalate(): Workplace['escalate'] {
    return this.place.escalate
  }

  get broadcast(): Workplace['broadcast'] {
    return this.place.broadcast
  }

  get publish(): Workplace['publish'] {
    return this.place.publish
  }

  get consult(): Workplace['consult'] {
    return this.place.consult
  }

  get handOff(): Workplace['handOff'] {
    return this.place.handOff
  }

  get lock(): Workplace['lock'] {
    return this.place.lock
  }

  override end(reason: StatorError): void {
    if (this.over !== undefined) return
    super.end(reason)
    for (const call of this.#whenOver?.splice(0) ?? []) call()
  }

  onEnd(call: () => void): void {
    if (this.over === undefined) (this.#whenOver ??= []).push(call)
    else call()
  }

  onHeartbeat(call: () => void): void {
    this.#whenAlive ??= []
    this.#whenAlive.push(call)
  }

  protected override alive(): void {
    for (const call of this.#whenAlive ?? []) call()
  }

  keyOf(raw: Json): string {
    const hash = hashOf(raw)
    this.#asked ??= new Map()
    const before = this.#asked.get(hash) ?? 0
    this.#asked.set(hash, before + 1)
    return `${this.task}/${hash}/${before}`
  }

  suspend(): () => void {
    if (this.#waits++ === 0) {
      this.#waitsSince = this.parts.now()
      this.#stopTime()
    }
    let done = false
    return () => {
      if (done) return
      done = true
      if (--this.#waits > 0) return
      this.#waited += this.parts.now() - this.#waitsSince
      if (this.over === undefined) this.#startTime()
    }
  }

  admit(value: unknown): Json {
    return this.parts.admit(value)
  }

  now(): number {
    return this.parts.now()
  }

  later(ms: number, call: () => void): Deadline {
    return this.parts.later(ms, call)
  }

  get isSuspended(): boolean {
    return this.#waits > 0
  }

  get waited(): number {
    return this.#waited + (this.#waits > 0 ? this.parts.now() - this.#waitsSince : 0)
  }

  #stopTime(): void {
    const { deadline } = this
    if (deadline === undefined) return
    this.#left = Math.max(0, deadline.due - this.parts.now())
    deadline.met = true
  }

  #startTime(): void {
    const { deadline } = this
    if (deadline !== undefined) this.deadline = this.parts.later(this.#left, deadline.expire)
    // It could not give a sign of life while it waited.
    this.heartbeat()
  }
}
