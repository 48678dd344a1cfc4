/** Audience: who gets what is said to many, and who could be consulted. It looks; it sends nothing. */
import { z } from 'zod'
import type { Audience, Specialism } from '../../actors/mail-calls.ts'
import { parse } from '../../actors/schema.ts'
import { StatorError } from '../../errors.ts'
import type { AgentContext } from '../../machines/agent.ts'
import type { Address } from '../../messages/address.ts'
import { isAbout } from '../../messages/topic.ts'
import type { AgentInfo, AgentsView } from '../agents-view.ts'
import type { Population } from '../population.ts'
import type { Registry } from '../registry.ts'

export interface AudienceParts {
  readonly registry: Registry
  readonly population: Population
  readonly agents: AgentsView
}

export interface Sought {
  readonly role?: string
  readonly skills?: string[]
}

const word = z.string().min(1).max(200)
const soughtShape = z.strictObject({ role: word.optional(), skills: z.array(word).max(100).optional() })
const specialismShape = soughtShape.extend({ skill: word.optional() })

/** Of these there is somebody to wait for. */
const THERE: ReadonlySet<string> = new Set(['ready', 'busy', 'idle'])

/** Everybody of it who can do that, but whoever says it. @throws StatorError INPUT_INVALID */
export function audienceOf(parts: AudienceParts, to: Audience, task: string, from: Address): Address[] {
  const sought = to === 'all' ? {} : parse(soughtShape, to, 'INPUT_INVALID', 'audience')
  return fitting(parts, sought as Sought, task, from).map(({ address }) => address)
}

/** Everybody who subscribed to the topic for such a task, but whoever says it. */
export function subscribersOf(
  { agents, population }: AudienceParts,
  topic: string,
  task: string,
  from: Address,
): Address[] {
  const wants = ({ address }: AgentInfo): boolean => {
    const { topics = [] } = (population.find(address)?.snapshot.context ?? {}) as Partial<AgentContext>
    return topics.some(({ pattern, task: wanted }) => wanted === task && isAbout(topic, pattern))
  }
  return agents
    .list()
    .filter(agent => agent.address !== from && wants(agent))
    .map(({ address }) => address)
}

/** @throws StatorError INPUT_INVALID */
export function soughtBy(whom: Specialism): Sought {
  const { role, skill, skills = [] } = parse(specialismShape, whom, 'INPUT_INVALID', 'whom') as Specialism
  const all = [...new Set([...skills, ...(skill === undefined ? [] : [skill])])].toSorted()
  return { ...(role === undefined ? {} : { role }), ...(all.length === 0 ? {} : { skills: all }) }
}

/** @throws StatorError CONSULT_UNAVAILABLE */
export function requireSpecialist(parts: AudienceParts, sought: Sought, task: string, from: Address): void {
  const found = fitting(parts, sought, task, from)
  if (found.some(({ state }) => THERE.has(state))) return
  const fit = found.map(({ id, state }) => ({ agent: id, state }))
  throw new StatorError('CONSULT_UNAVAILABLE', { task, ...sought, fitting: fit })
}

/** Of one that is away nobody knows what code it will bring. */
function fitting(
  { agents, registry }: AudienceParts,
  { role, skills = [] }: Sought,
  task: string,
  from: Address,
): AgentInfo[] {
  return agents
    .list(role === undefined ? {} : { role })
    .filter(agent => agent.address !== from && skills.every(skill => agent.skills.includes(skill)))
    .filter(({ id }) => registry.agent(id)?.handlers.has(task) ?? true)
}
