/**
 * Supervisor: tells agents that are supervised of their failures, in the turn in which they happen and before anybody gets work again;
 * and has those warm up that were restarted. What follows from a failure is the agent's own to say: this is a decider, and keeps no count.
 */
import { ERRORS, type Failure } from '../../errors.ts'
import type { AgentContext } from '../../machines/agent.ts'
import type { TaskContext } from '../../machines/task.ts'
import { SUPERVISOR, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { Cell } from '../cell.ts'
import type { Decider, Gone } from '../decider.ts'
import type { Dispatcher } from '../dispatcher.ts'
import { input, type Envelope } from '../envelope.ts'
import type { Population } from '../population.ts'
import type { Random } from '../random.ts'
import { Reassignment } from './reassignment.ts'

export interface SupervisorParts {
  readonly population: Population
  readonly dispatcher: Dispatcher
  readonly random: Random
  /** The code of agents, once what concerns it is durable. */
  readonly code: {
    /** It was restarted, or released. */
    warmAgain(agent: Address): void
    /** It is unregistered. */
    forget(agent: Address): void
  }
}

interface Fault {
  readonly agent: Address
  readonly task: Address
  readonly error: Failure
}

/** An attempt of such a task may have just ended. */
const FAILED: ReadonlySet<string> = new Set(['failed', 'retrying', 'dead'])
/** Those that count what they hear. */
const LISTENS: ReadonlySet<string> = new Set(['idle', 'ready', 'busy', 'paused'])
const ASIDE: ReadonlySet<string> = new Set(['restarting', 'quarantined'])
/** What Stator says of a handler that did badly; all else that it says is no fault of the handler. */
const OF_HANDLERS: ReadonlySet<string> = new Set([
  'HANDLER_FAILED',
  'HEARTBEAT_TIMEOUT',
  'OUTPUT_INVALID',
  'TASK_TIMEOUT',
])

/** Is that the agent's failure? One that no retry can help is that of the task. */
const isFault = ({ code, retryable }: Failure): boolean =>
  retryable !== false && (!(code in ERRORS) || OF_HANDLERS.has(code))

export class Supervisor implements Decider {
  readonly wakeAt = Number.POSITIVE_INFINITY
  readonly #parts: SupervisorParts
  readonly #supervised = new Set<Address>()
  /** Agents that are restarting or quarantined. */
  readonly #aside = new Set<Address>()
  readonly #faults: Fault[] = []
  /** To warm up, and to forget, once that is durable. */
  #warm: Address[] = []
  #gone: Address[] = []
  readonly #reassignment: Reassignment

  constructor(parts: SupervisorParts) {
    this.#parts = parts
    this.#reassignment = new Reassignment(parts)
  }

  observe(cell: Cell): void {
    const { kind } = cell.definition.kind
    if (kind === 'agent') this.#agent(cell)
    else if (kind === 'task') this.#task(cell)
    else if (kind === 'workflow') this.#reassignment.run()
  }

  ended({ address, definition }: Gone): void {
    if (definition.kind.kind !== 'agent') return
    this.#supervised.delete(address)
    this.#aside.delete(address)
    this.#gone.push(address)
  }

  committed(): void {
    const [warm, gone] = [this.#warm, this.#gone]
    if (warm.length === 0 && gone.length === 0) return
    this.#warm = []
    this.#gone = []
    for (const agent of gone) this.#parts.code.forget(agent)
    for (const agent of warm) this.#parts.code.warmAgain(agent)
  }

  next(): Envelope | undefined {
    for (let fault = this.#faults.shift(); fault !== undefined; fault = this.#faults.shift()) {
      const envelope = this.#word(fault)
      if (envelope !== undefined) return envelope
    }
    return this.#reassignment.next()
  }

  /** Nobody else remembers it: what the turn has no room for is committed with it all the same. */
  closing(): readonly Envelope[] {
    return this.#faults.splice(0).flatMap(fault => this.#word(fault) ?? [])
  }

  /** The one before may have been the last that it stood. */
  #word({ agent: to, task, error }: Fault): Envelope | undefined {
    if (!LISTENS.has(this.#parts.population.find(to)?.state ?? '')) return undefined
    const data = { task, error, random: this.#parts.random() } as unknown as Json
    return input({ type: 'agent.fault', to, from: SUPERVISOR, data, correlationId: to })
  }

  hasWork(): boolean {
    return this.#faults.length > 0 || this.#reassignment.hasWork
  }

  #agent({ address, state, snapshot }: Cell): void {
    const { supervision, presence } = snapshot.context as AgentContext
    if (supervision) this.#supervised.add(address)
    else this.#supervised.delete(address)
    const wasAside = this.#aside.has(address)
    if (ASIDE.has(state)) this.#aside.add(address)
    else this.#aside.delete(address)
    if (wasAside && !ASIDE.has(state) && presence === 'warming' && state !== 'stopped')
      this.#warm.push(address)
    this.#reassignment.agent(address, state, snapshot.context as AgentContext)
  }

  #task({ address, state, snapshot }: Cell): void {
    if (this.#supervised.size === 0) return
    this.#reassignment.task(address, state)
    if (!FAILED.has(state)) return
    // The dispatcher hears of it after this: whose attempt it was is still in its books.
    const job = this.#parts.dispatcher.jobs.get(address)
    const agent = job?.state === 'running' ? job.running?.slot.address : undefined
    const { error } = snapshot.context as TaskContext
    if (agent === undefined || error === null || !this.#supervised.has(agent) || !isFault(error)) return
    this.#faults.push({ agent, task: address, error })
  }
}
