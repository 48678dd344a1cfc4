/**
 * Postmaster: who gets mail: which letter finds room in its mailbox, which one must give way, which lies among the dead, and which
 * conversation is stopped for it. A decider: it keeps projections of committed states, rebuilt at a start; tasks, agents and
 * conversations are moved by what it tells them, and by what it keeps from them.
 */
import type { Why } from '../../actors/kind.ts'
import type { AgentContext } from '../../machines/agent.ts'
import type { TaskContext } from '../../machines/task.ts'
import { idOf, kindOf, type Address } from '../../messages/address.ts'
import { conversationOf, POSTMASTER } from '../../messages/conversation.ts'
import type { Json } from '../../messages/json.ts'
import type { PostSend } from '../../messages/post.ts'
import type { Signal } from '../../messages/signal.ts'
import type { TaskCreate, Undelivered } from '../../messages/task.ts'
import type { Cell } from '../cell.ts'
import { loopOf, tripped, type Passing, type Tripped } from '../conversation/guards.ts'
import { Speakers } from '../conversation/speakers.ts'
import { perMinute } from '../conversation/track.ts'
import { told, Tracks } from '../conversation/tracks.ts'
import type { Decider, Gone } from '../decider.ts'
import type { Envelope } from '../envelope.ts'
import type { Checkpoint } from '../journal.ts'
import type { Limits } from '../limits.ts'
import { Boxes } from './boxes.ts'
import { letterOf, Letters, word, type Letter } from './letters.ts'

/** Why a letter is kept from its recipient; `tries`: whoever sends it may try again, and be counted. */
interface Verdict {
  readonly why: Why
  readonly reason: Undelivered['reason']
  readonly tries: boolean
}

type Coming = Pick<Passing, 'mail' | 'to'>

export class Postmaster implements Decider {
  readonly letters = new Letters()
  readonly #limits: Limits
  readonly #boxes: Boxes
  readonly #tracks: Tracks
  readonly #speakers: Speakers
  /** Letters that nobody will handle, unless that has changed when it is told. */
  readonly #doomed = new Set<Address>()
  readonly #stops = new Map<Address, Pick<Tripped, 'code' | 'message' | 'loop'>>()
  /** Parked at a start, when agents and conversations were not known yet. */
  #unseen: Letter[] = []

  constructor(limits: Limits) {
    this.#limits = limits
    this.#boxes = new Boxes(this.letters, limits)
    this.#speakers = new Speakers(limits.agentRate)
    this.#tracks = new Tracks(perMinute(limits.conversationRate), address => this.letters.isQuiet(address))
  }

  get wakeAt(): number {
    return this.#tracks.endsAt
  }

