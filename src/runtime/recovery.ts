/**
 * Recovery: the same machines over the journal's tail. Checkpoints bring actors back, records since then are folded
 * into them one by one, and what they emit is compared with what was recorded instead of being released. Users' code
 * does not run here. Writes nothing.
 */
import { HUB, type Address } from '../messages/address.ts'
import type { Command } from '../messages/command.ts'
import type { Signal } from '../messages/signal.ts'
import { sentOf } from './cached.ts'
import type { Cell, Hold } from './cell.ts'
import type { Deciders } from './decider.ts'
import { faultOf, type Delivery } from './delivery.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Checkpoint, Journal, JournalState, PendingMessage } from './journal.ts'
import { isMigration } from './migration.ts'
import { rememberHeard } from './outputs.ts'
import { placeOf } from './parked-place.ts'
import type { Population } from './population.ts'
import { decode } from './record.ts'
import type { Waiting } from './slots.ts'
import type { Timers } from './timers.ts'
import { countUntold } from './untold.ts'
import type { Step } from './xstate.ts'

const PAGE = 2_000

export interface RecoveryParts {
  readonly journal: Journal
  readonly population: Population
  readonly delivery: Delivery
  readonly dispatcher: Dispatcher
  readonly deciders: Deciders
  readonly timers: Timers
}

export interface Recovered {
  /** Tasks whose handler ran when the last process life ended. */
  readonly interrupted: readonly Address[]
  readonly pending: readonly PendingMessage[]
  /** Signals folded into living actors. */
  readonly replayed: number
}

/**
 * Beyond `keep` actors in memory, tasks that wait for an agent or for others stay parked: only their places in the line are taken,
 * or what they wait for.
 */
export function recover(parts: RecoveryParts, state: JournalState, keep: number): Recovered {
  const { journal, population, timers, delivery, dispatcher } = parts
  const tail = readTail(journal, state.tailAfter)
  const { waiting, covered } = restore(parts, tail, keep)
  const pending = journal.pending()
  const replayed = replayTail(parts, tail, pending, covered)
  // Agents first, so that running tasks find their places; then tasks in the order in which they became ready.
  const cells = [...population.cells()].toSorted((a, b) => a.sinceSeq - b.sinceSeq)
  for (const cell of cells) if (cell.definition.kind.kind === 'agent') delivery.observe(cell, state.last.at)
  const line = waiting.toSorted((a, b) => b.seq - a.seq)
  const letIn = (before: number): void => {
    while ((line.at(-1)?.seq ?? before) < before) dispatcher.wait(line.pop() as Waiting)
  }
  for (const cell of cells) {
    letIn(cell.sinceSeq)
    if (cell.definition.kind.kind !== 'agent') delivery.observe(cell, state.last.at)
    if (cell.held === null) for (const timer of cell.timers?.values() ?? []) timers.add(cell, timer)
  }
  letIn(Number.POSITIVE_INFINITY)
  countUntold(parts, { tail, pending, at: state.last.at })
  const interrupted = cells.filter(cell => cell.definition.kind.kind === 'task' && cell.state === 'running')
  return { interrupted: interrupted.map(cell => cell.address), pending, replayed }
}

interface Restored {
  /** Places in the line of tasks that stay parked. */
  readonly waiting: readonly Waiting[]
  /** For actors that the tail speaks of: the position that their checkpoint has. */
  readonly covered: ReadonlyMap<Address, number>
}

/** Brings back what must not stay parked. */
function restore(
  { journal, population, deciders, dispatcher }: RecoveryParts,
  tail: readonly Signal[],
  keep: number,
): Restored {
  const last = new Map<Address, number>()
  for (const { to, seq } of tail) last.set(to, seq)
  const waiting: Waiting[] = []
  const covered = new Map<Address, number>()
  const isBehind = ({ address, seq }: Checkpoint): boolean => {
    const moved = last.get(address)
    if (moved !== undefined) covered.set(address, seq)
    return seq < (moved ?? 0)
  }
  for (const checkpoint of journal.checkpoints({ wake: true })) {
    dispatcher.shelf.recorded(checkpoint.address, checkpoint.state)
    const mayStay = !isBehind(checkpoint) && population.size >= keep
    const place = mayStay ? placeOf(checkpoint) : undefined
    const isIdle = place !== undefined || (mayStay && checkpoint.state === 'dead')
    // Who waits for an agent needs no more than its place in the line; but where it is a letter, it is known as one.
    const stays =
      isIdle && population.check(checkpoint) && (deciders.rest(checkpoint) || place?.state === 'queued')
    if (!stays) population.restore(checkpoint)
    else if (place !== undefined) waiting.push(place)
  }
  for (const checkpoint of journal.checkpoints({ wake: false })) {
    isBehind(checkpoint)
    population.check(checkpoint)
    dispatcher.shelf.recorded(checkpoint.address, checkpoint.state)
    deciders.parked(checkpoint)
  }
  return { waiting, covered }
}

