/**
 * Fold: every actor made anew from the records, one signal at a time, by its own machine and by nothing of what recovers a
 * runtime. What the machine emits must be what was recorded as caused by it. It reads no journal.
 */
import type { AnyActorRef } from 'xstate'
import { hubMachine } from '../../machines/hub.ts'
import { HUB, type Address } from '../../messages/address.ts'
import type { Send } from '../../messages/command.ts'
import type { Signal } from '../../messages/signal.ts'
import { Cell, firstSnapshot, type Hold } from '../../runtime/cell.ts'
import type { Batch, Checkpoint, PendingMessage } from '../../runtime/journal.ts'
import type { MemoryState } from '../../runtime/memory-journal.ts'
import { definitionsIn, isMigration, recordOf } from '../../runtime/migration.ts'
import type { Definitions } from '../../runtime/population.ts'
import { decode } from '../../runtime/record.ts'
import { createRoot, type Step } from '../../runtime/xstate.ts'
import { isMade, sentOf } from './sent.ts'

/** What a step caused, and nobody has recorded yet. */
interface Due {
  readonly cell: Cell
  /** Null: the actor is told that it threw. */
  readonly command: Send | null
}

export class Fold {
  readonly cells = new Map<Address, Cell>()
  /** Living actors whose definition nobody has here. */
  readonly unknown = new Set<Address>()
  /** What did not fold, in words. */
  readonly wrong: string[] = []
  readonly #definitions: () => Definitions
  readonly #root: AnyActorRef = createRoot(hubMachine)
  readonly #due = new Map<string, Due>()
  /** Committed, and not delivered yet. */
  readonly #pending = new Set<string>()
  /** What these cause is the hub's own. */
  readonly #terminations = new Set<number>()
  /** Delivered to one that did not take it: an operator may let it come again. */
  readonly #stumbled = new Set<string>()
  /** What is older was there before. */
  readonly #since: number

  /** `definitions`: those of the present process life. */
  constructor(base: MemoryState, definitions: () => Definitions) {
    this.#definitions = definitions
    const covered = new Map<Address, number>()
    for (const text of base.checkpoints.values()) {
      const checkpoint = JSON.parse(text) as Checkpoint
      covered.set(checkpoint.address, checkpoint.seq)
      this.#restore(checkpoint, base)
    }
    for (const text of base.pending.values())
      this.#pending.add(identityOf(JSON.parse(text) as PendingMessage))
    for (const record of base.records) {
      const signal = decode(record)
      // Whose payloads were erased has ended.
      // And a message too many holds its sender, wherever its recipient stands.
      const isNews = signal.seq > (covered.get(signal.to) ?? 0) || signal.refused?.code === 'HOPS_EXCEEDED'
      if (record.data !== null && isNews) this.#move(signal)
    }
    this.#since = base.records.at(-1)?.seq ?? base.anchor.seq
    this.#due.clear()
    // Of what was dropped before nothing can be told.
    this.wrong.length = 0
  }

  /** The record of an actor as a checkpoint would have it now. */
  text(address: Address): string | undefined {
    const cell = this.cells.get(address)
    return cell === undefined ? undefined : JSON.stringify(cell.checkpoint())
  }