  observe(cell: Cell): void {
    const { kind } = cell.definition.kind
    if (kind === 'task') this.#task(cell, cell.snapshot.context as TaskContext)
    else if (kind === 'agent') this.#agent(cell.address, cell.snapshot.context as AgentContext)
    else if (kind === 'conversation' && this.#tracks.follow(cell).stop !== null)
      for (const letter of this.letters.of(cell.address)) this.#look(letter)
  }

  ended({ address, definition }: Gone): void {
    const { kind } = definition.kind
    if (kind === 'task') {
      const letter = this.letters.leave(address)
      if (letter !== undefined) this.#tracks.settle(letter.conversation)
    } else if (kind === 'agent') {
      this.#boxes.close(address)
      this.#speakers.drop(address)
      for (const letter of this.letters.waiting(address)) this.#look(letter)
    } else if (kind === 'conversation') this.#tracks.drop(address)
  }

  rest(checkpoint: Checkpoint): boolean {
    const { address, state, snapshot, timers, held } = checkpoint
    if (kindOf(address) !== 'task' || (state !== 'queued' && state !== 'dead')) return false
    if (held !== null || timers.length > 0) return false
    const letter = letterOf(checkpoint, (snapshot as unknown as { context: TaskContext }).context)
    if (letter === undefined) return false
    this.letters.stand(letter)
    this.#unseen.push(letter)
    return true
  }

  /** What must not be said is refused, so that whoever says it hears of it. */
  objection(signal: Signal): Why | undefined {
    if (signal.type === 'task.replay') return this.#replayed(signal)
    if (signal.type === 'task.handOff') return this.#handedOn(signal)
    const coming = comingIn(signal)
    const verdict = coming && this.#judge(signal, coming)
    if (coming === undefined || verdict === undefined) return undefined
    const { mail, to } = coming
    if (verdict.reason === 'overflow' && to !== null && this.#boxes.buries(to, mail)) return undefined
    if (verdict.tries && senderOf(coming) !== undefined) this.#refused(signal, coming, verdict.why)
    return verdict.why
  }

  /** A letter comes to be. One that nobody could be refused lies among the dead from its beginning. */
  undeliverable(signal: Signal): Undelivered | undefined {
    const coming = comingIn(signal)
    if (coming === undefined) return undefined
    const verdict = this.#judge(signal, coming)
    const sender = senderOf(coming)
    if (sender !== undefined) {
      this.#tracks.said(conversationOf(signal.correlationId), signal.at)
      this.#speakers.said(sender, signal.at)
    }
    return verdict === undefined ? undefined : undelivered(verdict.reason, verdict.why)
  }

  /** Why nothing more may be said there. */
  stopped(conversation: Address): Why | undefined {
    return this.#stopped(conversation)?.why
  }

  hasWork(at: number): boolean {
    this.#lookAtUnseen()
    const isAsked = this.#doomed.size > 0 || this.#stops.size > 0 || this.#boxes.isOver
    return isAsked || this.#tracks.endsAt <= at
  }

  next(at: number): Envelope | undefined {
    this.#lookAtUnseen()
    return this.#nextStop(at) ?? this.#nextDoomed() ?? this.#boxes.next() ?? this.#tracks.end(at)
  }

  closing(at: number): readonly Envelope[] {
    return [...this.#tracks.takeUntold(at), ...this.#speakers.takeUntold(at)]
  }

  #agent(address: Address, context: AgentContext): void {
    this.#boxes.open(address, context)
    this.#speakers.follow(address, context)
  }

  #task(cell: Cell, context: TaskContext): void {
    if (context.spec?.mail === undefined) return
    const letter = letterOf(cell, context)
    if (letter === undefined) return
    this.letters.stand(letter)
    this.#tracks.settle(letter.conversation)
    this.#look(letter)
  }

  /** A letter has come to wait, or what it waits for has changed. */
  #look(letter: Letter): void {
    this.#boxes.look(letter)
    if (letter.place !== 'waiting') return
    if (this.#closed(letter.conversation, letter.agent) !== undefined) this.#doomed.add(letter.task)
  }

  #lookAtUnseen(): void {
    if (this.#unseen.length === 0) return
    for (const letter of this.#unseen.splice(0)) this.#look(letter)
  }

  #judge(signal: Signal, coming: Coming): Verdict | undefined {
    const { mail, to } = coming
    const conversation = conversationOf(signal.correlationId)
    const closed = this.#closed(conversation, to)
    if (closed !== undefined) return closed
    const { depth, at } = signal
    const why = tripped({ mail, to, depth, at }, this.#tracks.get(conversation), this.#limits)
    if (why?.stops === true && !this.#stops.has(conversation)) this.#stops.set(conversation, why)
    if (why !== undefined) return { why: whyOf(why), reason: 'guard', tries: !why.stops }
    const sender = senderOf(coming)
    const tooFast = sender === undefined ? undefined : this.#speakers.tooFast(sender, at)
    if (tooFast !== undefined) return { why: tooFast, reason: 'guard', tries: true }
    const full = to === null ? undefined : this.#boxes.full(to)
    return full === undefined ? undefined : { why: full, reason: 'overflow', tries: true }
  }

  /** Nothing more is said there, or nobody is there any more to hear it. */
  #closed(conversation: Address, to: Address | null): Verdict | undefined {
    return this.#stopped(conversation) ?? (to === null || this.#boxes.isOpen(to) ? undefined : gone(to))
  }

  #stopped(conversation: Address): Verdict | undefined {
    const stop = this.#tracks.get(conversation)?.stop ?? undefined
    if (stop === undefined) return undefined
    const { code, reason, loop, stoppedAt: since } = stop
    const details = { conversation, code, loop: loop.join(' → '), since }
    const why = { code: 'CONVERSATION_STOPPED', message: reason ?? '', details } as const
    return { why, reason: 'conversation-stopped', tries: false }
  }

  /** Somebody who tries again and again, whatever it is told, is stopped as well. */
  #refused(signal: Signal, { mail, to }: Coming, { code, message }: Why): void {
    const conversation = conversationOf(signal.correlationId)
    const times = this.#tracks.refused(conversation)
    if (times <= this.#limits.conversationRefusals || this.#stops.has(conversation)) return
    const loop = loopOf(mail.path, to)
    this.#stops.set(conversation, { code, message: `refused ${times} times: ${message}`, loop })
  }

  #replayed({ to }: Signal): Why | undefined {
    const letter = this.letters.get(to)
    if (letter?.place !== 'dead') return undefined
    const { conversation, agent } = letter
    return this.#closed(conversation, agent)?.why ?? (agent === null ? undefined : this.#boxes.full(agent))
  }

