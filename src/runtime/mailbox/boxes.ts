/**
 * Boxes: how many letters may wait for each agent, what becomes of those beyond that, and how many dead ones are kept. The agent's record
 * says which policy it has, also while its code is away. It counts letters; it moves none.
 */
import type { Why } from '../../actors/kind.ts'
import type { AgentContext } from '../../machines/agent.ts'
import { idOf, type Address } from '../../messages/address.ts'
import { POSTMASTER } from '../../messages/conversation.ts'
import type { MailboxSpec } from '../../messages/mailbox.ts'
import type { Mail } from '../../messages/mail.ts'
import type { Envelope } from '../envelope.ts'
import type { Limits } from '../limits.ts'
import { word, type Letter, type Letters } from './letters.ts'

interface Box {
  readonly limit: number
  readonly overflow: NonNullable<MailboxSpec['overflow']>
}

type BoxLimits = Pick<Limits, 'mailbox' | 'deadLetters'>

export class Boxes {
  readonly #letters: Letters
  readonly #limits: BoxLimits
  /** Of agents that live. */
  readonly #boxes = new Map<Address, Box>()
  /** Somebody may have to give way there. */
  readonly #over = new Set<Address>()

  constructor(letters: Letters, limits: BoxLimits) {
    this.#letters = letters
    this.#limits = limits
  }

  get isOver(): boolean {
    return this.#over.size > 0
  }

  open(agent: Address, { mailbox }: Pick<AgentContext, 'mailbox'>): void {
    const { limit = this.#limits.mailbox, overflow = 'refuse' } = mailbox ?? {}
    const known = this.#boxes.get(agent)
    if (known?.limit === limit && known.overflow === overflow) return
    this.#boxes.set(agent, { limit, overflow })
    this.#over.add(agent)
  }

  close(agent: Address): void {
    this.#boxes.delete(agent)
  }

  isOpen(agent: Address): boolean {
    return this.#boxes.has(agent)
  }

  /** Is what finds no room there kept among the dead, instead of being refused? Who asks must hear of it. */
  buries(agent: Address, { asks }: Pick<Mail, 'asks'>): boolean {
    return this.#boxes.get(agent)?.overflow === 'drop-newest' && asks !== true
  }

  /** Why one more finds no room; undefined where there is some, or somebody gives way. */
  full(agent: Address): Why | undefined {
    const box = this.#boxes.get(agent)
    const waiting = this.#letters.waiting(agent).size
    if (box === undefined || box.overflow === 'drop-oldest' || waiting < box.limit) return undefined
    const message = `${waiting} messages wait for ${idOf(agent)}`
    return { code: 'MAILBOX_FULL', message, details: { agent: idOf(agent), limit: box.limit, waiting } }
  }

  /** A letter has come to wait, or to lie among the dead. */
  look({ agent, place }: Letter): void {
    if (agent !== null && place !== 'running') this.#over.add(agent)
  }

  /** Who must give way: the oldest of those that wait, and of the dead. */
  next(): Envelope | undefined {
    for (const agent of this.#over) {
      const found = this.#oldest(agent) ?? this.#oldestDead(agent)
      if (found !== undefined) return found
      this.#over.delete(agent)
    }
    return undefined
  }

  #oldest(agent: Address): Envelope | undefined {
    const box = this.#boxes.get(agent)
    const waiting = this.#letters.waiting(agent)
    if (box?.overflow !== 'drop-oldest' || waiting.size <= box.limit) return undefined
    const message = `it gave way to newer ones in the mailbox of ${idOf(agent)}, which holds ${box.limit}`
    const error = { name: 'Undelivered', message, code: 'MAILBOX_FULL' }
    return word('task.drop', waiting.first(), { reason: 'overflow', error })
  }

  #oldestDead(agent: Address): Envelope | undefined {
    const dead = this.#letters.dead(agent)
    const { deadLetters } = this.#limits
    if (dead.size <= deadLetters) return undefined
    const reason = `more than ${deadLetters} dead letters of ${idOf(agent)}`
    return word('task.discard', dead.first(), { by: POSTMASTER, reason })
  }
}
