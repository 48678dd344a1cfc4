/**
 * Cell: where an actor lives in the hub: the live XState actor, and what the hub must know of it beside.
 * It moves the actor and makes checkpoints; it routes nothing and writes nothing.
 */
import type { ActorRefLike } from 'xstate'
import type { Definition } from '../actors/kind.ts'
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Priority } from '../messages/message.ts'
import type { Signal } from '../messages/signal.ts'
import type { Checkpoint, TimerRecord } from './journal.ts'
import { timerEventOf } from './timer-signal.ts'
import { initialSnapshot, LiveActor, persist, restore, stateOf, type Snapshot, type Step } from './xstate.ts'

/** Why an actor is held; `signal` is the message to deliver again when it is released. */
export interface Hold {
  readonly code: string
  readonly reason: string
  readonly signal: number
}

const initials = new WeakMap<Definition, Snapshot>()

/** The first snapshot of a definition, made once and shared by all its actors. */
export function firstSnapshot(definition: Definition): Snapshot {
  const known = initials.get(definition)
  if (known !== undefined) return known
  const made = initialSnapshot(definition.machine, definition.input)
  initials.set(definition, made)
  return made
}

export class Cell {
  readonly address: Address
  readonly definition: Definition
  readonly correlationId: string
  readonly priority: Priority
  readonly createdSeq: number
  readonly live: LiveActor
  /** The last signal folded into it. */
  seq: number
  /** The signal with which it entered its present state. */
  sinceSeq: number
  /** The first signal since its checkpoint; 0 when the checkpoint is up to date. */
  dirtySince = 0
  hasCheckpoint = false
  depth: number
  timers: Map<string, TimerRecord> | null = null
  held: Hold | null = null
  /** What it heard of its steps, by position: beside the snapshot, and only a cache of what is recorded. */
  heard: Map<number, Json> | null = null
  /** Of a run that undoes: where its tasks were created, as far as its records were read. */
  made: { upTo: number; readonly seqs: Map<Address, number> } | null = null

  constructor(
    definition: Definition,
    create: Pick<Signal, 'to' | 'correlationId' | 'priority' | 'seq' | 'depth'>,
    snapshot: Snapshot,
    parent: ActorRefLike,
  ) {
    this.address = create.to
    this.definition = definition
    this.correlationId = create.correlationId
    this.priority = create.priority
    this.createdSeq = create.seq
    this.seq = create.seq
    this.sinceSeq = create.seq
    this.depth = create.depth
    this.live = new LiveActor(definition.machine, snapshot, parent, create.to)
  }

  static restored(definition: Definition, checkpoint: Checkpoint, parent: ActorRefLike): Cell {
    const snapshot = restore(definition.machine, checkpoint.snapshot, context => definition.thaw(context))
    const { address: to, correlationId, priority, createdSeq, depth } = checkpoint
    const cell = new Cell(
      definition,
      { to, correlationId, priority, seq: createdSeq, depth },
      snapshot,
      parent,
    )
    cell.seq = checkpoint.seq
    cell.sinceSeq = checkpoint.sinceSeq
    cell.hasCheckpoint = true
    cell.held = checkpoint.held as Hold | null
    for (const timer of checkpoint.timers) cell.setTimer(timer)
    return cell
  }

  /** Why it does not move until somebody acts: the hub holds it, or it holds itself. */
  get hold(): Hold | null {
    if (this.held !== null) return this.held
    const [step] = this.definition.run?.held?.(this.snapshot.context) ?? []
    if (step !== undefined) {
      const code = step.undo ? 'COMPENSATION_HELD' : 'STEP_HELD'
      return { code, reason: `step ${step.step} waits for an operator`, signal: this.sinceSeq }
    }
    if (this.definition.kind.kind !== 'task' || this.state !== 'held') return null
    return { code: 'INTERRUPTED', reason: 'interrupted; onInterrupted is "hold"', signal: this.sinceSeq }
  }

  get snapshot(): Snapshot {
    return this.live.snapshot
  }

  get state(): string {
    return this.stateOf(this.live.snapshot)
  }

  /** What a state of it is called. */
  stateOf(snapshot: Snapshot): string {
    return this.definition.stateOf?.(snapshot) ?? stateOf(snapshot)
  }

  /** One macrostep; what came of it is for the caller to carry out. */
  step(signal: Signal): Step {
    const timerEvent = timerEventOf(signal)
    const event = timerEvent === undefined ? signal : { ...signal, type: timerEvent }
    return this.live.step(event, signal.seq === this.createdSeq)
  }

  setTimer(timer: TimerRecord): void {
    this.timers ??= new Map()
    this.timers.set(timer.id, timer)
  }

  checkpoint(): Checkpoint {
    const { snapshot } = this
    const { definition } = this
    const { state } = this
    return {
      address: this.address,
      definition: definition.ref,
      seq: this.seq,
      createdSeq: this.createdSeq,
      sinceSeq: this.sinceSeq,
      correlationId: this.correlationId,
      priority: this.priority,
      state,
      snapshot: persist(snapshot, definition.freeze(snapshot.context)),
      timers: this.timers === null ? [] : [...this.timers.values()],
      depth: this.depth,
      wake:
        definition.kind.wakes(state) || (this.timers !== null && this.timers.size > 0) || this.held !== null,
      held: this.held as Json,
    }
  }
}