  take({ signals, pending }: Batch): void {
    for (const signal of signals) {
      if (signal.causationId > 0) this.#recorded(signal)
      this.#move(signal)
    }
    for (const message of pending) {
      if (message.causationId > 0 && !this.#pending.has(identityOf(message))) this.#recorded(message)
      this.#pending.add(identityOf(message))
    }
    for (const [identity, { cell }] of this.#due)
      this.wrong.push(`${cell.address}: output ${identity} is neither recorded nor pending`)
    this.#due.clear()
  }

  #restore(checkpoint: Checkpoint, base: MemoryState): void {
    const { address, definition: ref, createdSeq } = checkpoint
    const record = base.records[createdSeq - base.anchor.seq - 1]
    const definition = this.#definitions().named(address, ref, () =>
      record === undefined ? undefined : decode(record),
    )
    if (definition === undefined) this.unknown.add(address)
    else this.cells.set(address, Cell.restored(definition, checkpoint, this.#root))
  }

  #move(signal: Signal): void {
    const { to, refused, fromState, toState, seq } = signal
    if (to === HUB) {
      if (signal.type === 'hub.release') this.#hold((signal.data as { address: Address }).address, null)
      return
    }
    if (refused?.code === 'HOPS_EXCEEDED') {
      const held = this.cells.get(signal.from) ?? this.cells.get(to)
      const reason = `its message ${signal.type} to ${to}`
      if (held?.held === null) held.held = { code: refused.code, reason, signal: seq }
    }
    if (refused !== null && signal.causationId > 0) this.#stumbled.add(identityOf(signal))
    if (toState === null) return
    if (isMigration(signal) && refused === null) {
      this.#migrated(signal)
      return
    }
    // Of one that ended and was erased.
    if (signal.data === null) this.unknown.add(to)
    const creates = fromState === null && (refused === null || refused.code === 'MACHINE_FAULT')
    const found = this.cells.get(to)
    const cell = found === undefined && creates && signal.data !== null ? this.#create(signal) : found
    if (this.unknown.has(to)) {
      if (signal.final) this.unknown.delete(to)
      return
    }
    if (cell === undefined) {
      if (refused === null) this.wrong.push(`signal ${seq}: ${to} takes ${signal.type}, and is not there`)
      return
    }
    if (refused !== null) this.#refused(cell, signal)
    else this.#taken(cell, signal)
  }

  /** From here on the actor is what the message says, whatever it was. */
  #migrated(signal: Signal): void {
    const { to: address, seq } = signal
    const { to: ref, state } = definitionsIn(signal)
    const definition = this.#definitions().named(address, ref, () => undefined)
    this.cells.delete(address)
    this.unknown.delete(address)
    if (definition === undefined) {
      this.unknown.add(address)
      return
    }
    const cell = Cell.restored(definition, recordOf(signal), this.#root)
    if (cell.state !== signal.toState)
      this.wrong.push(
        `signal ${seq}: ${address} is migrated to ${cell.state}, recorded is ${signal.toState ?? 'none'}`,
      )
    if (cell.state !== state) cell.sinceSeq = seq
    this.cells.set(address, cell)
  }

  #create(signal: Signal): Cell | undefined {
    const definition = this.#definitions().creating(signal)
    if (definition === undefined) {
      this.unknown.add(signal.to)
      return undefined
    }
    const cell = new Cell(definition, signal, firstSnapshot(definition), this.#root)
    this.cells.set(signal.to, cell)
    return cell
  }

  #taken(cell: Cell, signal: Signal): void {
    const { seq, toState, fromState } = signal
    // The hub ends a run itself: its machine says nothing.
    if (signal.type === 'workflow.terminate') {
      this.#terminations.add(seq)
      this.cells.delete(cell.address)
      return
    }
    const step = cell.step(signal)
    const state = cell.stateOf(step.after)
    if (step.thrown !== undefined) this.wrong.push(`signal ${seq}: the machine throws, which it had not done`)
    else if (state !== toState)
      this.wrong.push(`signal ${seq}: ${cell.address} comes to ${state}, recorded is ${toState}`)
    else if (step.before === step.after && step.commands.length === 0)
      this.wrong.push(`signal ${seq}: ${cell.address} does not take ${signal.type}, recorded is that it did`)
    this.#timers(cell, signal, step)
    cell.seq = seq
    if (toState !== fromState) cell.sinceSeq = seq
    let output = 0
    for (const command of step.commands)
      if (command.type === 'send') this.#due.set(`${seq} ${output++}`, { cell, command })
    const isOver = step.after.status !== 'active'
    if (isOver !== signal.final)
      this.wrong.push(`signal ${seq}: ${cell.address} has ${isOver ? '' : 'not '}ended`)
    if (signal.final) this.cells.delete(cell.address)
  }

  #refused(cell: Cell, signal: Signal): void {
    const { refused, seq } = signal
    const isTold = signal.type !== 'fault' && refused?.allowed.includes('fault') === true
    if (refused?.code === 'MACHINE_FAULT') {
      if (isTold) {
        fired(cell, signal)
        this.#due.set(`${seq} 0`, { cell, command: null })
      } else this.#hold(cell.address, { code: refused.code, reason: refused.message, signal: seq })
    } else if (refused?.code === 'EVENT_REFUSED') {
      fired(cell, signal)
      if (signal.type !== 'fault') return
      const fault = signal.data as { seq?: number; error: { message: string } }
      if (fault.seq !== undefined)
        this.#hold(cell.address, { code: 'MACHINE_FAULT', reason: fault.error.message, signal: fault.seq })
    }
  }

  #timers(cell: Cell, signal: Signal, { commands }: Step): void {
    fired(cell, signal)
    for (const command of commands) {
      if (command.type === 'timer.cancel') cell.timers?.delete(command.id)
      if (command.type !== 'timer.set') continue
      const { id, event, delay } = command
      cell.setTimer({ id, event, due: signal.at + delay, setSeq: signal.seq })
    }
  }

  #hold(address: Address, hold: Hold | null): void {
    const cell = this.cells.get(address)
    if (cell !== undefined) cell.held = hold
  }

  /** A message that somebody caused: by whom, and is it what that one's machine said? */
  #recorded(message: Signal | PendingMessage): void {
    const identity = identityOf(message)
    const due = this.#due.get(identity)
    if (this.#pending.delete(identity) || this.#stumbled.has(identity)) return
    if (due === undefined) {
      const isElse =
        message.causationId <= this.#since ||
        this.#terminations.has(message.causationId) ||
        this.unknown.has(message.from) ||
        this.unknown.has(message.to)
      if (!isElse)
        this.wrong.push(`output ${identity}, ${message.type} to ${message.to}: no machine said that`)
      return
    }
    this.#due.delete(identity)
    const { cell, command } = due
    // Where data cannot be made its sender is told.
    if (message.type === 'fault' && message.from === HUB && message.to === cell.address) return
    const made =
      command !== null &&
      cell.definition.materialise !== undefined &&
      isMade(cell.definition.stateOf !== undefined, command.event, command.data)
    if (
      command === null ||
      message.from !== cell.address ||
      message.to !== command.to ||
      message.type !== command.event ||
      (!made && JSON.stringify(sentOf(message)) !== JSON.stringify(command.data))
    )
      this.wrong.push(
        `output ${identity}: recorded is ${message.type} to ${message.to}, and the machine said otherwise`,
      )
  }
}

const identityOf = ({ causationId, output }: { causationId: number; output: number }): string =>
  `${causationId} ${output}`

/** A timer that fires is gone, unless it was set anew. */
function fired(cell: Cell, signal: Signal): void {
  if (signal.type !== 'hub.timer') return
  const { id, setSeq } = signal.data as { id: string; setSeq: number }
  if (cell.timers?.get(id)?.setSeq === setSeq) cell.timers.delete(id)
}
