/**
 * Post office: how agents and clients say something to agents, through the hub: each message a task of its recipient. It makes and sends;
 * who gets room when, and what becomes of it, is the hub's.
 */
import type {
  AskOptions,
  Audience,
  ConsultOptions,
  Recipient,
  SayMailOptions,
  Specialism,
} from '../../actors/mail-calls.ts'
import { kindOf, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import { mailboxOf, type Mail } from '../../messages/mail.ts'
import type { PostSend } from '../../messages/post.ts'
import { checkTopic } from '../../messages/topic.ts'
import type { Door } from '../door.ts'
import type { NewId } from '../ids.ts'
import type { Limits } from '../limits.ts'
import { audienceOf, requireSpecialist, soughtBy, subscribersOf, type AudienceParts } from './audience.ts'
import { letterOf, recipientOf, type Letter, type LettersParts } from './letters.ts'
import { questionOf, wishOf, type Wish } from './options.ts'
import type { Sender } from './sender.ts'

export interface PostOfficeParts extends LettersParts, AudienceParts {
  readonly door: Door
  readonly ids: NewId
  readonly limits: Limits
}

/** What makes saying it twice the same; whoever says it knows. */
export interface Key {
  readonly key: string
  readonly raw: Json
  readonly keeper: Address
  /** Asked before so many messages are sent: may they be? Once under the key. */
  readonly charge?: (messages: number) => Promise<void>
  /** Throws where whoever says it was told often enough that nothing more is said in that conversation. */
  readonly listen?: (conversation: string) => void
}

export class PostOffice {
  readonly #parts: PostOfficeParts

  constructor(parts: PostOfficeParts) {
    this.#parts = parts
  }

  async tell(
    sender: Sender,
    to: Recipient,
    task: unknown,
    data: unknown,
    options: SayMailOptions,
    key?: Key,
  ): Promise<Address> {
    const wish = wishOf(options, this.#parts.admit)
    const letter = letterOf(this.#parts, task, data, false)
    const agent = recipientOf(this.#parts, to, letter.task)
    const mail = mailOf(sender, { type: wish.type ?? 'task' })
    return this.#create(sender, wish, { ...letter, ...wish.spec, ...boxOf(agent), mail }, key)
  }

  /** The question; whoever asks waits for its end. */
  async ask(
    sender: Sender,
    to: Recipient,
    task: unknown,
    data: unknown,
    options: AskOptions,
    key?: Key,
  ): Promise<Address> {
    const { wish, letter } = this.#question(task, data, options)
    const agent = recipientOf(this.#parts, to, letter.task)
    const mail = mailOf(sender, { type: 'query', asks: true })
    return this.#create(sender, wish, { ...letter, ...boxOf(agent), mail }, key)
  }

  /** A question to whoever of many is free first. */
  async consult(
    sender: Sender,
    whom: Specialism,
    task: unknown,
    data: unknown,
    options: ConsultOptions,
    key?: Key,
  ): Promise<Address> {
    const { wish, letter } = this.#question(task, data, options)
    const sought = soughtBy(whom)
    const { from, run, metadata } = sender
    requireSpecialist(this.#parts, sought, letter.task, from)
    const consults = {
      ...sought,
      ...(run === undefined ? {} : { run }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(options.context === undefined ? {} : { context: this.#parts.admit(options.context) }),
    }
    const mail = mailOf(sender, { type: 'query', asks: true, consults })
    return this.#create(sender, wish, { ...letter, ...sought, ...butFor(from), mail }, key)
  }

  async broadcast(
    sender: Sender,
    to: Audience,
    task: unknown,
    data: unknown,
    options: SayMailOptions,
    key?: Key,
  ): Promise<Address> {
    const wish = wishOf(options, this.#parts.admit)
    const letter = letterOf(this.#parts, task, data, false)
    const agents = audienceOf(this.#parts, to, letter.task, sender.from)
    const mail = mailOf(sender, { type: wish.type ?? 'broadcast' })
    return this.#post(sender, wish, { ...letter, ...wish.spec, mail }, agents, key)
  }

  async publish(
    sender: Sender,
    about: string,
    task: unknown,
    data: unknown,
    options: SayMailOptions,
    key?: Key,
  ): Promise<Address> {
    const topic = checkTopic(about)
    const wish = wishOf(options, this.#parts.admit)
    const letter = letterOf(this.#parts, task, data, false)
    const agents = subscribersOf(this.#parts, topic, letter.task, sender.from)
    const mail = mailOf(sender, { type: wish.type ?? 'broadcast', topic })
    return this.#post(sender, wish, { ...letter, ...wish.spec, mail }, agents, key)
  }

  /** What the definition gives a question in time, it has still. */
  #question(task: unknown, data: unknown, options: AskOptions): { wish: Wish; letter: Letter } {
    const { admit, limits } = this.#parts
    const wish = questionOf(options, limits.askTimeout, admit)
    const letter = letterOf(this.#parts, task, data, true)
    const { overall: given = Number.POSITIVE_INFINITY } = letter
    const { overall: asked = Number.POSITIVE_INFINITY } = wish.spec
    return { wish, letter: { ...letter, ...wish.spec, overall: Math.min(given, asked) } }
  }

  /** One record for all of them. */
  async #post(sender: Sender, wish: Wish, create: Letter, agents: Address[], key?: Key): Promise<Address> {
    listen(sender, wish, key)
    if (key?.charge !== undefined) await key.charge(agents.length)
    const recipients = agents.map(agent => boxOf(agent))
    const data: PostSend = { create, recipients: recipients.map(({ agent, queue }) => ({ agent, queue })) }
    const { limits } = this.#parts
    // Whom it goes to is the hub's own word, and there may be many of them.
    const bytes = limits.messageBytes + JSON.stringify(recipients).length
    return this.#send(
      sender,
      wish,
      'post.send',
      `post/${this.#parts.ids()}`,
      data as unknown as Json,
      key,
      bytes,
    )
  }

  async #create(sender: Sender, wish: Wish, create: Letter | object, key?: Key): Promise<Address> {
    listen(sender, wish, key)
    // Where nothing is to be asked, it is said at this very moment: in the order of whoever speaks.
    if (key?.charge !== undefined) await key.charge(1)
    return this.#send(sender, wish, 'task.create', `task/${this.#parts.ids()}`, create as Json, key)
  }

  #send(
    { from, depth, conversation }: Sender,
    wish: Wish,
    type: string,
    to: Address,
    data: Json,
    key?: Key,
    bytes?: number,
  ): Promise<Address> {
    return this.#parts.door.create({
      type,
      to,
      from,
      data,
      priority: wish.priority,
      correlationId: wish.conversation ?? conversation ?? to,
      depth,
      ...(bytes === undefined ? {} : { bytes }),
      ...(key === undefined ? {} : { keeper: key.keeper }),
      key: key === undefined ? undefined : { key: key.key, raw: key.raw },
    })
  }
}

/** What belongs to itself alone begins a conversation, which nobody can have stopped. */
function listen(sender: Sender, wish: Wish, key?: Key): void {
  const conversation = wish.conversation ?? sender.conversation
  if (conversation !== undefined) key?.listen?.(conversation)
}

/** Nobody consults itself. */
const butFor = (from: Address): { except?: Address } => (kindOf(from) === 'agent' ? { except: from } : {})

/** Where the mail of an agent waits, and for whom. */
const boxOf = (agent: Address): { agent: Address; queue: string } => ({
  agent,
  queue: mailboxOf(agent.slice('agent/'.length)),
})

const mailOf = (
  { from, path, by }: Sender,
  more: Pick<Mail, 'type' | 'asks' | 'topic' | 'consults'>,
): Mail => ({
  ...more,
  from,
  path: [...path],
  ...(by === undefined ? {} : { by }),
})