function readTail(journal: Journal, tailAfter: number): Signal[] {
  const tail: Signal[] = []
  for (let after = tailAfter; ;) {
    const page = journal.read({ after, limit: PAGE })
    for (const record of page) tail.push(decode(record))
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return tail
    after = last.seq
  }
}

/** What the tail says of itself, before anything of it is folded. */
interface Outline {
  /** The last position at which an actor ended. */
  readonly ended: ReadonlyMap<Address, number>
  /** The last position at which one went on with another definition: all that he is from there on is recorded there. */
  readonly migrated: ReadonlyMap<Address, number>
  /** What each signal caused. */
  readonly derived: ReadonlyMap<number, readonly (Signal | PendingMessage)[]>
}

function outlineOf(tail: readonly Signal[], pending: readonly PendingMessage[]): Outline {
  const ended = new Map<Address, number>()
  const migrated = new Map<Address, number>()
  const derived = new Map<number, (Signal | PendingMessage)[]>()
  for (const signal of [...tail, ...pending]) {
    if ('final' in signal && signal.final) ended.set(signal.to, signal.seq)
    if ('seq' in signal && isMigration(signal) && signal.refused === null) migrated.set(signal.to, signal.seq)
    if (signal.causationId === 0) continue
    const siblings = derived.get(signal.causationId)
    if (siblings === undefined) derived.set(signal.causationId, [signal])
    else if (!isRepeated(signal, siblings)) siblings.push(signal)
  }
  return { ended, migrated, derived }
}

/** Folds the tail, but for actors that ended in it: their records stand as they are. */
function replayTail(
  parts: RecoveryParts,
  tail: readonly Signal[],
  pending: readonly PendingMessage[],
  covered: ReadonlyMap<Address, number>,
): number {
  const { population } = parts
  const { ended, migrated, derived } = outlineOf(tail, pending)
  let replayed = 0
  const first = tail[0]?.seq ?? 0
  for (const signal of tail) {
    if (signal.refused === null) parts.dispatcher.shelf.recorded(signal.to, signal.toState)
    // A sender that ended later was held, and released, in the tail; one that had ended held its recipient.
    const endedLater = (ended.get(signal.from) ?? 0) > signal.seq
    if (signal.to === HUB || (signal.refused?.code === 'HOPS_EXCEEDED' && !endedLater))
      restoreHold(population, signal, false)
    if (signal.to === HUB || signal.seq <= (ended.get(signal.to) ?? 0)) continue
    if (signal.seq < (migrated.get(signal.to) ?? 0)) continue
    // The tail may be longer than anybody needs: who is parked is not brought back for what its checkpoint has.
    if (signal.seq <= (covered.get(signal.to) ?? 0) && population.loaded(signal.to) === undefined) continue
    if (replayOne(parts, signal, derived.get(signal.seq), tail[signal.causationId - first])) replayed++
  }
  return replayed
}

/** Folds one signal into its recipient, unless it is in there already; no parked one has it. False where nothing moved. */
function replayOne(
  { population, delivery }: RecoveryParts,
  signal: Signal,
  caused: readonly (Signal | PendingMessage)[] | undefined,
  cause: Signal | undefined,
): boolean {
  if (isMigration(signal) && signal.refused === null) {
    if (signal.seq <= (population.loaded(signal.to)?.seq ?? 0)) return false
    return population.adopt(signal) !== undefined
  }
  const cell = population.find(signal.to)
  if (population.stranded().has(signal.to)) {
    // Its checkpoint does not have it: it must be read again when the definition is back.
    if (signal.refused === null) population.lacks(signal.to, signal.seq)
    else restoreHold(population, signal, caused !== undefined)
    return false
  }
  if (cell !== undefined && signal.seq <= cell.seq) return false
  const told = caused !== undefined
  const moved = delivery.replay(signal, told)
  if (signal.refused?.code !== 'HOPS_EXCEEDED') restoreHold(population, signal, told)
  if (moved === undefined) {
    if (signal.refused !== null) return false
    population.strand(signal.to, missing(signal))
    population.lacks(signal.to, signal.seq)
    return false
  }
  rememberHeard(moved.cell, signal, cause ?? null)
  const difference = compare(signal, moved.step, caused ?? [], moved.cell)
  if (difference !== null)
    population.strand(signal.to, { code: 'REPLAY_DIVERGED', reason: difference, signal: signal.seq })
  return true
}

