/**
 * Letters: where every living message to an agent stands: who waits in whose mailbox, who lies among the dead, and which conversation
 * it belongs to. A projection of what tasks say of themselves; it decides nothing.
 */
import type { TaskContext } from '../../machines/task.ts'
import type { Address } from '../../messages/address.ts'
import { conversationOf, POSTMASTER } from '../../messages/conversation.ts'
import type { Json } from '../../messages/json.ts'
import { input, type Envelope } from '../envelope.ts'

export type Place = 'waiting' | 'running' | 'dead'

export interface Letter {
  readonly task: Address
  /** Null of a consultation: whoever fits gets it. */
  readonly agent: Address | null
  readonly correlationId: string
  readonly conversation: Address
  /** Somebody waits for the answer. */
  readonly asks: boolean
  readonly place: Place
  /** The signal with which it came to its state. */
  readonly since: number
}

/** Letters of one place, the one first that has been there longest. */
class Pile {
  readonly #letters = new Map<Address, Letter>()
  #last = 0
  #inOrder = true

  get size(): number {
    return this.#letters.size
  }

  [Symbol.iterator](): IterableIterator<Letter> {
    return this.#letters.values()
  }

  add(letter: Letter): void {
    // Only at a start they come in another order.
    if (letter.since < this.#last) this.#inOrder = false
    this.#last = Math.max(this.#last, letter.since)
    this.#letters.delete(letter.task)
    this.#letters.set(letter.task, letter)
  }

  remove(letter: Letter): void {
    this.#letters.delete(letter.task)
  }

  first(): Letter | undefined {
    if (!this.#inOrder) {
      const sorted = [...this.#letters.values()].toSorted((a, b) => a.since - b.since)
      this.#letters.clear()
      for (const letter of sorted) this.#letters.set(letter.task, letter)
      this.#inOrder = true
    }
    const [first] = this.#letters.values()
    return first
  }
}

/** What lives of a conversation. */
interface Talk {
  readonly tasks: Set<Address>
  /** How many of them wait or are handled. */
  moving: number
}

export class Letters {
  readonly #letters = new Map<Address, Letter>()
  readonly #waiting = new Map<Address, Pile>()
  readonly #dead = new Map<Address, Pile>()
  readonly #conversations = new Map<Address, Talk>()

  get(task: Address): Letter | undefined {
    return this.#letters.get(task)
  }

  /** All that wait for an agent. */
  waiting(agent: Address): Pile {
    return pileOf(this.#waiting, agent)
  }

  dead(agent: Address): Pile {
    return pileOf(this.#dead, agent)
  }

  /** All dead ones, or those of an agent, who lies there longest first. */
  allDead(agent?: Address): Letter[] {
    const all = agent === undefined ? this.#letters.values() : this.dead(agent)
    return [...all].filter(({ place }) => place === 'dead').toSorted((a, b) => a.since - b.since)
  }

  /** All that live of a conversation. */
  *of(conversation: Address): Generator<Letter> {
    for (const task of this.#conversations.get(conversation)?.tasks ?? []) {
      const letter = this.#letters.get(task)
      if (letter !== undefined) yield letter
    }
  }

  /** Does nothing of it wait, and nobody handle anything of it? */
  isQuiet(conversation: Address): boolean {
    return (this.#conversations.get(conversation)?.moving ?? 0) === 0
  }

  stand(letter: Letter): void {
    const before = this.#letters.get(letter.task)
    if (before?.place === letter.place && before.agent === letter.agent && before.since === letter.since)
      return
    if (before !== undefined) this.#take(before)
    this.#letters.set(letter.task, letter)
    this.#pile(letter)?.add(letter)
    const talk = this.#talk(letter.conversation)
    talk.tasks.add(letter.task)
    if (letter.place !== 'dead') talk.moving++
  }

  leave(task: Address): Letter | undefined {
    const letter = this.#letters.get(task)
    if (letter === undefined) return undefined
    this.#take(letter)
    this.#letters.delete(task)
    const talk = this.#talk(letter.conversation)
    talk.tasks.delete(task)
    if (talk.tasks.size === 0) this.#conversations.delete(letter.conversation)
    return letter
  }

  #take(letter: Letter): void {
    this.#pile(letter)?.remove(letter)
    if (letter.place !== 'dead') this.#talk(letter.conversation).moving--
  }

  #pile({ place, agent }: Letter): Pile | undefined {
    if (agent === null || place === 'running') return undefined
    return pileOf(place === 'dead' ? this.#dead : this.#waiting, agent)
  }

  #talk(conversation: Address): Talk {
    const known = this.#conversations.get(conversation)
    if (known !== undefined) return known
    const talk = { tasks: new Set<Address>(), moving: 0 }
    this.#conversations.set(conversation, talk)
    return talk
  }
}

function pileOf(piles: Map<Address, Pile>, agent: Address): Pile {
  const known = piles.get(agent)
  if (known !== undefined) return known
  const pile = new Pile()
  piles.set(agent, pile)
  return pile
}

const PLACES: Readonly<Record<string, Place>> = { running: 'running', dead: 'dead' }

/** Undefined of a task that is none. */
export function letterOf(
  actor: {
    readonly address: Address
    readonly state: string
    readonly correlationId: string
    readonly sinceSeq: number
  },
  { spec }: Pick<TaskContext, 'spec'>,
): Letter | undefined {
  const { address: task, state, correlationId, sinceSeq: since } = actor
  const { mail, agent = null } = spec ?? {}
  if (mail === undefined) return undefined
  const conversation = conversationOf(correlationId)
  const place = PLACES[state] ?? 'waiting'
  return { task, agent, correlationId, conversation, asks: mail.asks === true, place, since }
}

/** What the postmaster tells a letter. */
export function word(type: string, letter: Letter | undefined, data: Json): Envelope | undefined {
  if (letter === undefined) return undefined
  const { task: to, correlationId } = letter
  return input({ type, to, from: POSTMASTER, data, correlationId })
}
