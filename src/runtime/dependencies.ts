/**
 * Dependencies: tells each task that waits for others how those ended, and why; knows which circle a new edge would close, and how
 * long the chain of work below each task is. A decider: what it keeps is a projection of those that wait, and the journal knows
 * what ended before. It starts nothing and blocks nobody: the task itself does.
 */
import type { Why } from '../actors/kind.ts'
import type { Reason } from '../errors.ts'
import { edgesOf, type GroupContext } from '../machines/group.ts'
import type { TaskContext } from '../machines/task.ts'
import { kindOf, type Address } from '../messages/address.ts'
import type { GroupAdd, GroupCreate } from '../messages/group.ts'
import type { Signal } from '../messages/signal.ts'
import type { TaskCreate } from '../messages/task.ts'
import type { Cell } from './cell.ts'
import type { Decider, Gone } from './decider.ts'
import type { Envelope } from './envelope.ts'
import { dependencyInput } from './inputs.ts'
import type { Checkpoint, Journal } from './journal.ts'
import { lastEnding, taskOutcome } from './outcome.ts'
import { Paths } from './paths.ts'
import type { Population } from './population.ts'
import { nameOf, Waits } from './waits.ts'

/** Links of a chain of reasons that are told: the nearest, and the root. */
const MAX_REASONS = 100
const KINDS: readonly string[] = ['task', 'workflow', 'group']

/** What is to be told of one that ended, to whom. */
interface Word {
  readonly on: Address
  readonly ending: Signal
  readonly dependents: readonly Address[]
  told: number
}

export class Dependencies implements Decider {
  readonly wakeAt = Number.POSITIVE_INFINITY
  readonly #population: Population
  readonly #journal: Journal
  readonly #onPath: (address: Address, length: number) => void
  readonly #waits = new Waits()
  readonly #paths = new Paths(this.#waits)
  /** Waited for since just now: they may have ended before. */
  readonly #asked = new Set<Address>()
  /** Ended in this turn: the journal does not know it yet. */
  readonly #fresh = new Map<Address, Signal>()
  readonly #words: Word[] = []

  /** `onPath` hears when the chain below a task that waits for no other has another length; of others `pathOf` knows it. */
  constructor(
    population: Population,
    journal: Journal,
    onPath: (address: Address, length: number) => void = () => {},
  ) {
    this.#population = population
    this.#journal = journal
    this.#onPath = onPath
  }

  /** Tasks that wait for others. */
  get waiting(): number {
    return this.#waits.size
  }

