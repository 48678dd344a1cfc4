/**
 * Delivery: one message meets its recipient. It stamps position and time, runs one macrostep, names the transition,
 * and turns what the machine emitted into messages, timers and effects of the turn. The heart of the hub; the same
 * code runs in production and in the simulator. Nothing here may read a clock or write to the journal.
 */
import type { AnyActorRef } from 'xstate'
import { lifecycleName } from '../actors/kind.ts'
import { toFailure } from '../errors.ts'
import { HUB } from '../messages/address.ts'
import type { Send } from '../messages/command.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { TaskCreate } from '../messages/task.ts'
import { keepResult, knownResult } from './cached.ts'
import type { Cell, Hold } from './cell.ts'
import type { Deciders } from './decider.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Envelope } from './envelope.ts'
import type { Journal } from './journal.ts'
import type { Population } from './population.ts'
import { lookFor, rememberHeard } from './outputs.ts'
import { isSet, takeTimer } from './timer-signal.ts'
import { answer } from './updating.ts'
import type { Timers } from './timers.ts'
import { derived, draft, faultTo, placeIn, refusalOf, refuse } from './signal-draft.ts'
import type { SignalDraft, Turn } from './turn.ts'
import { allowedEvents, stateOf, type Snapshot, type Step } from './xstate.ts'

/** What brings somebody to life at an address that nobody has. */
const CREATES: ReadonlySet<string> = new Set(['task.create', 'workflow.start', 'group.create', 'post.send'])

export interface DeliveryParts {
  readonly population: Population
  readonly dispatcher: Dispatcher
  readonly deciders: Deciders
  readonly timers: Timers
  readonly journal: Journal
  readonly maxHops: number
  /** The hub's own actor. */
  readonly hub: AnyActorRef
}

export class Delivery {
  readonly #parts: DeliveryParts

  constructor(parts: DeliveryParts) {
    this.#parts = parts
  }

