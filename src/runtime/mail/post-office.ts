/**
 * Post office: how agents and clients say something to agents, through the hub: each message a task of its recipient. It makes and sends;
 * who gets room when, and what becomes of it, is the hub's.
 */
import type { AskOptions, Recipient, SayMailOptions } from '../../actors/mail-calls.ts'
import type { Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { Mail } from '../../messages/mail.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Door } from '../door.ts'
import type { NewId } from '../ids.ts'
import type { Limits } from '../limits.ts'
import { addressed, letterOf, recipientOf, type LettersParts } from './letters.ts'
import { questionOf, wishOf, type Wish } from './options.ts'
import type { Sender } from './sender.ts'

export interface PostOfficeParts extends LettersParts {
  readonly door: Door
  readonly ids: NewId
  readonly limits: Limits
}

/** What makes saying it twice the same; whoever says it knows. */
export interface Key {
  readonly key: string
  readonly raw: Json
  readonly keeper?: Address
}

export class PostOffice {
  readonly #parts: PostOfficeParts

  constructor(parts: PostOfficeParts) {
    this.#parts = parts
  }

  tell(
    sender: Sender,
    to: Recipient,
    task: unknown,
    data: unknown,
    options: SayMailOptions,
    key: Key | undefined,
  ): Promise<Address> {
    const wish = wishOf(options, this.#parts.admit)
    const letter = letterOf(this.#parts, task, data, false)
    const agent = recipientOf(this.#parts, to, letter.task)
    const mail = mailOf(sender, { type: wish.type ?? 'task' })
    return this.#send(sender, wish, addressed({ ...letter, ...wish.spec, mail }, agent), key)
  }

  /** The question; whoever asks waits for its end. */
  ask(
    sender: Sender,
    to: Recipient,
    task: unknown,
    data: unknown,
    options: AskOptions,
    key: Key | undefined,
  ): Promise<Address> {
    const { admit, limits } = this.#parts
    const wish = questionOf(options, limits.askTimeout, admit)
    const letter = letterOf(this.#parts, task, data, true)
    const agent = recipientOf(this.#parts, to, letter.task)
    const mail = mailOf(sender, { type: 'query', asks: true })
    return this.#send(sender, wish, addressed({ ...inTime(letter, wish), mail }, agent), key)
  }

  #send(
    { from, depth, conversation }: Sender,
    wish: Wish,
    create: TaskCreate,
    given: Key | undefined,
  ): Promise<Address> {
    const { door, ids } = this.#parts
    const to: Address = `task/${ids()}`
    const { key, raw, keeper } = given ?? {}
    return door.create({
      type: 'task.create',
      to,
      from,
      data: create as unknown as Json,
      priority: wish.priority,
      correlationId: wish.conversation ?? conversation ?? to,
      depth,
      ...(keeper === undefined ? {} : { keeper }),
      key: key === undefined || raw === undefined ? undefined : { key, raw },
    })
  }
}

/** What the definition gives a question, it has still. */
const inTime = <L extends Pick<TaskCreate, 'overall'>>(letter: L, { spec }: Wish): L => ({
  ...letter,
  ...spec,
  overall: Math.min(letter.overall ?? Number.POSITIVE_INFINITY, spec.overall ?? Number.POSITIVE_INFINITY),
})

const mailOf = ({ from, path, by }: Sender, more: Pick<Mail, 'type' | 'asks'>): Mail => ({
  ...more,
  from,
  path: [...path],
  ...(by === undefined ? {} : { by }),
})