  observe({ address, definition, state, snapshot }: Cell): void {
    if (definition.kind.kind !== 'task') return
    const { waitsFor, spec } = snapshot.context as TaskContext
    this.#stands(address, state === 'pending' ? waitsFor : [], spec)
    // It has a place in a line from now on, and others may have waited for it from before it was there.
    if (state === 'queued' && this.#waits.hasDependents(address)) this.#paths.note(address)
  }

  /** One that stays parked only waits for others: its edges are all that is needed of it. */
  rest({ address, state, held, timers, snapshot }: Checkpoint): boolean {
    if (kindOf(address) !== 'task' || state !== 'pending' || held !== null || timers.length > 0) return false
    const { waitsFor, spec } = (snapshot as unknown as { context: TaskContext }).context
    if (waitsFor.length === 0) return false
    this.#stands(address, waitsFor, spec)
    return true
  }

  ended({ address, definition }: Gone, signal: Signal): void {
    if (!KINDS.includes(definition.kind.kind)) return
    this.#fresh.set(address, signal)
    this.#stands(address, [], null)
    this.#tell(address, signal)
    this.#paths.drop(address)
  }

  committed(): void {
    if (this.#fresh.size > 0) this.#fresh.clear()
  }

  hasWork(): boolean {
    return this.#words.length > 0 || this.#asked.size > 0 || this.#paths.hasChanged
  }

  next(): Envelope | undefined {
    for (const on of this.#asked) this.#lookUp(on)
    for (const address of this.#paths.takeChanged()) this.#onPath(address, this.pathOf(address))
    for (let word = this.#words[0]; word !== undefined; word = this.#words[0]) {
      const { on, ending } = word
      const dependent = word.dependents[word.told++]
      if (dependent === undefined) this.#words.shift()
      // It may have ended since, or have heard of it from an earlier process life.
      else if (this.#waits.waits(dependent).includes(on))
        return dependencyInput(dependent, on, endingOf(on, ending), this.#population.find(dependent))
    }
    return undefined
  }

  /** Tasks in the longest chain of those that wait for this one, itself included; more where its run says so. */
  pathOf(address: Address): number {
    const own = this.#population.loaded(address)?.snapshot.context as Partial<TaskContext> | undefined
    return Math.max(own?.spec?.path ?? 1, this.#paths.length(address))
  }

  /** What would wait for itself never begins. Spelled in the order of work and back to its start: `a → b → a`. */
  objection(signal: Signal): Why | undefined {
    const circle = this.#circleOf(signal)
    return circle === undefined
      ? undefined
      : { code: 'CYCLE', message: circle.map(address => nameOf(address)).join(' → ') }
  }

  #circleOf({ type, to, data }: Signal): Address[] | undefined {
    if (type === 'group.create') {
      const { tasks, mode } = data as unknown as GroupCreate
      return this.#waits.circle(edgesOf(tasks, mode, undefined), () => to)
    }
    if (type === 'group.add') {
      const group = this.#contextOf(to) as GroupContext | undefined
      const { tasks } = data as unknown as GroupAdd
      return this.#waits.circle(edgesOf(tasks, group?.mode, group?.names.at(-1)), () => to)
    }
    if (type !== 'task.create' && type !== 'task.depend') return undefined
    const { after, parent } = data as Partial<TaskCreate>
    if (after === undefined || after.length === 0) return undefined
    const mine =
      type === 'task.create' ? parent : (this.#contextOf(to) as TaskContext | undefined)?.spec?.parent
    return this.#waits.circle(new Map([[to, after]]), () => groupOf(mine))
  }

  #stands(address: Address, after: readonly Address[], spec: TaskCreate | null): void {
    // Most wait for nobody, and never did.
    if (after.length === 0 && this.#waits.waits(address).length === 0) return
    const { came, went } = this.#waits.set(address, after, {
      group: groupOf(spec?.parent),
      own: spec?.path,
    })
    for (const on of went) this.#paths.forget(on, !this.#waits.hasDependents(on))
    for (const on of came) {
      // The first to wait for it: it may have ended, or be nobody yet.
      const isFirst = only(this.#waits.dependents(on))
      this.#paths.forget(on, isFirst)
      this.#asked.add(on)
    }
  }

  /** Has it ended already? Asked once it is waited for, and after all that came with it is there. */
  #lookUp(on: Address): void {
    this.#asked.delete(on)
    const fresh = this.#fresh.get(on)
    if (fresh === undefined && this.#population.lives(on)) return
    const ending = fresh ?? lastEnding(this.#journal, on)
    if (ending !== undefined) this.#tell(on, ending)
  }

  #tell(on: Address, ending: Signal): void {
    if (!this.#waits.hasDependents(on)) return
    const dependents = [...this.#waits.dependents(on)]
    this.#words.push({ on, ending, dependents, told: 0 })
  }

  #contextOf(address: Address): unknown {
    return this.#population.find(address)?.snapshot.context
  }
}

const groupOf = (parent: Address | undefined): Address | undefined =>
  parent !== undefined && kindOf(parent) === 'group' ? parent : undefined

function only(all: Iterable<unknown>): boolean {
  let count = 0
  for (const _ of all) if (++count > 1) return false
  return count === 1
}

export interface DependencyEnding {
  readonly status: 'completed' | 'failed' | 'cancelled' | 'blocked'
  readonly reasons?: readonly Reason[]
}

/** Further ends of runs, as those see them that wait for one. */
const STATUS: Readonly<Record<string, DependencyEnding['status']>> = {
  compensated: 'failed',
  terminated: 'cancelled',
}

/** How something ended, in the words that its dependents are told: from the record alone, so that they are always the same. */
export function endingOf(on: Address, ending: Signal): DependencyEnding {
  const status = STATUS[ending.toState ?? ''] ?? (ending.toState as DependencyEnding['status'])
  if (status === 'completed') return { status }
  const task = nameOf(on)
  if (kindOf(on) !== 'task') {
    const failed = kindOf(on) === 'group' ? 'GROUP_FAILED' : 'WORKFLOW_FAILED'
    const code = status === 'cancelled' ? 'CANCELLED' : failed
    return { status, reasons: [{ task, code, message: `it was ${ending.toState}` }] }
  }
  const { error } = taskOutcome(ending)
  const own: Reason = { task, code: error?.code ?? 'TASK_FAILED', message: error?.message ?? status }
  const reasons = [own, ...(error?.reasons ?? [])]
  const root = reasons.at(-1) ?? own
  return {
    status,
    reasons: reasons.length > MAX_REASONS ? [...reasons.slice(0, MAX_REASONS - 1), root] : reasons,
  }
}