  /**
   * Delivers at position `seq`. Returns the signal, complete but for the checksum of its record; undefined where the
   * recipient turns out to be one that cannot be brought back: then nothing has happened.
   */
  deliver(envelope: Envelope, seq: number, turn: Turn): Signal | undefined {
    const signal = draft(envelope, seq, turn.at)
    if (envelope.to === HUB) return this.#hub(signal)
    if (envelope.hops > this.#parts.maxHops) return this.#overrun(signal, turn)
    const { population } = this.#parts
    // What creates a task or a run names a new address (the door has seen to it, or its parent): the journal need not
    // be asked for a parked one.
    const creates = CREATES.has(envelope.type)
    const objection = envelope.causationId === 0 ? this.#parts.deciders.objection(signal) : undefined
    if (objection !== undefined && creates) return refuse(signal, objection)
    const found = creates ? population.loaded(envelope.to) : population.find(envelope.to)
    if (found === undefined && population.stranded().has(envelope.to)) return undefined
    if (found === undefined && objection !== undefined) return refuse(signal, objection)
    const cell = found ?? population.create(signal)
    if (cell === undefined)
      return refuse(signal, {
        code: refusalOf(signal, 'RECIPIENT_UNKNOWN'),
        message: 'nobody lives at that address',
      })
    if (objection !== undefined) {
      signal.toState = signal.fromState = cell.state
      return refuse(signal, objection)
    }
    if (signal.type === 'task.create' && found === undefined) this.#stamp(signal, turn)
    if (signal.type === 'workflow.update' && !answer(cell, signal, this.#parts.journal)) return signal
    rememberHeard(cell, signal, envelope.cause)
    this.#move(cell, signal, envelope, turn, found === undefined)
    return signal
  }

  /**
   * Folds a recorded signal again, at a start. Returns what the machine did, for comparison; releases nothing. `told`:
   * where the machine threw, the actor was told so instead of being held.
   */
  replay(signal: Signal, told: boolean): { cell: Cell; step: Step } | undefined {
    const faulted = signal.refused?.code === 'MACHINE_FAULT'
    const found = this.#parts.population.find(signal.to)
    const mayCreate = signal.refused === null || (faulted && signal.fromState === null)
    const cell = found ?? (mayCreate ? this.#parts.population.create(signal) : undefined)
    if (cell === undefined) return undefined
    if (!faulted || told) takeTimer(cell, signal)
    if (signal.refused !== null) return undefined
    const step = cell.step(signal)
    this.#settle(cell, signal)
    this.#timers(cell, signal, step)
    return { cell, step }
  }

  /** Lets the deciders see where an actor stands now. */
  observe(cell: Cell, at: number): void {
    // Who does not move waits for nobody. Of a run others must know whether it is paused.
    if (cell.held === null || cell.state === 'running' || cell.definition.kind.kind === 'workflow')
      this.#parts.deciders.observe(cell, at)
  }

  /** What concerns the hub itself: its life is recorded like any other. */
  #hub(signal: SignalDraft): Signal {
    const { hub } = this.#parts
    const before = hub.getSnapshot() as Snapshot
    hub.send({ type: signal.type })
    const after = hub.getSnapshot() as Snapshot
    signal.fromState = stateOf(before)
    signal.toState = stateOf(after)
    if (signal.type === 'hub.release') return signal
    if (before === after)
      return refuse(
        signal,
        { code: 'EVENT_REFUSED', message: `the hub is ${signal.toState}` },
        allowedEvents(after),
      )
    signal.name = `hub.${signal.toState}`
    return signal
  }

  #move(cell: Cell, signal: SignalDraft, envelope: Envelope, turn: Turn, isNew: boolean): void {
    if (signal.type === 'hub.timer' && !isSet(cell, signal)) {
      signal.toState = signal.fromState = cell.state
      refuse(signal, { code: 'STALE_TIMER', message: 'the timer was cancelled or set anew' })
      return
    }
    const step = cell.step(signal)
    const state = cell.stateOf(step.after)
    signal.toState = state
    signal.fromState = isNew ? null : cell.stateOf(step.before)
    if (step.thrown !== undefined) {
      this.#fault(cell, signal, step, turn)
      return
    }
    takeTimer(cell, signal)
    if (step.before === step.after && step.commands.length === 0) {
      if (isNew) this.#parts.population.ended(cell)
      const why = cell.definition.kind.why?.(step.before.context, signal) ?? {
        code: refusalOf(signal, 'EVENT_REFUSED'),
        message: `${state} does not take ${signal.type}`,
      }
      refuse(signal, why, allowedEvents(step.after))
      this.observe(cell, turn.at)
      const fault = faultOf(signal)
      if (fault !== undefined) this.#hold(cell, signal, fault, turn)
      return
    }
    if (state !== signal.fromState) signal.name = lifecycleName(cell.definition.kind, signal.fromState, state)
    const note = cell.definition.kind.note?.(step.after.context)
    if (note !== undefined) signal.stamp = note
    signal.final = step.after.status !== 'active'
    this.#settle(cell, signal)
    this.#timers(cell, signal, step, turn)
    this.#emit(cell, signal, step, turn)
    this.observe(cell, turn.at)
    if (signal.final) this.end(cell, signal, turn)
    // A task that waits for an operator: who waits for the task is told.
    else if (state === 'held' && state !== signal.fromState) turn.held.push(cell)
  }

  /** Brings the cell's own bookkeeping up to a signal that its machine took. */
  #settle(cell: Cell, signal: Signal): void {
    cell.seq = signal.seq
    if (signal.toState !== signal.fromState) cell.sinceSeq = signal.seq
    this.#parts.population.moved(cell, signal.seq)
  }

  /** An actor has ended with this signal. */
  end(cell: Cell, signal: Signal, turn: Turn): void {
    turn.endings.push({ cell, signal })
    if (signal.type === 'task.done') keepResult(cell, signal, turn)
    if (cell.hasCheckpoint) turn.ended.push(cell.address)
    this.#parts.population.ended(cell)
    this.#parts.deciders.ended(cell, signal)
  }

  #timers(cell: Cell, signal: Signal, step: Step, turn?: Turn): void {
    for (const command of step.commands) {
      if (command.type === 'timer.cancel') cell.timers?.delete(command.id)
      else if (command.type === 'timer.set') {
        const timer = {
          id: command.id,
          event: command.event,
          due: signal.at + command.delay,
          setSeq: signal.seq,
        }
        cell.setTimer(timer)
        if (turn !== undefined) this.#parts.timers.add(cell, timer)
      }
    }
  }

