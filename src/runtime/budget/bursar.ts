/**
 * Bursar: tells budgets which attempts are over, and that what they are for has ended. What an attempt has left open is spent in full, for
 * nobody knows better; the time that it ran is charged with it. A decider: it keeps which budgets live and what they hold, rebuilt
 * at a start from them.
 */
import { exhausted } from '../../actors/budget.ts'
import type { Why } from '../../actors/kind.ts'
import { hindrance, type BudgetContext, type BudgetEvent, type Hold } from '../../machines/budget.ts'
import type { TaskContext } from '../../machines/task.ts'
import { BUDGETS, kindOf, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { Signal } from '../../messages/signal.ts'
import { attemptsOf } from '../attempts.ts'
import type { Cell } from '../cell.ts'
import type { Decider, Gone } from '../decider.ts'
import { input, type Envelope } from '../envelope.ts'
import type { Journal, Standing } from '../journal.ts'
import type { Population } from '../population.ts'
import { decode } from '../record.ts'
import { Scopes } from './scopes.ts'

/** An attempt that holds something of a budget. */
interface Holder {
  readonly budget: Address
  readonly task: Address
  readonly turn: number
  /** Since when it holds something. */
  readonly since: number
  /** What was recorded when it was first seen: all that there is of earlier process lives, where it is of one of them. */
  readonly known: Standing['last']
  /** When it ended; undefined while it runs. */
  endedAt: number | undefined
  startedAt: number
}

export class Bursar implements Decider {
  readonly wakeAt = Number.POSITIVE_INFINITY
  readonly scopes = new Scopes()
  readonly #population: Population
  readonly #journal: Journal
  /** By task: of each attempt of it that holds something. */
  readonly #holders = new Map<Address, Holder[]>()
  /** They have begun to hold something, or may have ended before that was seen. */
  readonly #unsure = new Set<Holder>()
  readonly #over: Holder[] = []
  /** Budgets whose run or task has ended. */
  readonly #done = new Set<Address>()
  readonly #budgets = new Set<Address>()
  /** Of attempts of this process life: how long they have waited for somebody outside. */
  readonly #waited = new Map<string, () => number>()

  constructor({ population, journal }: { population: Population; journal: Journal }) {
    this.#population = population
    this.#journal = journal
  }

  /** All that live. */
  get budgets(): ReadonlySet<Address> {
    return this.#budgets
  }

  /** An attempt begins in this process life; it can say for how long it has waited for others, which is no time of its. */
  waits(task: Address, turn: number, waited: () => number): void {
    this.#waited.set(nameOf({ task, turn }), waited)
  }

  /** It could not begin. */
  waitsNot(task: Address, turn: number): void {
    const holds = this.#holders.get(task)?.some(holder => holder.turn === turn)
    if (holds !== true) this.#waited.delete(nameOf({ task, turn }))
  }

  /** How long attempts have run that are under way in this budget, in milliseconds. */
  running(budget: Address, at: number): number {
    let sum = 0
    for (const holders of this.#holders.values())
      for (const holder of holders)
        if (holder.endedAt === undefined && this.#isIn(holder, budget)) sum += this.#timeOf(holder, at)
    return sum
  }

  #isIn(holder: Holder, budget: Address): boolean {
    for (const { address } of this.above(holder.budget)) if (address === budget) return true
    return false
  }

  observe(cell: Cell, at: number): void {
    const { kind } = cell.definition.kind
    if (kind === 'budget') this.#budget(cell)
    else if (kind === 'task' && this.#holders.size > 0) this.#task(cell, at)
  }

  ended({ address }: Gone, signal: Signal): void {
    for (const holder of this.#holders.get(address) ?? []) this.#end(holder, signal.at)
    const budget = this.scopes.of(address)
    if (budget !== undefined) this.#done.add(budget)
  }

  /** For whom it is too late, and what there is too little of in a budget above: whoever is below cannot know. */
  objection(signal: Signal): Why | undefined {
    if (signal.type !== 'budget.reserve' && signal.type !== 'budget.charge') return undefined
    const { task, turn } = signal.data as { readonly task?: Address; readonly turn?: number }
    if (task !== undefined && !this.#runs(task, turn))
      return { code: 'STALE_ATTEMPT', message: `attempt ${turn} of ${task} is over`, details: { task } }
    for (const { address, context } of this.above(signal.to)) {
      const lack = hindrance(context, signal as unknown as BudgetEvent)
      if (lack !== undefined) return exhausted(address, lack)
    }
    return undefined
  }

  /** A budget, and all above it. */
  *above(budget: Address): Generator<{ readonly address: Address; readonly context: BudgetContext }> {
    const met = new Set<Address>()
    for (let at: Address | undefined = budget; at !== undefined && !met.has(at);) {
      const context = this.contextOf(met.add(at) && at)
      if (context === undefined) return
      yield { address: at, context }
      at = context.spec?.parent
    }
  }

  hasWork(): boolean {
    return this.#over.length > 0 || this.#unsure.size > 0 || this.#done.size > 0
  }

  next(): Envelope | undefined {
    for (const holder of this.#unsure) this.#ascertain(holder)
    for (let holder = this.#over[0]; holder !== undefined; holder = this.#over[0]) {
      const settle = this.#settling(holder)
      if (settle !== undefined) return settle
      this.#over.shift()
      this.#forget(holder)
    }
    for (const budget of this.#done) {
      this.#done.delete(budget)
      const context = this.contextOf(budget)
      if (context !== undefined && Object.keys(context.holds).length === 0)
        return word(budget, 'budget.close', {})
    }
    return undefined
  }

  #budget({ address, snapshot }: Cell): void {
    const { spec, holds, endedAt } = snapshot.context as BudgetContext
    if (endedAt > 0) {
      this.#budgets.delete(address)
      if (spec?.of !== undefined) this.scopes.leave(spec.of, address)
      return
    }
    if (!this.#budgets.has(address)) {
      this.#budgets.add(address)
      if (spec?.of !== undefined) this.scopes.enter(spec.of, address)
    }
    for (const { task, turn, since } of Object.values(holds))
      if (task !== undefined && turn !== undefined) this.#hold(address, task as Address, turn, since)
    // What it is for may have ended while something was held.
    const isOver = spec?.of !== undefined && Object.keys(holds).length === 0 && this.#hasEnded(spec.of)
    if (isOver) this.#done.add(address)
  }

  #hold(budget: Address, task: Address, turn: number, since: number): void {
    const holders = this.#holders.get(task) ?? []
    if (holders.some(known => known.turn === turn && known.budget === budget)) return
    const holder: Holder = {
      budget,
      task,
      turn,
      since,
      known: this.#journal.standing().last,
      endedAt: undefined,
      startedAt: since,
    }
    this.#holders.set(task, [...holders, holder])
    this.#unsure.add(holder)
  }

  #task({ address, state, snapshot }: Cell, at: number): void {
    const context = snapshot.context as TaskContext
    for (const holder of this.#holders.get(address) ?? []) this.#stands(holder, state, context, at)
  }

  #stands(holder: Holder, state: string, context: TaskContext, at: number): void {
    if (holder.endedAt !== undefined) return
    if (state === 'running' && context.turn === holder.turn) {
      holder.startedAt = context.startedAt
      return
    }
    // Of one that was interrupted nobody knows when it ended: it ran as long as it was seen to.
    this.#end(holder, this.#waited.has(nameOf(holder)) ? at : this.#lastSeen(holder))
  }

  #end(holder: Holder, at: number): void {
    if (holder.endedAt !== undefined) return
    holder.endedAt = at
    this.#over.push(holder)
  }

  /** Does it run? Asked once what came with it is there, also for what was left when a process ended. */
  #ascertain(holder: Holder): void {
    this.#unsure.delete(holder)
    const running = this.#runs(holder.task, holder.turn)
    if (running !== undefined) {
      holder.startedAt = running.startedAt
      return
    }
    const attempt = attemptsOf(this.#journal, holder.task)?.find(({ turn }) => turn === holder.turn)
    holder.startedAt = attempt?.startedAt ?? holder.since
    const wasInterrupted = attempt?.outcome === 'interrupted' || typeof attempt?.endedAt !== 'number'
    this.#end(holder, wasInterrupted ? this.#lastSeen(holder) : (attempt?.endedAt ?? holder.since))
  }

  /** The last record of the process life in which it ran. */
  #lastSeen({ budget: actor, task, turn, since, known }: Holder): number {
    const begun = this.#journal
      .query({ actor, types: ['budget.reserve'], since, until: since })
      .find(({ data, refused }) => refused === null && isOf(data as unknown as Hold, { task, turn }))
    const [start] = this.#journal.query({ types: ['hub.start'], after: begun?.seq ?? 0, limit: 1 })
    if (start === undefined || start.seq > known.seq) return Math.max(since, known.at)
    // What was due meanwhile is told just before the hub starts: that is of the life after it.
    let last = this.#journal.get(start.seq - 1)
    while (last?.at === start.at && decode(last).type === 'hub.timer') last = this.#journal.get(last.seq - 1)
    return Math.max(since, last?.at ?? since)
  }

  /** The next of what an attempt that is over still holds. */
  #settling(holder: Holder): Envelope | undefined {
    const { holds = {} } = this.contextOf(holder.budget) ?? {}
    const open = Object.entries(holds).find(([, hold]) => isOf(hold, holder))
    if (open === undefined) return undefined
    const [key, { amounts, attempt }] = open
    const time = attempt === true ? { time: this.#timeOf(holder, holder.endedAt ?? holder.since) } : {}
    return word(holder.budget, 'budget.settle', { key, amounts: { ...amounts, ...time } })
  }

  #timeOf(holder: Holder, at: number): number {
    const waited = this.#waited.get(nameOf(holder))?.() ?? 0
    return Math.max(0, Math.round(at - holder.startedAt - waited))
  }

  #forget({ task, turn, budget }: Holder): void {
    const left = (this.#holders.get(task) ?? []).filter(each => each.turn !== turn || each.budget !== budget)
    if (left.length === 0) this.#holders.delete(task)
    else this.#holders.set(task, left)
    this.#waited.delete(nameOf({ task, turn }))
  }

  /** The task, where that attempt of it is under way. */
  #runs(task: Address, turn: number | undefined): TaskContext | undefined {
    const cell = this.#population.find(task)
    const context = cell?.snapshot.context as TaskContext | undefined
    return cell?.state === 'running' && context?.turn === turn ? context : undefined
  }

  /** As it is now; undefined where it is not there any more. */
  contextOf(budget: Address): BudgetContext | undefined {
    return this.#population.find(budget)?.snapshot.context as BudgetContext | undefined
  }

  /** It is there no more; one that was never there may still come. */
  #hasEnded(of: Address): boolean {
    if (this.#population.lives(of)) return false
    const type = kindOf(of) === 'task' ? 'task.create' : 'workflow.start'
    return this.#journal.query({ actor: of, types: [type] }).some(({ refused }) => refused === null)
  }
}

const nameOf = ({ task, turn }: Pick<Holder, 'task' | 'turn'>): string => `${task} ${turn}`

const isOf = ({ task, turn }: Hold, holder: Pick<Holder, 'task' | 'turn'>): boolean =>
  task === holder.task && turn === holder.turn

const word = (to: Address, type: string, data: Json): Envelope =>
  input({ type, to, from: BUDGETS, data, correlationId: to })
