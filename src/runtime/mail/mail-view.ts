/**
 * runtime.mail: what clients say to agents, and what was said to whom. It decides nothing: a message is a task of its recipient, made by the
 * post office.
 */
import type {
  AskOptions,
  Audience,
  ConsultOptions,
  Recipient,
  SayMailOptions,
  Sent,
  SentToMany,
  Specialism,
} from '../../actors/mail-calls.ts'
import type { TaskDefinition } from '../../actors/task.ts'
import { StatorError } from '../../errors.ts'
import { checkName, CLIENT, idOf, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { DeadLetters } from '../mailbox/dead-letters.ts'
import type { Lifetime } from '../lifetime.ts'
import { answerTo } from './answers.ts'
import { clientKey, type ClientOptions } from './client-options.ts'
import { mailHistory, type MailFilter, type MailHistoryParts, type MailPage } from './history.ts'
import { callOf } from './named.ts'
import type { Key, PostOffice } from './post-office.ts'
import { clientSender, type Sender } from './sender.ts'
import { sentToMany } from './sent.ts'

export interface MailViewParts extends MailHistoryParts {
  readonly office: PostOffice
  readonly deadLetters: DeadLetters
  readonly lifetime: Pick<Lifetime, 'requireOpen' | 'requireTruth' | 'requireJournal'>
  readonly isClient: (address: Address) => boolean
  readonly admit: (value: unknown) => Json
}

type Said = ClientOptions & SayMailOptions

export class MailView {
  readonly #parts: MailViewParts
  /** What could not be delivered or handled. */
  readonly deadLetters: DeadLetters

  constructor(parts: MailViewParts) {
    this.#parts = parts
    this.deadLetters = parts.deadLetters
  }

  /**
   * Says something to an agent, as a client. Settles when it is durable.
   * @throws StatorError (rejects) AGENT_UNKNOWN, TASK_UNHANDLED, SENDER_UNKNOWN (`runtime.client(name)` makes one known), INPUT_INVALID,
   * ADDRESS_INVALID, IDEMPOTENCY_CONFLICT, HUB_BUSY, CLOSED, and what JSON is refused with
   */
  async tell<I, O, Given, Made>(
    to: Recipient,
    task: TaskDefinition<I, O, Given, Made>,
    input: Given,
    options: ClientOptions & SayMailOptions = {},
  ): Promise<Sent> {
    return {
      id: idOf(
        await this.#say(['tell', to, task, input], options, (sender, rest, key) =>
          this.#parts.office.tell(sender, to, task, input, rest, key),
        ),
      ),
    }
  }

  /**
   * Asks an agent, and waits for what its handler returns. Errors as for `tell`, and
   * @throws StatorError (rejects) ASK_TIMEOUT, ASK_FAILED
   */
  async ask<I, O, Given, Made>(
    to: Recipient,
    task: TaskDefinition<I, O, Given, Made>,
    input: Given,
    options: ClientOptions & AskOptions = {},
  ): Promise<O> {
    const question = await this.#say(['ask', to, task, input], options, (sender, rest, key) =>
      this.#parts.office.ask(sender, to, task, input, rest, key),
    )
    return (await answerTo(this.#parts.handles, question)) as O
  }

  /** Asks whoever is available first. Errors as for `ask`, and @throws StatorError (rejects) CONSULT_UNAVAILABLE */
  async consult<I, O, Given, Made>(
    whom: Specialism,
    task: TaskDefinition<I, O, Given, Made>,
    input: Given,
    options: ClientOptions & ConsultOptions = {},
  ): Promise<O> {
    const question = await this.#say(['consult', whom, task, input], options, (sender, rest, key) =>
      this.#parts.office.consult(sender, whom, task, input, rest, key),
    )
    return (await answerTo(this.#parts.handles, question)) as O
  }

  /** Says something to many. Nobody there is no error. Errors as for `tell`. */
  async broadcast<I, O, Given, Made>(
    to: Audience,
    task: TaskDefinition<I, O, Given, Made>,
    input: Given,
    options: ClientOptions & SayMailOptions = {},
  ): Promise<SentToMany> {
    const post = await this.#say(['broadcast', to, task, input], options, (sender, rest, key) =>
      this.#parts.office.broadcast(sender, to, task, input, rest, key),
    )
    return sentToMany(this.#parts.journal, post)
  }

  /** Says something to all that subscribed to the topic, for such a task. Nobody there is no error. Errors as for `tell`. */
  async publish<I, O, Given, Made>(
    topic: string,
    task: TaskDefinition<I, O, Given, Made>,
    input: Given,
    options: ClientOptions & SayMailOptions = {},
  ): Promise<SentToMany> {
    const post = await this.#say(['publish', topic, task, input], options, (sender, rest, key) =>
      this.#parts.office.publish(sender, topic, task, input, rest, key),
    )
    return sentToMany(this.#parts.journal, post)
  }

  /**
   * Who said what to whom, and what became of it: oldest first, a page at a time (`limit`, 1 to 1,000, default 100). Read from the journal
   * alone; a page may be short and still name a `next` one. @throws StatorError INPUT_INVALID, ADDRESS_INVALID, CLOSED, JOURNAL_FAILED
   */
  history(options: MailFilter & { limit?: number; cursor?: string } = {}): MailPage {
    this.#parts.lifetime.requireJournal()
    this.#parts.lifetime.requireTruth()
    return mailHistory(this.#parts, options)
  }

  /** Questions to specialists: `history` of those alone. */
  consultations(
    options: Omit<MailFilter, 'consultations'> & { limit?: number; cursor?: string } = {},
  ): MailPage {
    return this.history({ ...options, consultations: true })
  }

  async #say<O extends Said | AskOptions>(
    call: Parameters<typeof callOf>,
    options: ClientOptions & O,
    say: (sender: Sender, rest: O, key: Key | undefined) => Promise<Address>,
  ): Promise<Address> {
    this.#parts.lifetime.requireOpen()
    const { from, idempotencyKey, ...rest } = clientKey(options)
    const address: Address = from === undefined ? CLIENT : `client/${checkName(from, 'client name')}`
    if (!this.#parts.isClient(address)) throw new StatorError('SENDER_UNKNOWN', { from: address })
    const raw = this.#parts.admit([callOf(...call), rest])
    const key = idempotencyKey === undefined ? undefined : { key: idempotencyKey, raw, keeper: address }
    return say(clientSender(address), rest as unknown as O, key)
  }
}
