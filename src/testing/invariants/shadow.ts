/**
 * Shadow: what every actor must be, folded from the durable signals, actor by actor, through the plain machines. It is an oracle:
 * nothing here may use the delivery, the live actors or the table of the runtime, nor the states that it recorded.
 */
import { hubMachine } from '../../machines/hub.ts'
import { HUB, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Batch } from '../../runtime/journal.ts'
import { isMigration } from '../../runtime/migration.ts'
import { decode } from '../../runtime/record.ts'
import type { Life } from '../host/life.ts'
import type { Setup, Stage } from '../host/stage.ts'
import { Books } from './books.ts'
import { Debts } from './debts.ts'
import { firstStanding, macrostep, nameOf, takes, type Macrostep, type Standing } from './macrostep.ts'
import { arm, migrated } from './migrated-shade.ts'
import { codeOf, untaken } from './policies.ts'
import type { Reader } from './reading.ts'
import { objectionTo } from './objections.ts'
import { isMade } from './sent.ts'
import { decidedByHub } from './termination.ts'
import { BARE, isHere, lifecycleName, sortOf, timerOf, type Move, type Shade, type Timer } from './shade.ts'

const shadows = new WeakMap<Stage, Shadow>()
const NEW_HUB = firstStanding(hubMachine, undefined)

export class Shadow {
  readonly stage: Stage
  readonly limits: Stage['limits']
  readonly books: Books
  readonly actors = new Map<Address, Shade>()
  /** Who lives, but began before the first record that is left. */
  readonly strangers = new Set<Address>()
  /** Who was ever brought to life. */
  readonly created = new Set<Address>()
  /** All that are set, of all actors; and all that ever were, by actor, name and the signal that set them. */
  readonly timers = new Set<Timer>()
  readonly settings = new Map<string, Timer>()
  readonly debts = new Debts()
  /** The state of the hub. */
  hub = 'recovering'
  #hub: Standing = NEW_HUB
  #setup: Setup = {}
  #position = -1
  #life: Life | undefined
  #batch: Batch | undefined
  readonly #readers: Reader[] = []

  /** The one of this simulation. */
  static of(stage: Stage): Shadow {
    const shadow = shadows.get(stage) ?? new Shadow(stage)
    shadows.set(stage, shadow)
    return shadow
  }

  private constructor(stage: Stage) {
    this.stage = stage
    this.limits = stage.limits
    this.books = new Books(stage)
  }

  get setup(): Setup {
    return this.#setup
  }

  join(reader: Reader): void {
    this.#readers.push(reader)
  }

