/** runtime.agents: agents as their users see them: register, unregister, pause, resume, statistics. */
import type { AgentDefinition } from '../actors/agent.ts'
import { StatorError, toFailure } from '../errors.ts'
import type { AgentContext } from '../machines/agent.ts'
import { checkName, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { Cell } from './cell.ts'
import type { Dispatcher } from './dispatcher.ts'
import { fromHub } from './door.ts'
import type { Kernel } from './kernel.ts'
import type { Lifetime } from './lifetime.ts'
import type { Population } from './population.ts'
import type { Registry } from './registry.ts'

export interface AgentInfo {
  readonly id: string
  readonly address: Address
  readonly state: string
  readonly role: string | null
  readonly skills: readonly string[]
  readonly capacity: number
  readonly running: number
  /** Attempts that succeeded and that failed, and their running time in milliseconds, as last told to the agent. */
  readonly done: number
  readonly failed: number
  readonly busyMs: number
}

export interface AgentsParts {
  readonly registry: Registry
  readonly population: Population
  readonly dispatcher: Dispatcher
  readonly kernel: Kernel
  readonly lifetime: Pick<Lifetime, 'requireOpen' | 'requireTruth'>
  /** Whether agents warm up: only where it is they who work. */
  readonly warms: boolean
  readonly send: (type: string, to: Address, data: Json) => Promise<Signal>
}

export class AgentsView {
  readonly #parts: AgentsParts

  constructor(parts: AgentsParts) {
    this.#parts = parts
  }

  /** @throws StatorError (rejects) DEFINITION_INVALID (no agent), ALREADY_REGISTERED, CLOSED, JOURNAL_FAILED */
  async register(agent: AgentDefinition): Promise<void> {
    this.#parts.lifetime.requireOpen()
    this.#parts.registry.addAgent(agent)
    await this.bringUp(agent)
  }

  /** Only an agent without running work; names of tasks that nobody else holds are free again. @throws StatorError (rejects) AGENT_UNKNOWN, AGENT_BUSY */
  async unregister(id: string): Promise<void> {
    const address = this.#require(id).address
    const running = this.#parts.dispatcher.runningOf(address)
    if (running > 0) throw new StatorError('AGENT_BUSY', { agent: id, running })
    await this.#tell(id, 'agent.stop', address)
    this.#parts.registry.removeAgent(id)
  }

  /**
   * It gets no new work until resumed, also across restarts, and while its code is away. What runs goes on. One that an operator has
   * paused stays so.
   */
  async pause(id: string, reason?: string): Promise<void> {
    const { address, snapshot } = this.#require(id)
    if ((snapshot.context as AgentContext).pauses?.some(({ by }) => by === null) === true) return
    await this.#tell(id, 'agent.pause', address, reason === undefined ? {} : { reason })
  }

  /** It takes work again, whoever paused it: an operator's word lifts all pauses. One that takes work already is left alone. */
  async resume(id: string): Promise<void> {
    const { address, state } = this.#require(id)
    if (state === 'ready' || state === 'busy') return
    await this.#tell(id, 'agent.resume', address)
  }

  /** @throws StatorError JOURNAL_FAILED */
  get(id: string): AgentInfo | undefined {
    this.#parts.lifetime.requireTruth()
    const cell = this.#parts.population.find(`agent/${id}`)
    return cell === undefined ? undefined : this.#info(cell)
  }

  /** Ordered by id. `available`: takes work and has room for it. @throws StatorError JOURNAL_FAILED */
  list(filter: { role?: string; state?: string; available?: boolean } = {}): AgentInfo[] {
    this.#parts.lifetime.requireTruth()
    return [...this.#parts.population.cells()]
      .filter(cell => cell.definition.kind.kind === 'agent')
      .map(cell => this.#info(cell))
      .filter(info => filter.role === undefined || info.role === filter.role)
      .filter(info => filter.state === undefined || info.state === filter.state)
      .filter(
        info =>
          filter.available === undefined ||
          filter.available === (info.state === 'ready' && info.running < info.capacity),
      )
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** Tells the hub of an agent whose code is here; settles when that is durable. */
  async bringUp(agent: AgentDefinition): Promise<void> {
    const { population, kernel, dispatcher, warms } = this.#parts
    const address: Address = `agent/${agent.id}`
    const warmUp = warms ? agent.warmUp : undefined
    if (warmUp !== undefined) dispatcher.cold(address)
    const { skills, capacity, role } = agent
    const data = { skills: [...skills], capacity, ...(role === undefined ? {} : { role }) }
    const known = population.find(address)?.snapshot.context as AgentContext | undefined
    const same =
      known !== undefined &&
      JSON.stringify([known.role, known.skills, known.capacity]) ===
        JSON.stringify([role ?? null, skills, capacity])
    if (!same) kernel.push(fromHub('agent.register', address, data))
    const ready = warmUp === undefined
    await new Promise<void>((resolve, reject) => {
      kernel.push(
        fromHub('agent.online', address, { ready }, { ack: { committed: () => resolve(), failed: reject } }),
      )
    })
    if (warmUp !== undefined) void this.#warmUp(warmUp, address)
  }

  async #warmUp(warmUp: () => Promise<void> | void, address: Address): Promise<void> {
    const { kernel } = this.#parts
    try {
      await warmUp()
      kernel.push(fromHub('agent.online', address, { ready: true }))
    } catch (error) {
      kernel.push(fromHub('agent.fail', address, { error: toFailure(error) as unknown as Json }))
    }
  }

  /** Somebody else may have unregistered it meanwhile. */
  async #tell(id: string, type: string, address: Address, data: Json = {}): Promise<void> {
    try {
      await this.#parts.send(type, address, data)
    } catch (error) {
      if (!(error instanceof StatorError) || error.code !== 'RECIPIENT_UNKNOWN') throw error
      throw new StatorError('AGENT_UNKNOWN', { agent: id }, { cause: error })
    }
  }

  #require(id: string): Cell {
    this.#parts.lifetime.requireOpen()
    const cell = this.#parts.population.find(`agent/${checkName(id, 'agent id')}`)
    if (cell === undefined) throw new StatorError('AGENT_UNKNOWN', { agent: id })
    return cell
  }

  #info(cell: Cell): AgentInfo {
    const { role, skills, capacity, done, failed, busyMs } = cell.snapshot.context as AgentContext
    const { address, state } = cell
    const running = this.#parts.dispatcher.runningOf(address)
    return {
      id: address.slice('agent/'.length),
      address,
      state,
      role,
      skills,
      capacity,
      running,
      done,
      failed,
      busyMs,
    }
  }
}
