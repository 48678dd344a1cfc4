/**
 * runtime.gates: questions to humans, as those see them who answer: what waits for an answer, who gave which, and the answer itself.
 * It decides nothing: whether an answer is taken is the gate's own to say.
 */
import type { Observable } from 'rxjs'
import { z } from 'zod'
import { heardByGate } from '../actors/gate-form.ts'
import { questionOf, questionShape, type GateQuestionOptions } from '../actors/gate-question.ts'
import { parse, type Schema } from '../actors/schema.ts'
import { StatorError } from '../errors.ts'
import { checkId, checkName, CLIENT, idOf, kindOf, type Address } from '../messages/address.ts'
import { gateMessages } from '../messages/gate.ts'
import type { Json } from '../messages/json.ts'
import type { Door } from './door.ts'
import { heldError } from './ended.ts'
import { infoOf, type GateInfo } from './gate/info.ts'
import { openedGates } from './gate/opened.ts'
import { GateHandle, type GateOutcome, type Seen } from './gate-handle.ts'
import { listGates, type GateFilter, type GatePage } from './gate-list.ts'
import { keyOf } from './given.ts'
import type { HandleHost, WaitOptions } from './handles.ts'
import type { NewId } from './ids.ts'
import type { Journal, KeyRecord } from './journal.ts'
import type { Lifetime } from './lifetime.ts'
import { Once, type Asked } from './once.ts'
import type { Population } from './population.ts'
import type { SignalStream } from './signal-stream.ts'

export type { Assigned, GateInfo } from './gate/info.ts'
export type { GateOutcome } from './gate-handle.ts'
export type { GateFilter, GatePage } from './gate-list.ts'

/** Of one that no run opens. */
export interface OpenGateOptions extends GateQuestionOptions {
  /** One part. Also its idempotency key, unless one is given. Default: random. */
  readonly id?: string
  /** 1 to 200 characters. The same key with the same question gives the first gate, also after its end. */
  readonly idempotencyKey?: string
}

export interface GateAnswer {
  /** Who decides: 1 to 200 characters. */
  readonly by: string
  readonly reason?: string
  /** 1 to 200 characters. The same answer with the same key is no error, also after the end of the gate. */
  readonly idempotencyKey?: string
}

export interface GatesParts {
  readonly door: Door
  readonly handles: HandleHost
  readonly journal: Journal
  readonly population: Population
  readonly ids: NewId
  readonly stream: SignalStream
  readonly lifetime: Pick<Lifetime, 'requireOpen' | 'requireTruth' | 'requireJournal'>
  /** A value from outside as the journal holds it. */
  readonly admit: (value: unknown) => Json
}

const key = z.string().min(1).max(200).optional()
const optionsShape = z.strictObject({ ...questionShape, id: z.string().optional(), idempotencyKey: key })
const shapeOf = (type: 'gate.approve' | 'gate.reject' | 'gate.reassign' | 'gate.escalate'): Schema =>
  z.strictObject({ ...gateMessages[type].shape, idempotencyKey: key })
const approval = shapeOf('gate.approve')
const rejection = shapeOf('gate.reject')
const reassignment = shapeOf('gate.reassign')
const escalation = shapeOf('gate.escalate')

export class GatesView {
  readonly #parts: GatesParts
  readonly #once: Once

  constructor(parts: GatesParts) {
    this.#parts = parts
    this.#once = new Once(parts.journal)
  }

