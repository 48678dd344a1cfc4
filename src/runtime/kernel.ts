/**
 * Kernel: the one loop. Take inputs, deliver them with everything they cause, commit all of it in one transaction,
 * and only then release it to the outside. From take to commit is one synchronous section. Everything that is not
 * deterministic comes in through its parts; nothing here may know of agents' code, users or files.
 */
import type { StatorError } from '../errors.ts'
import { Backlog } from './backlog.ts'
import { Delivery } from './delivery.ts'
import type { Envelope } from './envelope.ts'
import { keepForHeld, releaseHeld, type Holding } from './holding.ts'
import { loadInput, queueLoadInput, timerInput } from './inputs.ts'
import { encode } from './record.ts'
import type { KernelParts, Standing } from './kernel-parts.ts'
import { migrate } from './migrating.ts'
import { isMigration } from './migration.ts'
import { isTermination, terminate } from './terminating.ts'
import { Timers } from './timers.ts'
import { batchOf, hasRoom, journalFailure, resultOf, Turn } from './turn.ts'

/** Actors checkpointed in one turn while the tail is too long, and as many as the turn had signals: so a flood does not outrun it. */
const CHECKPOINTS_A_TURN = 200
const CHECKPOINTS_WHEN_IDLE = 2_000

export class Kernel {
  readonly timers: Timers
  readonly #parts: KernelParts
  readonly #delivery: Delivery
  #inbox: Envelope[] = []
  readonly #backlog = new Backlog()
  readonly #holding: Holding
  #seq = 0
  #at = 0
  #sum = 0
  /** Up to here all living actors are checkpointed. */
  #checkpointedTo = 0
  /** The last owner closed gracefully, and not all of its tasks have been told so. */
  #clean = false
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
      deciders: parts.deciders,
      timers: this.timers,
      journal: parts.journal,
      maxHops: parts.limits.hops,
      hub: parts.hub,
    })
    const { population, journal } = parts
    this.#holding = {
      population,
      journal,
      timers: this.timers,
      delivery: this.#delivery,
      backlog: this.#backlog,
      dispatcher: parts.dispatcher,
      deciders: parts.deciders,
    }
  }

  get delivery(): Delivery {
    return this.#delivery
  }

  get inboxLength(): number {
    return this.#inbox.length
  }

  /** True when nothing is left to do but to wait for the outside. */
  get isIdle(): boolean {
    const { deciders, clock } = this.#parts
    return this.#inbox.length === 0 && this.#backlog.isEmpty && !deciders.hasWork(clock.now())
  }

  /** Takes up where the journal ends. */
  begin(from: Standing): void {
    this.#seq = from.seq
    this.#at = from.at
    this.#sum = from.sum
    this.#checkpointedTo = from.tailAfter
    this.#clean = from.clean
    this.#backlog.load(from.pending)
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
      if (turn.taken > 0) this.#inbox = this.#inbox.slice(turn.taken)
      turn.clean = this.#clean &&= this.#inbox.some(({ type }) => type === 'task.interrupted')
      if (!turn.isEmpty) journal.commit(batchOf(turn))
    } catch (error) {
      this.stop(journalFailure(error), turn)
      return
    }
    this.#committed(turn)
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

  #committed(turn: Turn): void {
    this.#checkpointedTo = turn.checkpointedTo ?? this.#checkpointedTo
    this.#parts.population.committed(this.#parts.limits.liveActors)
    this.#parts.deciders.committed()
  }

  #run(turn: Turn): void {
    const { limits } = this.#parts
    for (const envelope of this.#backlog.take()) turn.queue.push(envelope)
    this.#drain(turn)
    // One cause after the other, each with all that it causes, as long as the turn has room.
    for (let n = 0; n < limits.batchInputs && hasRoom(turn, limits) && this.#fire(turn); n++)
      this.#drain(turn)
    while (turn.taken < limits.batchInputs && turn.taken < this.#inbox.length && hasRoom(turn, limits)) {
      turn.queue.push(this.#inbox[turn.taken++] as Envelope)
      this.#drain(turn)
    }
    while (hasRoom(turn, limits) && this.#decide(turn)) this.#drain(turn)
    // Statistics that agents have not heard of are counted from the tail: they must be told before it moves.
    const long = this.#seq - this.#checkpointedTo >= limits.tail
    this.#tellLoads(turn, long)
    this.#backlog.keepRest(turn)
    // Half of a tail is left as it is: most of what moved lately will have ended before it is that old.
    if (long)
      this.#moveTail(turn, Math.max(CHECKPOINTS_A_TURN, turn.signals.length), this.#seq - limits.tail / 2)
  }

  /** Puts the next due timer in line. */
  #fire(turn: Turn): boolean {
    // One that was set in this very turn is not written yet.
    const due = this.timers.take(this.#at, turn.signals[0]?.seq)
    if (due !== undefined) turn.queue.push(timerInput(due))
    return due !== undefined
  }

  /** Puts in line what a decider has to tell. */
  #decide(turn: Turn): boolean {
    const decided = this.#parts.deciders.next(this.#at)
    if (decided !== undefined) turn.queue.push(decided)
    return decided !== undefined
  }

  /** Tells agents what changed, with `all` also where only statistics did; and queues what of their rates is used up. */
  #tellLoads(turn: Turn, all: boolean): void {
    const { workload } = this.#parts.dispatcher
    turn.queue.push(...workload.agents(all).map(loadInput), ...workload.queues().map(queueLoadInput))
    turn.queue.push(...this.#parts.deciders.closing(this.#at))
    this.#drain(turn)
  }

  /** Delivers what is in line, with all that it causes, up to the size of a turn. */
  #drain(turn: Turn): void {
    while (hasRoom(turn, this.#parts.limits)) {
      const envelope = turn.next()
      if (envelope === undefined) return
      const held =
        this.#parts.population.loaded(envelope.to)?.held ?? this.#parts.population.stranded().get(envelope.to)
      const byHub = isMigration(envelope) || isTermination(envelope)
      if (held === undefined || held === null || byHub) this.#deliver(envelope, turn)
      else keepForHeld(this.#holding, envelope, turn)
    }
  }

  #deliver(envelope: Envelope, turn: Turn): void {
    const signal = isMigration(envelope)
      ? migrate(this.#holding, envelope, this.#seq + 1, turn)
      : isTermination(envelope)
        ? terminate(this.#holding, envelope, this.#seq + 1, turn)
        : this.#delivery.deliver(envelope, this.#seq + 1, turn)
    if (signal === undefined) {
      keepForHeld(this.#holding, envelope, turn)
      return
    }
    this.#seq = signal.seq
    const record = encode(signal, this.#sum, signal.data === envelope.data ? envelope.text : undefined)
    this.#sum = record.sum
    turn.records.push(record)
    turn.signals.push(signal)
    if (envelope.pendingId > 0) turn.delivered.push(envelope.pendingId)
    if (envelope.key !== undefined && signal.refused === null)
      turn.keys.push({ ...envelope.key, seq: signal.seq })
    if (envelope.ack !== undefined) turn.acks.push({ ack: envelope.ack, signal })
    if (signal.type === 'task.start' && signal.toState === null) this.#parts.dispatcher.lost(signal.to)
    if (signal.type === 'hub.release') releaseHeld(this.#holding, signal, turn)
    if (signal.type === 'task.recorded' && signal.refused === null) turn.results.push(resultOf(signal))
  }

  /** Moves the start of the tail forward, so that recovery reads a bounded number of records. */
  #moveTail(turn: Turn, checkpoints: number, upTo: number): void {
    const { population } = this.#parts
    turn.checkpoints.push(...population.checkpoint(checkpoints, upTo))
    turn.checkpointedTo = (population.oldestDirty() ?? this.#seq + 1) - 1
    turn.tailAfter = Math.min(turn.checkpointedTo, population.strandedSince - 1)
  }

  /** After a turn: come again, or wait for a timer, or for nothing at all. */
  #rest(): void {
    if (this.#stopped !== null) return
    if (!this.isIdle || this.timers.isDue(this.#parts.clock.now())) {
      this.wake()
      return
    }
    this.timers.arm(this.#parts.deciders.wakeAt)
    if (this.#cancelIdle !== undefined || this.#checkpointedTo >= this.#seq) return
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
    if (this.#stopped === null && population.dirtyCount === 0) population.park(limits.liveActors)
    this.#rest()
  }

  /** A turn that only tells agents of their load and writes checkpoints. */
  #checkpointTurn(count: number, clean: boolean): void {
    // A write that was refused just before has the last word: what it held is neither dirty nor written.
    if (this.#stopped !== null) return
    const { journal, release } = this.#parts
    const turn = new Turn(this.#at)
    try {
      this.#tellLoads(turn, true)
      this.#backlog.keepRest(turn)
      this.#moveTail(turn, count, Number.POSITIVE_INFINITY)
      turn.clean = clean
      journal.commit(batchOf(turn))
    } catch (error) {
      this.stop(journalFailure(error), turn)
      return
    }
    this.#committed(turn)
    release(turn)
  }
}
