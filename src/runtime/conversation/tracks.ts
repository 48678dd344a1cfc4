/**
 * Tracks: every conversation in which agents have said something, as the postmaster sees it: what their machines must be told of them, and
 * which have come to their end. A projection; it stops none.
 */
import type { ConversationContext } from '../../machines/conversation.ts'
import type { Address } from '../../messages/address.ts'
import { POSTMASTER } from '../../messages/conversation.ts'
import type { Json } from '../../messages/json.ts'
import type { Rate } from '../../messages/queue.ts'
import type { Cell } from '../cell.ts'
import { input, type Envelope } from '../envelope.ts'
import { Track } from './track.ts'

export class Tracks {
  readonly #tracks = new Map<Address, Track>()
  readonly #untold = new Set<Track>()
  /** Nobody has anything to say there. */
  readonly #quiet = new Set<Track>()
  readonly #rate: Rate
  readonly #isQuiet: (conversation: Address) => boolean

  constructor(rate: Rate, isQuiet: (conversation: Address) => boolean) {
    this.#rate = rate
    this.#isQuiet = isQuiet
  }

  get(conversation: Address): Track | undefined {
    return this.#tracks.get(conversation)
  }

  follow({ address, state, snapshot }: Cell): Track {
    const track = this.at(address)
    track.follow(state, snapshot.context as ConversationContext)
    this.settle(address)
    return track
  }

  drop(conversation: Address): void {
    const track = this.#tracks.get(conversation)
    if (track === undefined) return
    this.#quiet.delete(track)
    track.lives = false
    if (track.isTold) this.#tracks.delete(conversation)
  }

  said(conversation: Address, at: number): void {
    const track = this.at(conversation)
    track.said(at)
    this.#untold.add(track)
  }

  /** How often that happened since it began. */
  refused(conversation: Address): number {
    const track = this.at(conversation)
    track.wasRefused()
    this.#untold.add(track)
    return track.refused
  }

  /** Something of it came to its end, or began. */
  settle(conversation: Address): void {
    const track = this.#tracks.get(conversation)
    if (track === undefined) return
    const mayEnd = track.lives && track.stop === null && this.#isQuiet(conversation)
    if (mayEnd) this.#quiet.add(track)
    else this.#quiet.delete(track)
  }

  /** When the next one ends. */
  get endsAt(): number {
    let first = Number.POSITIVE_INFINITY
    for (const { full } of this.#quiet) first = Math.min(first, Math.ceil(full))
    return first
  }

  /** Tells one that it has ended. Until then all that its rate gives must be there again, so that it may begin anew. */
  end(at: number): Envelope | undefined {
    for (const track of this.#quiet) {
      if (Math.ceil(track.full) > at || !track.isTold) continue
      // Should it not take that, something has come of it, and it is looked at again.
      this.#quiet.delete(track)
      return told('conversation.end', track.address, { messages: track.messages })
    }
    return undefined
  }

  /** What all must hear of this turn. */
  takeUntold(at: number): Envelope[] {
    return [...this.#untold].map(track => this.tell(track, at))
  }

  tell(track: Track, at: number): Envelope {
    this.#untold.delete(track)
    return told('conversation.load', track.address, { at, ...track.takeUntold() })
  }

  /** Of one that nobody has heard of: a new one. */
  at(conversation: Address): Track {
    const known = this.#tracks.get(conversation)
    if (known !== undefined) return known
    const track = new Track(conversation, this.#rate)
    this.#tracks.set(conversation, track)
    return track
  }
}

export const told = (type: string, to: Address, data: Json): Envelope =>
  input({ type, to, from: POSTMASTER, data, correlationId: to })
