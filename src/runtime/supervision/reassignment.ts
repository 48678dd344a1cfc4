/**
 * Reassignment: what waits for an agent that was given up, and for nobody else, may go to others of its role, once one of them is there
 * who can do it. It only looks and says so; the task takes it or not. Messages are addressed: they stay.
 */
import type { AgentContext } from '../../machines/agent.ts'
import { SUPERVISOR, type Address } from '../../messages/address.ts'
import type { Dispatcher } from '../dispatcher.ts'
import { input, type Envelope } from '../envelope.ts'
import type { Population } from '../population.ts'
import type { Job } from '../slots.ts'

export interface ReassignmentParts {
  readonly population: Population
  readonly dispatcher: Dispatcher
}

const GIVEN_UP: ReadonlySet<string> = new Set(['quarantined', 'stopped'])
const TAKES_WORK: ReadonlySet<string> = new Set(['ready', 'busy'])

export class Reassignment {
  readonly #parts: ReassignmentParts
  /** Agents that were given up, with their role, and why; those that are gone in this process life included. */
  readonly #givenUp = new Map<Address, { readonly role: string | null; readonly state: string }>()
  readonly #open = new Set<Address>()
  /** Tasks to look at; and whether all are. */
  #some: Address[] = []
  #all = false

  constructor(parts: ReassignmentParts) {
    this.#parts = parts
  }

  get hasWork(): boolean {
    return this.#all || this.#some.length > 0
  }

  agent(address: Address, state: string, { supervision, role }: AgentContext): void {
    const wasOpen = this.#open.has(address)
    if (TAKES_WORK.has(state)) this.#open.add(address)
    else this.#open.delete(address)
    const known = this.#givenUp.has(address)
    if (GIVEN_UP.has(state) && supervision?.reassign === true) this.#givenUp.set(address, { role, state })
    else this.#givenUp.delete(address)
    // Somebody comes who may do what waits, or something comes to wait.
    const isNews = this.#givenUp.has(address) ? !known : this.#open.has(address) && !wasOpen
    if (isNews && this.#givenUp.size > 0) this.#all = true
  }

  task(address: Address, state: string): void {
    if (this.#givenUp.size > 0 && state === 'queued') this.#some.push(address)
  }

  /** A run has moved: what of it was on the shelf may be in its lines again. */
  run(): void {
    if (this.#givenUp.size > 0) this.#all = true
  }

  next(): Envelope | undefined {
    const { jobs } = this.#parts.dispatcher
    if (this.#all) {
      this.#all = false
      this.#some = [...jobs.all()].filter(job => this.#waitsForOne(job)).map(({ task }) => task)
    }
    for (let task = this.#some.shift(); task !== undefined; task = this.#some.shift()) {
      const job = jobs.get(task)
      const envelope = job !== undefined && this.#waitsForOne(job) ? this.#word(job) : undefined
      if (envelope !== undefined) return envelope
    }
    return undefined
  }

  #waitsForOne({ agent, isMail, state }: Job): boolean {
    return agent !== undefined && !isMail && state === 'queued' && this.#givenUp.has(agent)
  }

  /** Nothing as long as there is nobody else. */
  #word({ task: to, agent, place }: Job): Envelope | undefined {
    const given = agent === undefined ? undefined : this.#givenUp.get(agent)
    if (agent === undefined || given === undefined || place === null) return undefined
    const { roster } = this.#parts.dispatcher
    const { task, role = given.role ?? undefined, skills, except } = place.track.line.crew
    const crew = roster.crew({ task, role, skills: [...skills], except })
    if (!roster.hasOthers(crew, agent)) return undefined
    const cell = this.#parts.population.find(to)
    const { correlationId, priority, depth } = cell ?? { correlationId: to, priority: 'normal', depth: 0 }
    const reason = `${agent} is ${given.state}`
    const data = { agent: null, ...(role !== undefined && { role }), reason }
    return input({ type: 'task.reassign', to, from: SUPERVISOR, data, correlationId, priority }, { depth })
  }
}