  /** A message that is handed on comes into another mailbox. Whoever has it hears that there is no room, and keeps it. */
  #handedOn({ to, data }: Signal): Why | undefined {
    const { agent } = (data as { readonly to: { readonly agent?: Address } }).to
    return agent === undefined || this.letters.get(to) === undefined ? undefined : this.#boxes.full(agent)
  }

  #nextStop(at: number): Envelope | undefined {
    for (const [conversation, { code, message: reason, loop }] of this.#stops) {
      // Its machine must live to hear it.
      const track = this.#tracks.at(conversation)
      if (!track.lives || !track.isTold) return this.#tracks.tell(track, at)
      this.#stops.delete(conversation)
      if (track.stop === null)
        return told('conversation.stop', conversation, { by: POSTMASTER, reason, code, loop: [...loop] })
    }
    return undefined
  }

  #nextDoomed(): Envelope | undefined {
    for (const task of this.#doomed) {
      this.#doomed.delete(task)
      const letter = this.letters.get(task)
      const verdict = letter && this.#closed(letter.conversation, letter.agent)
      if (letter?.place === 'waiting' && verdict !== undefined)
        return word('task.drop', letter, undelivered(verdict.reason, verdict.why) as unknown as Json)
    }
    return undefined
  }
}

/** A message to somebody, to whoever fits, or to many. */
function comingIn({ type, data }: Signal): Coming | undefined {
  if (type === 'post.send') {
    const { mail } = (data as unknown as PostSend).create
    return mail === undefined ? undefined : { mail, to: null }
  }
  const { mail, agent = null } = (type === 'task.create' ? data : {}) as Partial<TaskCreate>
  return mail === undefined ? undefined : { mail, to: agent }
}

/** Which agent says it; undefined of what a client says. */
const senderOf = ({ mail: { path } }: Coming): Address | undefined => path.at(-1) as Address | undefined

const whyOf = ({ code, message, details }: Tripped): Why => ({ code, message, ...(details && { details }) })

function gone(agent: Address): Verdict {
  const message = `${idOf(agent)} is not registered any more`
  const why = { code: 'AGENT_UNKNOWN', message, details: { agent: idOf(agent) } } as const
  return { why, reason: 'agent-stopped', tries: false }
}

const undelivered = (reason: Undelivered['reason'], { code, message }: Why): Undelivered => ({
  reason,
  error: { name: 'Undelivered', message, code },
})
