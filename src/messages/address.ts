/**
 * Address: where an actor, client or decider lives, `kind/id`. Never holds a reference to the actor itself.
 */
import { StatorError } from '../errors.ts'

/** `system` holds the hub and its own deciders: system/hub, system/clock, system/dispatcher and so on. */
export const KINDS = [
  'agent',
  'task',
  'workflow',
  'queue',
  'group',
  'schedule',
  'gate',
  'post',
  'lock',
  'context',
  'conversation',
  'budget',
  'project',
  'client',
  'system',
] as const
export type Kind = (typeof KINDS)[number]
export type Address = `${Kind}/${string}`

export const HUB = 'system/hub' satisfies Address
export const CLOCK = 'system/clock' satisfies Address
export const DISPATCHER = 'system/dispatcher' satisfies Address
/** Tells tasks how those ended that they depend on. */
export const DEPENDENCIES = 'system/dependencies' satisfies Address
/** Tells agents of their failures, and gives what waits for one that was given up to others. */
export const SUPERVISOR = 'system/supervisor' satisfies Address
/** Tells projects how what is done for them ended. */
export const PROJECTS = 'system/projects' satisfies Address
/** Tells schedules which of their times have come. */
export const CALENDAR = 'system/calendar' satisfies Address
/** Tells budgets which attempts are over, and what became of what they are for. */
export const BUDGETS = 'system/budgets' satisfies Address
/** Takes from those whose attempts have ended the locks that they have or wait for. */
export const LOCKS = 'system/locks' satisfies Address
/** Who speaks where nobody else is named. */
export const CLIENT = 'client/local' satisfies Address

const ID = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,199}(\/[A-Za-z0-9][A-Za-z0-9._:@-]{0,199})*$/
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,199}$/
/** A run below a run below a run: so far down as its id has so many characters. */
export const MAX_RUN_ID = 1000
/** The longest there is: of a visit or an item of a step of a run. */
const MAX_ID = MAX_RUN_ID + 1 + 200 + 1 + 40

/** Checks an id that may have several parts (`run-1/build`). @throws StatorError ADDRESS_INVALID */
export function checkId(id: unknown, what: string): string {
  if (typeof id !== 'string' || id.length > MAX_ID || !ID.test(id))
    throw new StatorError('ADDRESS_INVALID', { what, id })
  return id
}

/** Checks an id of one part: names of tasks, steps, agents, workflows, runs. @throws StatorError ADDRESS_INVALID */
export function checkName(name: unknown, what: string): string {
  if (typeof name !== 'string' || !NAME.test(name))
    throw new StatorError('ADDRESS_INVALID', { what, id: name, expected: 'one part' })
  return name
}

/** Checks a whole address from outside. @throws StatorError ADDRESS_INVALID */
export function checkAddress(value: unknown, what: string): Address {
  const text = typeof value === 'string' ? value : ''
  const slash = text.indexOf('/')
  const kind = text.slice(0, slash)
  if (slash < 1 || !(KINDS as readonly string[]).includes(kind))
    throw new StatorError('ADDRESS_INVALID', { what, id: value })
  checkId(text.slice(slash + 1), what)
  return text as Address
}

export const kindOf = (address: Address): Kind => address.slice(0, address.indexOf('/')) as Kind
export const idOf = (address: Address): string => address.slice(address.indexOf('/') + 1)

/** Kinds of which a run has some of its own, below itself: `task/<run>/<step>`. */
const BELOW: readonly string[] = ['task', 'gate', 'workflow'] satisfies Kind[]

/** The root of what an address belongs to: what is below a run belongs to that run, everything else to itself. */
export function rootOf(address: Address): Address {
  const start = address.indexOf('/') + 1
  const end = address.indexOf('/', start)
  return end < 0 || !BELOW.includes(kindOf(address)) ? address : `workflow/${address.slice(start, end)}`
}
