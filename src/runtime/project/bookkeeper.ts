/**
 * Bookkeeper: knows which living runs and tasks are of which project, and tells projects how they ended: once a turn, and only where
 * something did. A decider: what lives is a projection, rebuilt at a start; what ended is the projects' own to keep.
 */
import type { ProjectContext } from '../../machines/project.ts'
import { kindOf, PROJECTS, rootOf, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Cell } from '../cell.ts'
import type { Decider, Gone, Parked } from '../decider.ts'
import type { Dispatcher } from '../dispatcher.ts'
import { input, type Envelope } from '../envelope.ts'

type Sort = 'tasks' | 'runs' | 'gates'
const SORTS: Readonly<Record<string, Sort>> = { task: 'tasks', workflow: 'runs', gate: 'gates' }

interface Stand {
  readonly project: Address
  readonly sort: Sort
  state: string
}

/** What a project has not been told. */
interface Untold {
  readonly tasks: Record<string, number>
  readonly runs: Record<string, number>
  readonly over: Address[]
}

export type Living = Readonly<Record<Sort, Readonly<Record<string, number>>>>

export class Bookkeeper implements Decider {
  readonly wakeAt = Number.POSITIVE_INFINITY
  readonly #dispatcher: Dispatcher
  /** By run or task. */
  readonly #projects = new Map<Address, Address>()
  /** What of them lives, itself and what is below; and how many of a project are in which state. */
  readonly #stands = new Map<Address, Stand>()
  readonly #counts = new Map<Address, Record<Sort, Record<string, number>>>()
  readonly #untold = new Map<Address, Untold>()
  /** Runs and gates that were there before it was asked: those that stay parked, and those whose project was not seen yet. */
  readonly #parked = new Map<Address, Omit<Parked, 'address'>>()
  /** Tasks that stay parked have not been looked at. */
  #isPartial = true

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher
  }

  /** All that there are. */
  get projects(): Iterable<Address> {
    return this.#counts.keys()
  }

  observe({ address, definition, state, snapshot, correlationId }: Cell): void {
    const { kind } = definition.kind
    if (kind === 'project') this.#project(address, snapshot.context as ProjectContext)
    const sort = SORTS[kind]
    if (sort === undefined) return
    const project = this.#projectOf(address, correlationId)
    this.#parked.delete(address)
    if (project !== undefined) this.#stand(address, { project, sort, state })
    else if (this.#isPartial && sort !== 'tasks') this.#parked.set(address, { state, correlationId })
  }

  parked({ address, state, correlationId }: Parked): void {
    if (kindOf(address) in SORTS) this.#parked.set(address, { state, correlationId })
  }

  ended({ address, definition }: Gone, signal: Signal): void {
    const sort = SORTS[definition.kind.kind]
    this.#parked.delete(address)
    const project = this.#projectOf(address, signal.correlationId)
    if (sort === undefined || project === undefined) return
    this.#leave(address)
    if (sort === 'gates') return
    const untold = this.#untold.get(project) ?? { tasks: {}, runs: {}, over: [] }
    this.#untold.set(project, untold)
    const state = signal.toState ?? 'ended'
    untold[sort][state] = (untold[sort][state] ?? 0) + 1
    if (this.#projects.delete(address)) untold.over.push(address)
  }

  hasWork(): boolean {
    return this.#untold.size > 0
  }

  next(): Envelope | undefined {
    for (const [to, untold] of this.#untold) return this.#word(to, untold)
    return undefined
  }

  /** Nobody else remembers it: what the turn has no room for is committed with it all the same. */
  closing(): readonly Envelope[] {
    return [...this.#untold].map(([to, untold]) => this.#word(to, untold))
  }

  #word(to: Address, untold: Untold): Envelope {
    this.#untold.delete(to)
    const data = untold as unknown as Json
    return input({ type: 'project.count', to, from: PROJECTS, data, correlationId: to })
  }

  /** How many of a project live, by state. Costs the same whatever waits, but for the first time after a start. */
  living(project: Address): Living {
    this.#complete()
    return this.#counts.get(project) ?? { tasks: {}, runs: {}, gates: {} }
  }

  /** Agents that work on something of it, and gates of it that wait for an answer. */
  present(project: Address): { readonly agents: readonly Address[]; readonly gates: readonly Address[] } {
    this.#complete()
    const agents = new Set<Address>()
    const gates: Address[] = []
    for (const [address, { project: of, sort, state }] of this.#stands) {
      if (of !== project) continue
      if (sort === 'gates' && state === 'open') gates.push(address)
      const agent = sort === 'tasks' ? this.#dispatcher.jobs.get(address)?.running?.slot.address : undefined
      if (agent !== undefined) agents.add(agent)
    }
    return { agents: [...agents].toSorted(), gates: gates.toSorted() }
  }

  #project(address: Address, { members }: ProjectContext): void {
    if (!this.#counts.has(address)) this.#counts.set(address, { tasks: {}, runs: {}, gates: {} })
    for (const member of members) this.#projects.set(member, address)
  }

  /** Also of what outlives the run that it is of. */
  #projectOf(address: Address, root: string): Address | undefined {
    if (this.#counts.size === 0) return undefined
    return this.#of(address, root) ?? this.#stands.get(address)?.project
  }

  #of(address: Address, root: string): Address | undefined {
    return this.#projects.get(root as Address) ?? this.#projects.get(address)
  }

  #stand(address: Address, stand: Stand): void {
    this.#leave(address)
    this.#stands.set(address, stand)
    this.#add(stand, 1)
  }

  #leave(address: Address): void {
    const known = this.#stands.get(address)
    if (known === undefined) return
    this.#stands.delete(address)
    this.#add(known, -1)
  }

  #add({ project, sort, state }: Stand, change: number): void {
    const counts = this.#counts.get(project)?.[sort]
    if (counts === undefined) return
    counts[state] = (counts[state] ?? 0) + change
    if (counts[state] === 0) delete counts[state]
  }

  /** What was there before its project was seen, or stays parked. */
  #complete(): void {
    if (!this.#isPartial) return
    this.#isPartial = false
    if (this.#projects.size > 0)
      for (const { task, state } of this.#dispatcher.jobs.all())
        this.#recall(task, 'tasks', { state, correlationId: rootOf(task) })
    for (const [address, known] of this.#parked)
      this.#recall(address, SORTS[kindOf(address)] ?? 'tasks', known)
    this.#parked.clear()
  }

  #recall(address: Address, sort: Sort, { state, correlationId }: Omit<Parked, 'address'>): void {
    if (this.#stands.has(address)) return
    const project = this.#of(address, correlationId)
    if (project !== undefined) this.#stand(address, { project, sort, state })
  }
}
