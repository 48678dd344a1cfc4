/**
 * Flow runs: what the records say of runs of compiled workflows: what was asked for, what ran, how it ended, what was undone, what was
 * decided. Kept without any machine, so that one that is wrong does not hide it. It judges nothing.
 */
import type { Address } from '../../messages/address.ts'
import type { Flow } from '../../messages/flow.ts'
import type { Json } from '../../messages/json.ts'
import type { Signal } from '../../messages/signal.ts'
import { placesIn, type Place } from './flow-places.ts'
import type { Move } from './shade.ts'

/** One visit of a node, or one item of a map, that somebody was asked to do. */
export interface Deed {
  readonly address: Address
  readonly step: number
  readonly visit: number
  readonly item: number | null
  readonly seq: number
  /** It was at work, or may have been. */
  ran: boolean
  state: string
  /** When it ended, or its word was taken for it; 0 before. */
  endedSeq: number
  undoing: Undoing | null
}

/** How far undoing it has come. An operator's word counts as done. */
export interface Undoing {
  readonly address: Address
  state: 'open' | 'failed' | 'done'
}

/** What was said of a node: which case, once more or not, how many items; by the definition, or an operator. */
export interface Said {
  readonly seq: number
  readonly what: string | null
  readonly count: number
}

export interface FlowRun {
  readonly address: Address
  readonly flow: Flow
  /** By index. */
  readonly places: ReadonlyMap<number, Place>
  /** In the order in which they were asked for. */
  readonly deeds: Deed[]
  readonly said: Map<number, Said[]>
  /** Of a loop, when it went round. */
  readonly rounds: Map<number, number[]>
  readonly calledOff: { seq: number; compensate: boolean } | null
  state: string
  /** From then on nothing new begins; 0: it goes forward. */
  stopped: number
  pivotSeq: number
}

const FORWARD: ReadonlySet<string> = new Set(['pending', 'running', 'paused', 'held'])

export class FlowRuns {
  readonly runs = new Map<Address, FlowRun>()
  /** Who does what, and who undoes it. */
  readonly deeds = new Map<Address, { readonly run: FlowRun; readonly deed: Deed }>()
  readonly undoings = new Map<Address, { readonly run: FlowRun; readonly deed: Deed }>()

  apply({ signal, actor, isNew }: Move): void {
    const { to, type, data } = signal
    if (isNew && actor?.kind.flow !== undefined) this.#start(to, actor.kind.flow.flow)
    if (isNew) this.#begin(signal)
    if (type === 'workflow.compensate') this.#undo(to, to)
    this.#ended(signal)
    const run = this.runs.get(to)
    if (run === undefined) return
    run.state = signal.toState ?? ''
    if (run.stopped === 0 && !FORWARD.has(run.state)) run.stopped = signal.seq
    if (type === 'workflow.cancel') {
      const { compensate = true } = (data ?? {}) as { readonly compensate?: boolean }
      Object.assign(run, { calledOff: { seq: signal.seq, compensate } })
    }
    if (type === 'flow.decided') decided(run, signal)
    if (type === 'step.skip' || type === 'step.finish' || type === 'step.retry') byHand(run, signal)
    if (signal.final) this.runs.delete(to)
  }

  #start(address: Address, flow: Flow): void {
    const none = { deeds: [], said: new Map(), rounds: new Map(), calledOff: null }
    const places = placesIn(flow)
    this.runs.set(address, { address, flow, places, state: 'pending', stopped: 0, pivotSeq: 0, ...none })
  }

  #begin({ to, seq, data }: Signal): void {
    const { parent, step, visit = 1, item = null, undo } = (data ?? {}) as unknown as Spec
    const run = parent === undefined ? undefined : this.runs.get(parent)
    if (run === undefined || step === undefined) return
    if (undo === true) {
      const deed = run.deeds.find(one => one.step === step && one.visit === visit && one.item === item)
      if (deed !== undefined) this.#undo(deed.address, to)
      return
    }
    const fresh = { ran: false, state: '', endedSeq: 0, undoing: null }
    const deed: Deed = { address: to, step, visit, item, seq, ...fresh }
    run.deeds.push(deed)
    this.deeds.set(to, { run, deed })
  }

  #undo(done: Address, by: Address): void {
    const known = this.deeds.get(done)
    if (known === undefined) return
    known.deed.undoing = { address: by, state: 'open' }
    this.undoings.set(by, known)
  }

  #ended({ to, seq, toState, final }: Signal): void {
    const undone = this.undoings.get(to)
    if (undone !== undefined && final) {
      if (undone.deed.undoing !== null)
        undone.deed.undoing.state = toState === 'completed' || toState === 'compensated' ? 'done' : 'failed'
      this.undoings.delete(to)
      return
    }
    const known = this.deeds.get(to)
    if (known === undefined) return
    const { run, deed } = known
    deed.state = toState ?? ''
    // A run below it is done when it stays for what may come; its end is then that it was undone, or let go.
    const isRun = to.startsWith('workflow/')
    if (isRun ? toState === 'settled' : toState === 'running') deed.ran = true
    if (deed.endedSeq === 0 && (final || toState === 'settled')) deed.endedSeq = seq
    const { node } = run.places.get(deed.step) ?? {}
    if (final && toState === 'completed' && node?.kind === 'step' && node.pivot === true) run.pivotSeq = seq
    if (final && undone === undefined && isRun && toState !== 'completed') deed.ran = false
  }
}

interface Spec {
  readonly parent?: Address
  readonly step?: number
  readonly visit?: number
  readonly item?: number
  readonly undo?: boolean
}

function decided(run: FlowRun, { seq, data }: Signal): void {
  const {
    step,
    choice = null,
    list,
  } = data as { step: number; choice?: string | null; list?: readonly Json[] }
  note(run, step, { seq, what: choice, count: list?.length ?? 0 })
  if (choice === 'again' && run.places.get(step)?.node.kind === 'loop')
    run.rounds.set(step, [...(run.rounds.get(step) ?? []), seq])
}

function note(run: FlowRun, step: number, said: Said): void {
  run.said.set(step, [...(run.said.get(step) ?? []), said])
}

/** An operator goes on without it, or did it; or has it tried once more. */
function byHand(run: FlowRun, { seq, type, data }: Signal): void {
  const { step: name } = data as { readonly step: string }
  const place = [...run.places.values()].find(({ node }) => node.name === name)
  if (place === undefined) return
  const isRetry = type === 'step.retry'
  if (run.stopped === 0) {
    if (!isRetry) note(run, place.node.step, { seq, what: 'by hand', count: 0 })
    return
  }
  for (const deed of run.deeds) {
    if (deed.undoing?.state !== 'failed' || run.places.get(deed.step)?.owner !== place.owner) continue
    if (isRetry) deed.undoing = null
    else deed.undoing.state = 'done'
  }
}
