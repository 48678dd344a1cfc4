/**
 * Speakers: how much each agent says, in all conversations together: what it may still say now, and what its machine must be told of it.
 * A projection of agents that live; it refuses nothing itself.
 */
import type { Why } from '../../actors/kind.ts'
import type { AgentContext } from '../../machines/agent.ts'
import { opensAt, taken } from '../../machines/bucket.ts'
import { idOf, type Address } from '../../messages/address.ts'
import type { MessageRate } from '../../messages/mailbox.ts'
import type { Rate } from '../../messages/queue.ts'
import type { Envelope } from '../envelope.ts'
import { perMinute } from './track.ts'
import { told } from './tracks.ts'

interface Speaker {
  rate: Rate
  /** Messages a minute. */
  most: number
  /** Its bucket: see bucket.ts. Ahead of its machine from a message to the end of that turn. */
  full: number
  /** What its machine has not heard of. */
  untold: number
}

export class Speakers {
  readonly #speakers = new Map<Address, Speaker>()
  readonly #untold = new Set<Address>()
  readonly #most: number

  /** So many messages a minute where an agent says nothing else. */
  constructor(most: number) {
    this.#most = most
  }

  /** What its machine says. */
  follow(agent: Address, { messages, full = 0 }: Pick<AgentContext, 'messages' | 'full'>): void {
    const { perMinute: most = this.#most, burst = most }: MessageRate = messages ?? {}
    const known = this.#speakers.get(agent)
    if (known === undefined) {
      this.#speakers.set(agent, { rate: { ...perMinute(most), burst }, most, full, untold: 0 })
      return
    }
    if (known.most !== most || known.rate.burst !== burst)
      Object.assign(known, { rate: { ...perMinute(most), burst }, most })
    known.full = Math.max(known.full, full)
  }

  drop(agent: Address): void {
    this.#speakers.delete(agent)
    this.#untold.delete(agent)
  }

  /** Why it may not say one more message now. Nothing is known of one that has ended. */
  tooFast(agent: Address, at: number): Why | undefined {
    const speaker = this.#speakers.get(agent)
    if (speaker === undefined) return undefined
    const { rate, most, full } = speaker
    const retryAfter = opensAt(full, rate) - at
    if (retryAfter <= 0) return undefined
    const message = `${idOf(agent)} may say ${most} messages a minute`
    return { code: 'MESSAGE_RATE', message, details: { agent: idOf(agent), rate: most, retryAfter } }
  }

  said(agent: Address, at: number): void {
    const speaker = this.#speakers.get(agent)
    if (speaker === undefined) return
    speaker.full = taken(speaker.full, at, speaker.rate)
    speaker.untold++
    this.#untold.add(agent)
  }

  /** What all must hear of this turn. */
  takeUntold(at: number): Envelope[] {
    const agents = [...this.#untold]
    this.#untold.clear()
    return agents.flatMap(agent => {
      const speaker = this.#speakers.get(agent)
      if (speaker === undefined) return []
      const { rate, untold: messages } = speaker
      speaker.untold = 0
      return [told('agent.said', agent, { at, messages, rate })]
    })
  }
}