/** What was delivered again after a release is still the same message. Outputs come in order, but for those. */
function isRepeated({ output }: PendingMessage | Signal, siblings: readonly { output: number }[]): boolean {
  return output <= (siblings.at(-1)?.output ?? -1) && siblings.some(other => other.output === output)
}

/** An actor that began in the tail, by a definition that is not registered now. */
function missing(signal: Signal): Hold {
  const started = (signal.data ?? {}) as { workflow?: string; version?: string; hash?: string }
  const { workflow = signal.to, version = '?', hash = '?' } = started
  return {
    code: 'VERSION_MISSING',
    reason: `${workflow} version ${version} (${hash}) is not registered`,
    signal: signal.seq,
  }
}

/** Holds are decisions of the hub: read from what it recorded. */
function restoreHold(population: Population, signal: Signal, told: boolean): void {
  const { seq, type, to, refused } = signal
  const code = refused?.code
  const fault = faultOf(signal)
  if (code === 'HOPS_EXCEEDED') {
    const hold = { code, reason: `its message ${type} to ${to}`, signal: seq }
    const held = population.whoWaits(signal)
    // It is the first message too many that it is held for.
    if ((population.find(held)?.held ?? null) === null) set(population, held, hold, seq)
  } else if (code === 'MACHINE_FAULT' && !told)
    set(population, to, { code, reason: refused?.message ?? '', signal: seq }, seq)
  else if (fault !== undefined) set(population, to, { code: 'MACHINE_FAULT', ...fault }, seq)
  else if (type === 'hub.release') set(population, (signal.data as { address: Address }).address, null, seq)
}

/** The hold is not in the checkpoint yet: of one that cannot be brought back, a later start must read it again. */
function set(population: Population, address: Address, hold: Hold | null, seq: number): void {
  const cell = population.find(address)
  if (population.stranded().has(address)) population.lacks(address, seq)
  if (cell === undefined) return
  cell.held = hold
  population.moved(cell, seq)
}

/** What the machine did now against what was recorded; null when they agree. */
function compare(
  signal: Signal,
  step: Step,
  recorded: readonly (Signal | PendingMessage)[],
  cell: Cell,
): string | null {
  if (step.thrown !== undefined) return `signal ${signal.seq}: the machine threw, which it had not done`
  const state = cell.stateOf(step.after)
  if (state !== signal.toState)
    return `signal ${signal.seq}: now ${state}, recorded ${String(signal.toState)}`
  const sent = step.commands.filter(command => command.type === 'send')
  if (sent.length !== recorded.length)
    return `signal ${signal.seq}: now ${sent.length} messages, recorded ${recorded.length}`
  const byOutput = recorded.toSorted((a, b) => a.output - b.output)
  for (const [index, command] of sent.entries()) {
    const other = byOutput[index]
    if (other === undefined || !sameMessage(command, other, cell))
      return `signal ${signal.seq}: message ${index} was ${other?.type ?? 'absent'} to ${other?.to ?? 'nobody'}`
  }
  return null
}

function sameMessage(
  command: Extract<Command, { type: 'send' }>,
  recorded: Signal | PendingMessage,
  cell: Cell,
): boolean {
  // Where the message could not be made, the sender was told instead: a decision that is copied, not made again.
  if (recorded.type === 'fault' && recorded.to === cell.address) return true
  if (recorded.type !== command.event || recorded.to !== command.to) return false
  // Data that the hub made from outputs and mappers is copied too; what was pruned cannot be compared.
  return (
    cell.definition.materialise !== undefined ||
    recorded.data === null ||
    JSON.stringify(sentOf(recorded)) === JSON.stringify(command.data)
  )
}