  /**
   * Opens a gate that no run waits for. Settles when that is durable.
   * @throws StatorError (rejects) INPUT_INVALID, DEFINITION_INVALID (no duration), ADDRESS_INVALID, IDEMPOTENCY_CONFLICT, HUB_BUSY,
   * CLOSED, and what JSON is refused with
   */
  async open(options: OpenGateOptions = {}): Promise<GateInfo> {
    this.#parts.lifetime.requireOpen()
    parse(optionsShape, options, 'INPUT_INVALID', 'options')
    const { id, idempotencyKey } = options
    const to: Address = `gate/${id === undefined ? this.#parts.ids() : checkName(id, 'gate id')}`
    const data = this.#parts.admit(questionOf(options, 'a gate'))
    const given = {
      ...(id !== undefined && { id }),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    }
    const address = await this.#parts.door.create({
      type: 'gate.open',
      to,
      from: CLIENT,
      data,
      correlationId: to,
      key: keyOf(given, to, ['gate', data]),
    })
    return this.#info(this.#require(address))
  }

  /** How it stands, also once it has ended; undefined for one that never was, or was pruned. @throws StatorError ADDRESS_INVALID, HELD, CLOSED, JOURNAL_FAILED */
  get(id: string): GateInfo | undefined {
    const seen = this.#seen(addressOf(id))
    return seen === undefined ? undefined : this.#info(seen)
  }

  /**
   * Each gate that waits for an answer, once: those that do now, oldest first, and then each as it is opened. Of one that has ended by
   * then nothing is said.
   */
  get opened$(): Observable<GateInfo> {
    return openedGates({
      stream: this.#parts.stream,
      list: options => this.list(options),
      get: id => this.get(id),
    })
  }

  /**
   * Gates that fit, a page at a time (`limit`, 1 to 1,000, default 100), oldest first. A page may be short and still name a `next`
   * one. @throws StatorError INPUT_INVALID, ADDRESS_INVALID, CLOSED, JOURNAL_FAILED
   */
  list(options: GateFilter & { limit?: number; cursor?: string } = {}): GatePage {
    this.#parts.lifetime.requireJournal()
    this.#parts.lifetime.requireTruth()
    return listGates(this.#parts, options)
  }

  /**
   * Approves; `data` goes to the run with it. Settles when that is durable.
   * @throws StatorError (rejects) NOT_FOUND; EVENT_REFUSED, with its state: it has ended; IDEMPOTENCY_CONFLICT: another answer was
   * given with that key; GATE_FORM_INVALID, naming each place of `data` that does not fit the form; GATE_NOT_YOURS: it is strict, and
   * somebody else is asked; INPUT_INVALID, ADDRESS_INVALID, HELD, HUB_BUSY, CLOSED, and what JSON is refused with
   */
  async approve(id: string, answer: GateAnswer & { readonly data?: Json }): Promise<void> {
    await this.#answer(id, 'gate.approve', approval, answer)
  }

  /** Rejects, for a reason. Errors as for `approve`. */
  async reject(id: string, answer: GateAnswer & { readonly reason: string }): Promise<void> {
    await this.#answer(id, 'gate.reject', rejection, answer)
  }

  /**
   * From now on somebody else is asked: of approvers, those who come after them come next. Settles when that is durable. Errors as for
   * `approve`.
   */
  async reassign(id: string, to: string, said: GateAnswer): Promise<void> {
    await this.#answer(id, 'gate.reassign', reassignment, { ...said, to })
  }

  /** From now on the next approver is asked. Errors as for `approve`, and @throws StatorError (rejects) GATE_LAST_APPROVER */
  async escalate(id: string, said: GateAnswer): Promise<void> {
    await this.#answer(id, 'gate.escalate', escalation, said)
  }

  /**
   * Calls off a gate that no run and no handler waits for; one that has ended is left alone.
   * @throws StatorError (rejects) NOT_FOUND; EVENT_REFUSED: a run or a task waits for it, which is to be cancelled itself
   */
  async cancel(id: string, reason?: string): Promise<void> {
    const to = addressOf(id)
    const { state, context } = this.#require(to)
    const owner = context.spec?.parent ?? context.spec?.asker?.task
    if (owner !== undefined && context.endedAt === 0) {
      const allowed = ['gate.approve', 'gate.reject']
      const what = kindOf(owner) === 'workflow' ? 'run' : kindOf(owner)
      const why = `the ${what} ${idOf(owner)} waits for it: answer, or cancel the ${what}`
      throw new StatorError('EVENT_REFUSED', { type: 'gate.cancel', to, state, allowed, reason: why })
    }
    await this.#handle(to).cancel(reason)
  }

  /**
   * Waits for its end; of one that its run has not opened yet, too. Rejects only where no outcome can be known: TIMED_OUT, HELD,
   * CLOSED, NOT_FOUND, JOURNAL_FAILED, ADDRESS_INVALID.
   */
  async outcome(id: string, options: WaitOptions = {}): Promise<GateOutcome> {
    return this.#handle(addressOf(id)).outcome(options)
  }

  async #answer(id: string, type: string, shape: Schema, answer: object): Promise<void> {
    this.#parts.lifetime.requireOpen()
    const to = addressOf(id)
    const { idempotencyKey, ...said } = parse(shape, answer, 'INPUT_INVALID', 'answer') as GateAnswer
    const data = this.#parts.admit(heardByGate(this.#require(to).context, type, said as unknown as Json))
    const say = (given?: Pick<KeyRecord, 'key' | 'hash'>): Promise<Address> =>
      this.#say(to, type, data, given)
    if (idempotencyKey === undefined) await say()
    else {
      // Other gates may be answered with the same key.
      const asked: Asked = { sender: CLIENT, key: `${to} ${idempotencyKey}`, raw: [type, data], address: to }
      await this.#once.run(asked, say)
    }
  }

  async #say(
    to: Address,
    type: string,
    data: Json,
    given?: Pick<KeyRecord, 'key' | 'hash'>,
  ): Promise<Address> {
    const { handles, door } = this.#parts
    this.#refuseEnded(to, type)
    const correlationId = handles.cell(to)?.correlationId ?? to
    try {
      await door.submit({ type, to, from: CLIENT, data, correlationId, ...(given && { key: given }) })
    } catch (error) {
      // Another answer may have been faster.
      this.#refuseEnded(to, type)
      throw error
    }
    return to
  }

  /** @throws StatorError NOT_FOUND, EVENT_REFUSED */
  #refuseEnded(to: Address, type: string): void {
    const { state, context } = this.#require(to)
    if (context.endedAt > 0) throw new StatorError('EVENT_REFUSED', { type, to, state, allowed: [] })
  }

  #info(seen: Seen): GateInfo {
    return infoOf(seen, this.#parts.journal)
  }

  #handle(address: Address): GateHandle {
    return new GateHandle(this.#parts.handles, address)
  }

  #seen(address: Address): Seen | undefined {
    this.#parts.lifetime.requireJournal()
    this.#parts.lifetime.requireTruth()
    const hold = this.#parts.population.stranded().get(address)
    if (hold !== undefined) throw heldError(address, hold)
    return this.#handle(address).seen()
  }

  /** @throws StatorError NOT_FOUND */
  #require(address: Address): Seen {
    const seen = this.#seen(address)
    if (seen === undefined) throw new StatorError('NOT_FOUND', { address })
    return seen
  }
}

const addressOf = (id: string): Address => `gate/${checkId(id, 'gate id')}`
