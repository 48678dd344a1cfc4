/** runtime.agents: agents as their users see them: register, unregister, pause, resume, statistics. */
import type { AgentDefinition } from '../actors/agent.ts'
import { StatorError } from '../errors.ts'
import type { AgentContext } from '../machines/agent.ts'
import { checkName, idOf, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import {
  agentFits,
  agentInfo,
  agentPool,
  type AgentFilter,
  type AgentInfo,
  type AgentPool,
} from './agent-info.ts'
import type { Cell } from './cell.ts'
import type { Clock } from './clock.ts'
import type { Dispatcher } from './dispatcher.ts'
import { fromHub } from './door.ts'
import type { Kernel } from './kernel.ts'
import type { Lifetime } from './lifetime.ts'
import type { Population } from './population.ts'
import type { Random } from './random.ts'
import type { Registry } from './registry.ts'
import { WarmUps } from './supervision/warm-ups.ts'

export type { AgentFilter, AgentInfo, AgentPool } from './agent-info.ts'

export interface AgentsParts {
  readonly registry: Registry
  readonly population: Population
  readonly dispatcher: Dispatcher
  readonly kernel: Kernel
  readonly lifetime: Pick<Lifetime, 'requireOpen' | 'requireTruth'>
  /** Whether agents warm up: only where it is they who work. */
  readonly warms: boolean
  readonly clock: Clock
  readonly random: Random
  /** Milliseconds that a warm-up may take where its agent does not say. */
  readonly warmUpTimeout: number
  readonly send: (type: string, to: Address, data: Json) => Promise<Signal>
}

const ASIDE: ReadonlySet<string> = new Set(['restarting', 'quarantined'])

export class AgentsView {
  readonly #parts: AgentsParts
  readonly #warmUps: WarmUps

  constructor(parts: AgentsParts) {
    this.#parts = parts
    this.#warmUps = new WarmUps({ ...parts, limit: parts.warmUpTimeout })
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

  /**
   * It takes work again, whatever kept it: an operator's word lifts all pauses, releases it from quarantine, and does not wait for a
   * restart. One that takes work already is left alone.
   */
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

  /** Those that fit all that is asked, ordered by id. @throws StatorError INPUT_INVALID, JOURNAL_FAILED */
  list(filter: AgentFilter = {}): AgentInfo[] {
    this.#parts.lifetime.requireTruth()
    const { registry } = this.#parts
    return this.#all().filter(agentFits(filter, (id, task) => registry.handles(id, task)))
  }

  /** How many of that role there are, and what they can do now. @throws StatorError JOURNAL_FAILED */
  pool(role: string): AgentPool {
    return agentPool(role, this.list({ role }))
  }

  /** Tells the hub of an agent whose code is here; settles when that is durable. */
  async bringUp(agent: AgentDefinition): Promise<void> {
    const { population, kernel, dispatcher, warms } = this.#parts
    const address: Address = `agent/${agent.id}`
    const warmUp = warms ? agent.warmUp : undefined
    if (warmUp !== undefined) dispatcher.cold(address)
    const { skills, capacity, role, supervision, subscriptions, mailbox, messages } = agent
    const data = {
      skills: [...skills],
      capacity,
      ...(role === undefined ? {} : { role }),
      ...(subscriptions.length === 0 ? {} : { topics: subscriptions.map(topic => ({ ...topic })) }),
      ...(supervision === undefined ? {} : { supervision: supervision as unknown as Json }),
      ...(mailbox === undefined ? {} : { mailbox: mailbox as Json }),
      ...(messages === undefined ? {} : { messages: messages as Json }),
    }
    const cell = population.find(address)
    const known = cell?.snapshot.context as AgentContext | undefined
    const same =
      known !== undefined &&
      JSON.stringify([
        known.role,
        known.skills,
        known.capacity,
        known.supervision ?? null,
        known.topics ?? [],
        known.mailbox ?? null,
        known.messages ?? null,
      ]) ===
        JSON.stringify([
          role ?? null,
          skills,
          capacity,
          supervision ?? null,
          subscriptions,
          mailbox ?? null,
          messages ?? null,
        ])
    if (!same) kernel.push(fromHub('agent.register', address, data))
    const ready = warmUp === undefined
    await new Promise<void>((resolve, reject) => {
      kernel.push(
        fromHub('agent.online', address, { ready }, { ack: { committed: () => resolve(), failed: reject } }),
      )
    })
    // One that waits for its restart, or for its release, warms up then.
    if (warmUp !== undefined && !ASIDE.has(cell?.state ?? '')) void this.#warmUps.run(agent)
  }

  /** One that was restarted, or released: what that is to it is durable. */
  warmAgain(address: Address): void {
    const { registry, kernel, warms } = this.#parts
    const agent = registry.agent(idOf(address))
    if (agent === undefined) return
    if (warms && agent.warmUp !== undefined) void this.#warmUps.run(agent)
    else kernel.push(fromHub('agent.online', address, { ready: true }))
  }

  /** One that has ended: its name, and those of its tasks that nobody else holds, are free again. */
  forget(address: Address): void {
    this.#warmUps.forget(address)
    this.#parts.registry.removeAgent(idOf(address))
  }

  /** The runtime ends, and no warm-up is waited for. */
  close(): void {
    this.#warmUps.close()
  }

  /** By id. Those that are there, and those that ought to be; tasks are not looked at, however many there are. */
  #all(): AgentInfo[] {
    const { dispatcher, registry, population } = this.#parts
    const here = registry.agents().map(({ id }): Address => `agent/${id}`)
    return [...new Set([...dispatcher.roster.agents(), ...here])]
      .map(address => population.find(address))
      .filter(cell => cell !== undefined)
      .map(cell => this.#info(cell))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
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
    const { dispatcher, clock } = this.#parts
    return agentInfo(cell, dispatcher.runningOf(cell.address), clock.now())
  }
}