  /** A process life begins. */
  begin(life: Life): void {
    if (life === this.#life) return
    this.#life = life
    this.#setup = this.stage.setup(life)
    if (this.#position !== this.stage.position) this.#load()
    this.#hub = NEW_HUB
    this.hub = 'recovering'
    this.books.begin(life)
  }

  /** Does it not move until somebody acts, or its definition is back? */
  isHeld(address: Address): boolean {
    const actor = this.actors.get(address)
    return actor !== undefined && (actor.hold !== null || !isHere(actor, this.#setup))
  }

  /** Nothing is under way in the hub, which runs: whatever is to come needs somebody who wakes it. */
  isQuiet(life: Life): boolean {
    return this.hub === 'running' && this.stage.scheduler.size === 0 && life.isUp && !life.doomed
  }

  /** Folds a batch, once, and tells every reader of each signal before the books have it. */
  take(batch: Batch, life: Life): void {
    if (batch === this.#batch) return
    this.#batch = batch
    const moves: Move[] = []
    for (const signal of batch.signals) {
      const move = this.#fold(signal)
      moves.push(move)
      for (const reader of this.#readers) reader.moved?.(move, life)
      this.books.apply(move)
    }
    this.#position = batch.signals.at(-1)?.seq ?? this.#position
    const delivered = batch.delivered.map(id => this.debts.drop(id))
    const overwritten = batch.pending.filter(({ id }) => this.debts.rows.has(id))
    for (const row of batch.pending) this.debts.keep(row)
    const taken = { batch, moves, delivered, overwritten, emitted: this.debts.takeEmitted() }
    for (const reader of this.#readers) reader.took?.(taken, life)
  }

  /** What a journal holds already where a simulation begins on it. */
  #load(): void {
    const { records, anchor, pending, checkpoints } = this.stage.state
    const signals = records.map(record => decode(record))
    this.#position = records.at(-1)?.seq ?? anchor.seq
    const ended = new Map<Address, number>()
    for (const { to, seq, final } of signals) if (final) ended.set(to, seq)
    const met = new Set<Address>()
    for (const signal of signals) {
      const { to, seq, refused } = signal
      // Of what has ended, payloads may be erased; and nobody asks.
      if (to !== HUB && seq <= (ended.get(to) ?? 0)) {
        if (signal.final) this.books.awaited.ended(signal)
        continue
      }
      met.add(to)
      const isStrange = to !== HUB && !this.actors.has(to) && sortOf(signal, this.#setup) === undefined
      if (isStrange && refused === null) this.strangers.add(to)
      this.books.apply(this.#fold(signal))
    }
    for (const address of checkpoints.keys()) if (!met.has(address)) this.strangers.add(address)
    this.debts.load(pending)
  }

  #fold(signal: Signal): Move {
    const { debts } = this
    const come = { arrived: debts.arrive(signal), isAgain: debts.isAgain(signal) }
    const bare: Move = { ...BARE, ...come, signal, name: signal.type }
    if (signal.to === HUB) return this.#toHub(bare)
    if (isMigration(signal)) return migrated(bare, this)
    if (this.strangers.has(signal.to)) {
      if (signal.final) this.strangers.delete(signal.to)
      return { ...bare, known: false }
    }
    if (signal.hops > this.limits.hops) return this.#overrun(bare)
    const found = this.actors.get(signal.to)
    const state = found?.state ?? null
    const objection = signal.causationId === 0 ? objectionTo(signal, this) : undefined
    if (objection !== undefined) return { ...bare, from: state, to: state, refusal: objection }
    const actor = found ?? this.#create(signal)
    if (actor === undefined) return { ...bare, refusal: codeOf(signal, 'RECIPIENT_UNKNOWN') }
    const isNew = found === undefined
    const timer = signal.type === 'hub.timer' ? timerOf(actor, signal) : undefined
    const from = isNew ? null : actor.state
    const met = { ...bare, actor, isNew, from, timer, wasHeld: actor.hold !== null }
    return this.#step(met, actor)
  }

  #toHub(bare: Move): Move {
    const { signal } = bare
    const from = this.hub
    if (signal.type === 'hub.release') {
      this.#release((signal.data as { readonly address: Address }).address)
      return { ...bare, from, to: from }
    }
    const { after } = macrostep(hubMachine, this.#hub, { type: signal.type })
    if (after === this.#hub)
      return { ...bare, from, to: from, refusal: 'EVENT_REFUSED', allowed: takes(after) }
    this.#hub = after
    this.hub = nameOf(after.value)
    return { ...bare, from, to: this.hub, name: `hub.${this.hub}` }
  }

  #create(signal: Signal): Shade | undefined {
    const kind = sortOf(signal, this.#setup)
    if (kind === undefined) return undefined
    const { to: address, correlationId, priority, depth } = signal
    const sort = address.slice(0, address.indexOf('/')) as Shade['sort']
    const standing = kind.first
    const state = kind.name(standing)
    const known = { address, kind, sort, correlationId, priority, depth, standing, state }
    const actor: Shade = { ...known, timers: new Map(), hold: null, overrun: [] }
    this.actors.set(address, actor)
    this.created.add(address)
    return actor
  }

  #step(met: Move, actor: Shade): Move {
    const { signal, timer, isNew } = met
    const byHub = decidedByHub(met, actor, this)
    if (byHub?.final === true) this.#end(actor)
    if (byHub !== undefined) return byHub
    if (signal.type === 'hub.timer' && timer === undefined)
      return { ...met, to: actor.state, refusal: 'STALE_TIMER' }
    const { standing: before } = actor
    const event = timer === undefined ? signal : { ...signal, type: timer.event }
    const step = macrostep(actor.kind.machine, before, event)
    if (step.thrown !== undefined) return this.#thrown(met, actor)
    if (timer !== undefined) this.#unset(timer)
    if (step.after === before && step.commands.length === 0) {
      if (isNew) this.actors.delete(actor.address)
      const told = signal.type === 'fault' ? (signal.data as { readonly seq?: number }).seq : undefined
      if (told !== undefined) actor.hold = this.#recorded(told) ?? signal
      const refusal = untaken(actor.sort, before.context, signal)
      return { ...met, to: actor.state, refusal, allowed: takes(before) }
    }
    actor.standing = step.after
    actor.state = actor.kind.name(step.after)
    const final = step.after.status !== 'active'
    this.#carryOut(actor, signal, step)
    if (final) this.#end(actor)
    const name = met.from === actor.state ? signal.type : lifecycleName(actor, met.from)
    return { ...met, to: actor.state, name, final, commands: step.commands }
  }

  #carryOut(actor: Shade, signal: Signal, { commands }: Macrostep): void {
    let output = 0
    for (const command of commands) {
      if (command.type === 'timer.cancel') this.#unset(actor.timers.get(command.id))
      else if (command.type === 'timer.set') {
        this.#unset(actor.timers.get(command.id))
        const { id, event, delay } = command
        arm(this, { actor, id, event, due: signal.at + delay, setSeq: signal.seq })
      } else if (command.type === 'send') {
        const { to, event, data, priority: urgency, correlationId } = command
        this.debts.owe(actor, signal, {
          to,
          type: event,
          data,
          from: actor.address,
          output: output++,
          isMade: actor.sort === 'workflow' && isMade(actor.kind.flow !== undefined, event, data),
          urgency,
          correlationId,
        })
      }
    }
  }

  #unset(timer: Timer | undefined): void {
    if (timer === undefined) return
    timer.actor.timers.delete(timer.id)
    this.timers.delete(timer)
  }

  #end(actor: Shade): void {
    for (const timer of actor.timers.values()) this.timers.delete(timer)
    this.actors.delete(actor.address)
  }

  /** A machine that threw is told so, where it listens to that; else it is held. */
  #thrown(met: Move, actor: Shade): Move {
    const { signal, timer } = met
    const allowed = takes(actor.standing)
    if (signal.type !== 'fault' && allowed.includes('fault')) {
      this.#unset(timer)
      const data: Json = { step: -1, seq: signal.seq }
      this.debts.owe(actor, signal, {
        to: actor.address,
        type: 'fault',
        data,
        from: HUB,
        output: 0,
        isMade: true,
      })
    } else actor.hold = signal
    return { ...met, to: actor.state, refusal: 'MACHINE_FAULT', allowed }
  }

  /** Somebody waits for what does not go on: its sender, or else its recipient, does not move. */
  #overrun(bare: Move): Move {
    const { signal } = bare
    const sender = this.actors.get(signal.from) ?? this.actors.get(signal.to)
    if (sender !== undefined && sender.hold !== null && sender.address === signal.from)
      sender.overrun.push(signal)
    else if (sender !== undefined) sender.hold ??= signal
    return { ...bare, refusal: 'HOPS_EXCEEDED' }
  }

  #release(address: Address): void {
    const actor = this.actors.get(address)
    if (actor === undefined || actor.hold === null) return
    const { hold } = actor
    actor.hold = null
    // Which agent gets a task is decided anew.
    if (hold.type !== 'task.start') this.debts.repeat(hold)
    for (const late of actor.overrun.splice(0)) this.debts.repeat(late)
  }

  #recorded(seq: number): Signal | undefined {
    const { records, anchor } = this.stage.state
    const record = records[seq - anchor.seq - 1]
    return record === undefined ? undefined : decode(record)
  }
}