  #emit(cell: Cell, signal: Signal, step: Step, turn: Turn): void {
    let output = 0
    for (const command of step.commands) {
      if (command.type === 'send') turn.queue.push(this.#derive(cell, signal, step, command, output++, turn))
      else if (command.type === 'effect.start') turn.starts.push({ cell, turn: command.turn })
      else if (command.type === 'effect.stop')
        turn.stops.push({ task: cell.address, turn: command.turn, reason: command.reason })
    }
  }

  /** A message from a command; a fault to the sender itself where its data cannot be made. */
  #derive(cell: Cell, signal: Signal, step: Step, command: Send, output: number, turn: Turn): Envelope {
    const { definition } = cell
    try {
      const data =
        definition.materialise === undefined
          ? command.data
          : definition.materialise(
              step.after.context,
              command.event,
              command.data,
              lookFor(cell, this.#parts.journal, turn.signals),
            )
      const { to, event: type, priority, correlationId } = command
      return derived(cell, signal, { to, type, data, priority, correlationId }, output)
    } catch (error) {
      const failure = toFailure(error, 'MACHINE_FAULT') as unknown as Json
      return faultTo(cell, signal, { ...placeIn(command.data), error: failure }, output)
    }
  }

  /** A result that is there already; else the dispatcher's choice, made now where an agent is free and nobody waits before it. */
  #stamp(signal: SignalDraft, turn: Turn): void {
    const spec = signal.data as unknown as TaskCreate
    const dead = spec.mail === undefined ? undefined : this.#parts.deciders.undeliverable(signal)
    if (dead !== undefined) {
      signal.stamp = { dead: dead as unknown as Json }
      return
    }
    const known = spec.cache === undefined ? undefined : knownResult(spec, turn, this.#parts.journal)
    if (known !== undefined) {
      signal.data = { ...spec, output: known.output } as unknown as Json
      signal.stamp = { from: known.from }
      return
    }
    const agent = this.#parts.dispatcher.choose(signal.to, spec, signal.priority, turn.at)
    if (agent !== null) signal.stamp = { agent }
  }

  /** A throwing guard or action: nothing happened to the actor, and it is told so. */
  #fault(cell: Cell, signal: SignalDraft, step: Step, turn: Turn): void {
    const failure = toFailure(step.thrown, 'MACHINE_FAULT')
    const allowed = allowedEvents(step.after)
    refuse(signal, { code: 'MACHINE_FAULT', message: failure.message }, allowed)
    if (signal.type !== 'fault' && allowed.includes('fault')) {
      takeTimer(cell, signal)
      const data = { step: -1, error: failure as unknown as Json, seq: signal.seq }
      turn.queue.push(faultTo(cell, signal, data, 0))
      return
    }
    this.#hold(cell, signal, { reason: failure.message, signal: signal.seq }, turn)
  }

  /** From now on the actor does not move: its messages are kept until somebody acts. */
  #hold(cell: Cell, signal: Signal, hold: Omit<Hold, 'code'>, turn: Turn): void {
    const { population, dispatcher } = this.#parts
    cell.held = {
      code: signal.refused?.code === 'HOPS_EXCEEDED' ? 'HOPS_EXCEEDED' : 'MACHINE_FAULT',
      ...hold,
    }
    population.moved(cell, signal.seq)
    if (cell.state !== 'running') dispatcher.drop(cell.address)
    turn.held.push(cell)
  }

  /** A chain that is too long ends here; its sender is held, or told, so that nobody waits for ever. */
  #overrun(signal: SignalDraft, turn: Turn): Signal {
    const message = `more than ${this.#parts.maxHops} messages along one cause`
    refuse(signal, { code: 'HOPS_EXCEEDED', message })
    const { population } = this.#parts
    const waits = population.whoWaits(signal)
    const sender = population.find(waits)
    // Who cannot be brought back is held already, and must hear of it when it is.
    if (population.stranded().has(waits)) population.needs(waits, signal.seq)
    if (sender !== undefined && sender.held === null)
      this.#hold(
        sender,
        signal,
        { reason: `its message ${signal.type} to ${signal.to}`, signal: signal.seq },
        turn,
      )
    return signal
  }
}

/** Set when an actor was told that its machine threw, and could do nothing with it. */
export function faultOf(signal: Signal): Omit<Hold, 'code'> | undefined {
  if (signal.type !== 'fault' || signal.refused === null) return undefined
  const { seq, error } = signal.data as { seq?: number; error: { message: string } }
  return seq === undefined ? undefined : { reason: error.message, signal: seq }
}
