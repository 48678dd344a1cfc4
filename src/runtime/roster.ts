/**
 * Roster: the agents that are there, and for which tasks each of them fits. It gives no work and keeps no line: the
 * dispatcher does.
 */
import type { AgentContext } from '../machines/agent.ts'
import { idOf, type Address } from '../messages/address.ts'
import type { Quota } from './quota.ts'
import type { Crew, Fitting, Slot } from './slots.ts'

export interface RosterParts {
  /** Has an agent code for a task in this process life? */
  readonly handles: (agent: string, task: string) => boolean
  /** What a role as a whole may do at once, if that is limited. */
  readonly role: (name: string) => Quota | undefined
  /** A crew has room now, or has none any more. */
  readonly turned: (crew: Crew) => void
}

export class Roster {
  readonly #parts: RosterParts
  readonly #slots = new Map<Address, Slot>()
  readonly #crews = new Map<string, Crew>()
  /** Crews that any agent may be of; the others name theirs. */
  readonly #common = new Set<Crew>()
  readonly #own = new Map<Address, Set<Crew>>()

  constructor(parts: RosterParts) {
    this.#parts = parts
  }

  slot(agent: Address): Slot | undefined {
    return this.#slots.get(agent)
  }

  /** All that there are, those included that take no work. */
  agents(): IterableIterator<Address> {
    return this.#slots.keys()
  }

  crews(): IterableIterator<Crew> {
    return this.#crews.values()
  }

  /** An agent that is there, with the room that it has now. */
  enter(address: Address, state: string, context: AgentContext): Slot {
    const known = this.#slots.get(address)
    const slot = known ?? newSlot(address, context)
    const isOther = known === undefined || slot.role !== context.role || !same(slot.skills, context.skills)
    this.#slots.set(address, slot)
    const wasOpen = slot.open
    slot.capacity = context.capacity
    slot.open = state === 'ready' || state === 'busy'
    if (isOther) {
      this.#watch(slot, context.role)
      slot.role = context.role
      slot.skills = context.skills
    }
    // While it was away it may have come to have other code.
    if (isOther || (slot.open && !wasOpen)) this.#fit(slot)
    this.refresh(slot)
    return slot
  }

  /** Puts an agent into the crews that it fits, and out of the others. */
  #fit(slot: Slot): void {
    for (const crew of slot.crews) if (!this.#fits(slot, crew)) this.#part(slot, crew)
    for (const crews of [this.#common, this.#own.get(slot.address) ?? []])
      for (const crew of crews) if (this.#fits(slot, crew)) slot.crews.add(crew)
  }

  /** An agent that takes no work, whatever its room. */
  rest(address: Address): void {
    const slot = this.#slots.get(address)
    if (slot === undefined) return
    slot.open = false
    this.refresh(slot)
  }

  /** An agent that is there no more. */
  leave(address: Address): Slot | undefined {
    const slot = this.#slots.get(address)
    if (slot === undefined) return undefined
    for (const crew of slot.crews) this.#part(slot, crew)
    this.#watch(slot, null)
    this.#slots.delete(address)
    return slot
  }

  /** Puts the slot at the end of the line in its crews, or takes it out where it has no room. */
  refresh(slot: Slot): void {
    const free = this.hasRoom(slot)
    for (const crew of slot.crews) {
      const had = crew.free.size > 0
      crew.free.delete(slot)
      if (free) crew.free.add(slot)
      if (crew.free.size > 0 !== had) this.#parts.turned(crew)
    }
  }

  /** Can it take one more, as far as it and its role go? */
  hasRoom(slot: Slot): boolean {
    if (!slot.open || slot.running >= slot.capacity) return false
    return slot.role === null || (this.#parts.role(slot.role)?.open ?? true)
  }

  /** The agents that are of a crew, whether they have room or not. */
  *members(crew: Crew): Generator<Slot> {
    for (const slot of this.#slots.values()) if (slot.crews.has(crew)) yield slot
  }

  /** Who can do such a task. */
  crew({ task, role, skills = [], agent, except }: Fitting): Crew {
    const key = `${task} ${role ?? ''} ${agent ?? ''} ${except ?? ''} ${skills.join('\n')}`
    const known = this.#crews.get(key)
    if (known !== undefined) return known
    const crew: Crew = {
      task,
      role,
      skills,
      agent,
      except,
      free: new Set(),
      lines: new Map(),
      openLines: 0,
    }
    this.#crews.set(key, crew)
    if (agent === undefined) this.#common.add(crew)
    else this.#own.set(agent, (this.#own.get(agent) ?? new Set<Crew>()).add(crew))
    const named = agent === undefined ? undefined : this.#slots.get(agent)
    const candidates = agent === undefined ? this.#slots.values() : named === undefined ? [] : [named]
    for (const slot of candidates) {
      if (!this.#fits(slot, crew)) continue
      slot.crews.add(crew)
      if (this.hasRoom(slot)) crew.free.add(slot)
    }
    return crew
  }

  /** Is anybody of that crew there, beside that one? */
  hasOthers(crew: Crew, than: Address): boolean {
    for (const slot of this.#slots.values())
      if (slot.open && slot.address !== than && slot.crews.has(crew)) return true
    return false
  }

  #fits(slot: Slot, { agent, except, role, skills, task }: Crew): boolean {
    return (
      slot.address !== except &&
      (agent === undefined || agent === slot.address) &&
      (role === undefined || role === slot.role) &&
      skills.every(skill => slot.skills.includes(skill)) &&
      this.#parts.handles(idOf(slot.address), task)
    )
  }

  #part(slot: Slot, crew: Crew): void {
    slot.crews.delete(crew)
    if (crew.free.delete(slot) && crew.free.size === 0) this.#parts.turned(crew)
  }

  readonly #watching = new Map<Slot, () => void>()

  /** Follows the quota of its role, and no other one. */
  #watch(slot: Slot, role: string | null): void {
    this.#watching.get(slot)?.()
    this.#watching.delete(slot)
    const quota = role === null ? undefined : this.#parts.role(role)
    if (quota === undefined) return
    const watch = (): void => this.refresh(slot)
    quota.watchers.add(watch)
    this.#watching.set(slot, () => quota.watchers.delete(watch))
  }
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((skill, index) => skill === b[index])

function newSlot(address: Address, { done, failed }: AgentContext): Slot {
  return {
    address,
    capacity: 1,
    role: null,
    skills: [],
    open: false,
    running: 0,
    // Its rhythm goes on where it was, as far as anybody knows.
    starts: done + failed,
    told: 0,
    done: 0,
    failed: 0,
    busyMs: 0,
    crews: new Set(),
  }
}
