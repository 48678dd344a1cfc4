/**
 * Kernel: the one loop. Take inputs, deliver them with everything they cause, commit all of it in one transaction,
 * and only then release it to the outside. From take to commit is one synchronous section. Everything that is not
 * deterministic comes in through its parts; nothing here may know of agents' code, users or files.
 */
import type { AnyActorRef } from 'xstate'
import { StatorError } from '../errors.ts'
import { CLOCK, DISPATCHER, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { Cell } from './cell.ts'
import type { Clock } from './clock.ts'
import { Delivery } from './delivery.ts'
import type { Dispatcher } from './dispatcher.ts'
import { input, type Envelope } from './envelope.ts'
import type { Batch, Journal, PendingMessage } from './journal.ts'
import type { Limits } from './limits.ts'
import type { Population } from './population.ts'
import { encode, type JournalRecord } from './record.ts'
import type { Scheduler } from './scheduler.ts'
import { Timers } from './timers.ts'
import { Turn, type EffectStart, type EffectStop } from './turn.ts'

/** What a committed turn lets out. */
export interface Released {
  readonly signals: readonly Signal[]
  readonly endings: readonly { cell: Cell; signal: Signal }[]
  readonly starts: readonly EffectStart[]
  readonly stops: readonly EffectStop[]
}

export interface KernelParts {
  readonly journal: Journal
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly limits: Limits
  readonly population: Population
  readonly dispatcher: Dispatcher
  /** The hub's own actor: parent of all others. */
  readonly hub: AnyActorRef
  /** Called after a commit, and never when it failed. */
  readonly release: (released: Released) => void
  /** Called once when the journal failed; nothing moves afterwards. */
  readonly failed: (error: StatorError) => void
}

/** Actors checkpointed in one turn while the tail is too long. */
const CHECKPOINTS_A_TURN = 200
/** And in one turn of an idle hub. */
const CHECKPOINTS_WHEN_IDLE = 2_000

export class Kernel {
  readonly timers: Timers
  readonly #parts: KernelParts
  readonly #delivery: Delivery
  #inbox: Envelope[] = []
  /** Left over from a cascade that was too long for its turn; committed as pending. */
  #pending: Envelope[] = []
  /** Messages to held actors: committed as pending, delivered on release. */
  readonly #mail = new Map<Address, Envelope[]>()
  #seq = 0
  #at = 0
  #sum = 0
  #tailAfter = 0
  #pendingId = 0
  #scheduled = false
  #stopped: StatorError | null = null
  #started = false
  #cancelIdle: (() => void) | undefined

  constructor(parts: KernelParts) {
    this.#parts = parts
    this.timers = new Timers(parts.clock, () => this.wake())
    this.#delivery = new Delivery({
      population: parts.population,
      dispatcher: parts.dispatcher,
      timers: this.timers,
      journal: parts.journal,
      maxHops: parts.limits.hops,
      hub: parts.hub,
    })
  }

  get delivery(): Delivery {
    return this.#delivery
  }

  /** The last committed position. */
  get position(): number {
    return this.#seq
  }

  get inboxLength(): number {
    return this.#inbox.length
  }

  get isStopped(): boolean {
    return this.#stopped !== null
  }

  /** True when nothing is left to do but to wait for the outside. */
  get isIdle(): boolean {
    return this.#inbox.length === 0 && this.#pending.length === 0 && !this.#parts.dispatcher.hasWork()
  }

  /** Takes up where the journal ends. */
  begin(from: {
    seq: number
    at: number
    sum: number
    tailAfter: number
    pending: readonly PendingMessage[]
  }): void {
    this.#seq = from.seq
    this.#at = from.at
    this.#sum = from.sum
    this.#tailAfter = from.tailAfter
    for (const message of from.pending) {
      this.#pendingId = Math.max(this.#pendingId, message.id)
      const { id, ...rest } = message
      this.#pending.push({
        ...rest,
        pendingId: id,
        cause: null,
        text: undefined,
        timerEvent: undefined,
        key: undefined,
        ack: undefined,
      })
    }
  }

  /** Lets the loop run. */
  start(): void {
    this.#started = true
    this.wake()
  }

  /** Puts an input in line. Refused only when the kernel has stopped. */
  push(envelope: Envelope): void {
    if (this.#stopped !== null) {
      envelope.ack?.failed(this.#stopped)
      return
    }
    this.#inbox.push(envelope)
    this.wake()
  }

  wake(): void {
    if (this.#scheduled || !this.#started || this.#stopped !== null) return
    this.#scheduled = true
    this.#parts.scheduler.soon(() => {
      this.#scheduled = false
      this.turn()
    })
  }

  /** One turn of the loop: take, deliver, commit, release. */
  turn(): void {
    if (this.#stopped !== null) return
    const { journal, release, clock } = this.#parts
    this.#at = Math.max(this.#at, clock.now())
    const turn = new Turn(this.#at)
    try {
      this.#run(turn)
      if (turn.signals.length > 0) this.#keepTailShort(turn)
      if (turn.isEmpty) {
        this.#rest()
        return
      }
      journal.commit(batchOf(turn))
    } catch (error) {
      this.stop(journalFailure(error), turn)
      return
    }
    if (turn.tailAfter !== null) this.#tailAfter = turn.tailAfter
    if (turn.taken > 0) this.#inbox = this.#inbox.slice(turn.taken)
    for (const { ack, signal } of turn.acks) ack.committed(signal)
    release(turn)
    this.#rest()
  }

  /** Ends everything: waiters are told, nothing is released, nothing moves again. */
  stop(error: StatorError, turn?: Turn): void {
    if (this.#stopped !== null) return
    this.#stopped = error
    this.timers.disarm()
    this.#cancelIdle?.()
    for (const { ack } of turn?.acks ?? []) ack.failed(error)
    const told = new Set(turn?.acks.map(({ ack }) => ack))
    for (const envelope of this.#inbox)
      if (envelope.ack !== undefined && !told.has(envelope.ack)) envelope.ack.failed(error)
    this.#inbox = []
    this.#parts.failed(error)
  }

  /** Checkpoints everything and marks the journal as closed gracefully. The caller stops the kernel afterwards. */
  finish(): void {
    if (this.#stopped !== null) return
    this.turn()
    this.#checkpointTurn(Number.POSITIVE_INFINITY, true)
  }

  /** Releases a held actor: its mail is delivered, and the message that it stumbled over where `again` is given. */
  release(cell: Cell, again: Envelope | undefined): void {
    cell.held = null
    this.#parts.population.moved(cell, cell.seq)
    const mail = this.#mail.get(cell.address) ?? []
    this.#mail.delete(cell.address)
    this.#pending.push(...(again === undefined ? [] : [again]), ...mail)
    this.wake()
  }

  #run(turn: Turn): void {
    const { dispatcher, limits } = this.#parts
    for (const envelope of this.#pending) turn.queue.push(envelope)
    this.#pending = []
    this.#drain(turn)
    // One cause after the other, each with all that it causes, as long as the turn has room.
    for (let n = 0; n < limits.batchInputs && hasRoom(turn, limits) && this.#fire(turn); n++)
      this.#drain(turn)
    while (turn.taken < limits.batchInputs && turn.taken < this.#inbox.length && hasRoom(turn, limits)) {
      turn.queue.push(this.#inbox[turn.taken++] as Envelope)
      this.#drain(turn)
    }
    while (hasRoom(turn, limits) && this.#dispatch(turn)) this.#drain(turn)
    for (const load of dispatcher.loads(false)) this.#tell(turn, load)
    this.#drain(turn)
    this.#pend(turn)
  }

  /** Puts the next due timer in line. */
  #fire(turn: Turn): boolean {
    const due = this.timers.take(this.#at)
    if (due === undefined) return false
    const { cell, timer } = due
    const data = { id: timer.id, event: timer.event, setSeq: timer.setSeq }
    const message = {
      type: 'hub.timer',
      to: cell.address,
      from: CLOCK,
      data,
      correlationId: cell.correlationId,
    } as const
    turn.queue.push(input(message, { timerEvent: timer.event, depth: cell.depth }))
    return true
  }

  /** Gives the next waiting task to an agent that has room. */
  #dispatch(turn: Turn): boolean {
    const start = this.#parts.dispatcher.next()
    if (start === null) return false
    const { task, agent } = start
    const cell = this.#parts.population.find(task)
    turn.queue.push(
      input({
        type: 'task.start',
        to: task,
        from: DISPATCHER,
        data: { agent },
        priority: cell?.priority ?? 'normal',
        correlationId: cell?.correlationId ?? task,
      }),
    )
    return true
  }

  #tell(
    turn: Turn,
    { agent, ...data }: { agent: Address; running: number; done: number; failed: number; busyMs: number },
  ): void {
    turn.queue.push(input({ type: 'agent.load', to: agent, from: DISPATCHER, data, correlationId: agent }))
  }

  /** Delivers what is in line, with all that it causes, up to the size of a turn. */
  #drain(turn: Turn): void {
    while (hasRoom(turn, this.#parts.limits)) {
      const envelope = turn.next()
      if (envelope === undefined) return
      const held =
        this.#parts.population.loaded(envelope.to)?.held ?? this.#parts.population.stranded().get(envelope.to)
      if (held === undefined || held === null) this.#deliver(envelope, turn)
      else this.#hold(envelope, turn)
    }
  }

  #deliver(envelope: Envelope, turn: Turn): void {
    const signal = this.#delivery.deliver(envelope, this.#seq + 1, turn)
    this.#seq = signal.seq
    const record: JournalRecord = encode(signal, this.#sum, envelope.text)
    this.#sum = record.sum
    turn.records.push(record)
    turn.signals.push(signal)
    if (envelope.pendingId > 0) turn.delivered.push(envelope.pendingId)
    if (envelope.key !== undefined) turn.keys.push({ ...envelope.key, seq: signal.seq })
    if (envelope.ack !== undefined) turn.acks.push({ ack: envelope.ack, signal })
    if (signal.type === 'task.start' && signal.toState === null) this.#parts.dispatcher.lost(signal.to)
    if (signal.type === 'task.recorded' && signal.refused === null) this.#record(signal, turn)
  }

  /** The result of a `ctx.do`, beside the record that carries it. */
  #record(signal: Signal, turn: Turn): void {
    const { name, value } = signal.data as { name: string; value: Json }
    turn.results.push({ owner: signal.to, generation: 1, name, value })
  }

  /** Mail of an actor that does not move: kept, durably, until it is released. Who waits for an answer is told. */
  #hold(envelope: Envelope, turn: Turn): void {
    if (envelope.ack !== undefined) {
      envelope.ack.failed(new StatorError('HELD', { address: envelope.to }))
      return
    }
    const mail = this.#mail.get(envelope.to) ?? []
    this.#mail.set(envelope.to, mail)
    mail.push(this.#keep(envelope, turn))
  }

  /** What did not fit in this turn goes first in the next, and is committed with this one. */
  #pend(turn: Turn): void {
    for (const envelope of turn.rest()) this.#pending.push(this.#keep(envelope, turn))
  }

  #keep(envelope: Envelope, turn: Turn): Envelope {
    if (envelope.pendingId > 0) return envelope
    const kept = { ...envelope, pendingId: ++this.#pendingId }
    turn.pending.push(pendingOf(kept))
    return kept
  }

  /** Moves the start of the tail forward, so that recovery reads a bounded number of records. */
  #keepTailShort(turn: Turn): void {
    const { population, limits, dispatcher } = this.#parts
    if (this.#seq - this.#tailAfter < limits.tail) return
    // Statistics that agents have not heard of are counted from the tail: they must be told before it moves.
    for (const load of dispatcher.loads(true)) this.#tell(turn, load)
    this.#drain(turn)
    turn.checkpoints.push(...population.checkpoint(CHECKPOINTS_A_TURN))
    turn.tailAfter = (population.oldestDirty() ?? this.#seq + 1) - 1
  }

  /** After a turn: come again, or wait for a timer, or for nothing at all. */
  #rest(): void {
    if (this.#stopped !== null) return
    if (!this.isIdle || this.timers.isDue(this.#parts.clock.now())) {
      this.wake()
      return
    }
    this.timers.arm()
    if (this.#cancelIdle !== undefined || this.#tailAfter >= this.#seq) return
    this.#cancelIdle = this.#parts.clock.after(this.#parts.limits.idle, () => this.#idle())
  }

  /** Nothing to do: bring the checkpoints up to date, so that the next start has no tail to read. */
  #idle(): void {
    this.#cancelIdle = undefined
    if (this.#stopped !== null || !this.#started) return
    if (!this.isIdle) {
      this.wake()
      return
    }
    this.#checkpointTurn(CHECKPOINTS_WHEN_IDLE, false)
    const { population, limits } = this.#parts
    if (population.dirtyCount === 0) population.park(limits.liveActors)
    this.#rest()
  }

  /** A turn that only tells agents of their load and writes checkpoints. */
  #checkpointTurn(count: number, clean: boolean): void {
    const { population, dispatcher, journal, release } = this.#parts
    const turn = new Turn(this.#at)
    try {
      for (const load of dispatcher.loads(true)) this.#tell(turn, load)
      this.#drain(turn)
      this.#pend(turn)
      turn.checkpoints.push(...population.checkpoint(count))
      turn.tailAfter = (population.oldestDirty() ?? this.#seq + 1) - 1
      turn.clean = clean
      journal.commit(batchOf(turn))
    } catch (error) {
      this.stop(journalFailure(error), turn)
      return
    }
    this.#tailAfter = turn.tailAfter
    release(turn)
  }
}

const hasRoom = (turn: Turn, limits: Limits): boolean => turn.signals.length < limits.batchDeliveries

function journalFailure(error: unknown): StatorError {
  if (error instanceof StatorError && error.code.startsWith('JOURNAL')) return error
  return new StatorError('JOURNAL_FAILED', {}, { cause: error })
}

function pendingOf(envelope: Envelope): PendingMessage {
  const { type, to, from, priority, correlationId, data, causationId, output, hops, depth, pendingId } =
    envelope
  return { id: pendingId, type, to, from, priority, correlationId, data, causationId, output, hops, depth }
}

function batchOf(turn: Turn): Batch {
  const { records, signals, pending, delivered, results, keys, checkpoints, ended, tailAfter, clean } = turn
  return { records, signals, pending, delivered, results, keys, checkpoints, ended, tailAfter, clean }
}
