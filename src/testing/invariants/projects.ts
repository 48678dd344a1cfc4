/**
 * Projects: what ended for a project is told to it, each once, by how it ended, and what it shows is that and what still lives. Part of
 * invariant 7. It counts by itself, from records; what outlives the run or task that it was begun for may be counted or not.
 */
import { idOf, type Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Life } from '../host/life.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

type Sort = 'tasks' | 'runs'
type Counts = Readonly<Record<string, number>>
/** By what they are, and the state that they ended in. */
type Sum = Map<string, number>

interface Account {
  readonly members: Set<Address>
  /** What ended while its member lived, and after; and what the project was told. */
  readonly ended: Sum
  readonly outlived: Sum
  readonly told: Sum
}

interface Accounts {
  readonly projects: Map<Address, Account>
  /** Of each run or task that ever was begun for one. */
  readonly of: Map<Address, Address>
}

const SORTS: Readonly<Record<string, Sort>> = { task: 'tasks', workflow: 'runs' }
const books = new WeakMap<Shadow, Accounts>()

export function projectFaults({ signal, actor }: Move, shadow: Shadow): string | undefined {
  const { to, type, data, refused, final } = signal
  if (refused !== null || actor === undefined) return undefined
  const known: Accounts = books.get(shadow) ?? { projects: new Map(), of: new Map() }
  books.set(shadow, known)
  if (type === 'project.open')
    known.projects.set(to, { members: new Set(), ended: new Map(), outlived: new Map(), told: new Map() })
  const account = known.projects.get(to)
  if (account !== undefined && type === 'project.join') {
    const { member } = data as { readonly member: Address }
    account.members.add(member)
    known.of.set(member, to)
  }
  if (account !== undefined && type === 'project.count') return countFault(account, signal)
  const sort = SORTS[actor.sort]
  if (sort !== undefined && final) end(known, signal, sort)
  return undefined
}

function end({ projects, of }: Accounts, { to, correlationId, toState }: Signal, sort: Sort): void {
  const root = of.has(correlationId as Address) ? (correlationId as Address) : to
  const account = projects.get(of.get(root) ?? to)
  if (account === undefined) return
  add(account.members.has(root) ? account.ended : account.outlived, `${sort} ${toState ?? ''}`, 1)
  account.members.delete(to)
}

function countFault({ told, ended, outlived }: Account, { data }: Signal): string | undefined {
  for (const sort of ['tasks', 'runs'] as const)
    for (const [state, count] of Object.entries((data as unknown as Record<Sort, Counts>)[sort])) {
      const what = `${sort} ${state}`
      const sum = add(told, what, count)
      const most = (ended.get(what) ?? 0) + (outlived.get(what) ?? 0)
      if (sum > most) return `it is told of ${sum} ${what}, and there were ${most}`
    }
  return undefined
}

/** With nothing left to happen. */
export function projectsLeft(shadow: Shadow, life: Life): string | undefined {
  const known = books.get(shadow)
  if (known === undefined || !life.isUp || life.runtime.status().hub !== 'running') return undefined
  for (const [project, { told, ended }] of known.projects) {
    if (shadow.isHeld(project) || !shadow.actors.has(project)) continue
    for (const [what, count] of ended)
      if ((told.get(what) ?? 0) < count)
        return `${project} is told of ${told.get(what) ?? 0} ${what} of ${count}`
    const wrong = shownFault(project, told, known, shadow, life)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

/** What it was told, and what lives. */
function shownFault(
  project: Address,
  told: Sum,
  { of }: Accounts,
  shadow: Shadow,
  life: Life,
): string | undefined {
  const wanted = new Map(told)
  for (const { address, sort, correlationId, state } of shadow.actors.values()) {
    const kind = SORTS[sort]
    if (kind === undefined || (of.get(correlationId as Address) ?? of.get(address)) !== project) continue
    // Nobody sees it move, or what it was begun for is over.
    if (shadow.isHeld(address) || !shadow.actors.has(correlationId as Address)) return undefined
    add(wanted, `${kind} ${state}`, 1)
  }
  const { tasks, runs } = life.runtime.project(idOf(project)).state()
  const shown = new Map<string, number>()
  for (const [state, count] of Object.entries(tasks)) shown.set(`tasks ${state}`, count)
  for (const [state, count] of Object.entries(runs)) shown.set(`runs ${state}`, count)
  const [is, must] = [shown, wanted].map(sum =>
    JSON.stringify([...sum].toSorted(([one], [other]) => (one < other ? -1 : 1))),
  )
  return is === must ? undefined : `${project} shows ${is}, the records say ${must}`
}

function add(sum: Sum, what: string, count: number): number {
  const next = (sum.get(what) ?? 0) + count
  sum.set(what, next)
  return next
}
