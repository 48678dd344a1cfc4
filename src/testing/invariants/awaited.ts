/**
 * Awaited: what the records say of who waits for whom, how everything ended, and what belongs to which group; kept without any
 * machine. It judges nothing but whether a message would close a circle, which it finds by walking from what is named.
 */
import type { Reason } from '../../errors.ts'
import type { Address } from '../../messages/address.ts'
import type { GroupCreate } from '../../messages/group.ts'
import type { Signal } from '../../messages/signal.ts'
import type { TaskCreate } from '../../messages/task.ts'

export interface End {
  readonly seq: number
  readonly status: string
  /** Itself, what stood in its way, and so on, as names and codes. */
  readonly chain: readonly string[]
}

export interface Family {
  readonly mode: GroupCreate['mode']
  sealed: boolean
  cancelled: boolean
  readonly names: string[]
  /** How each ended, by index. */
  readonly ended: Map<number, string>
}

type Edges = ReadonlyMap<Address, readonly Address[]>

/** Further ends of runs, as they are told to who waits for one. */
const AS: Readonly<Record<string, string>> = { compensated: 'failed', terminated: 'cancelled' }

export class Awaited {
  /** What each still waits for that waits. */
  readonly waits = new Map<Address, Set<Address>>()
  /** All that each was ever told to wait for. */
  readonly needs = new Map<Address, Set<Address>>()
  readonly ends = new Map<Address, End>()
  readonly groups = new Map<Address, Family>()
  /** The groups of tasks that live. */
  readonly #groupOf = new Map<Address, Address>()

  /** A message that was taken. */
  apply(signal: Signal): void {
    const { to, type, toState, final } = signal
    if (to.startsWith('task/')) this.#task(signal)
    else if (to.startsWith('group/')) this.#group(signal)
    if (toState !== 'pending') this.waits.delete(to)
    if (final && type !== '') this.ended(signal)
  }

  ended({ to, seq, toState, type, data }: Signal): void {
    const status = AS[toState ?? ''] ?? toState ?? ''
    this.ends.set(to, { seq, status, chain: chainOf(to, status, type, data) })
    this.needs.delete(to)
    this.#groupOf.delete(to)
  }

  /** Would it wait for itself? */
  circle({ type, to, data }: Signal): boolean {
    const coming = this.#coming(type, to, data)
    const members = new Map<Address, Address[]>()
    for (const [task, group] of this.#groupOf) members.set(group, [...(members.get(group) ?? []), task])
    if (type.startsWith('group.')) members.set(to, [...(members.get(to) ?? []), ...coming.keys()])
    const own = type === 'task.create' ? (data as Partial<TaskCreate> | null)?.parent : undefined
    if (own?.startsWith('group/') === true) members.set(own, [...(members.get(own) ?? []), to])
    const below = (at: Address): Address[] => [
      ...(this.waits.get(at) ?? []),
      ...(coming.get(at) ?? []),
      ...(members.get(at) ?? []),
    ]
    return [...coming.keys()].some(start => {
      const seen = new Set(coming.get(start))
      // Grows while it is walked.
      for (const at of seen) {
        if (at === start) return true
        for (const next of below(at)) seen.add(next)
      }
      return false
    })
  }

  #coming(type: string, to: Address, data: Signal['data']): Edges {
    const { after, tasks = [], mode } = (data ?? {}) as Partial<TaskCreate> & Partial<GroupCreate>
    if (type === 'task.create' || type === 'task.depend')
      return new Map(after === undefined || after.length === 0 ? [] : [[to, after]])
    if (type !== 'group.create' && type !== 'group.add') return new Map()
    const family = this.groups.get(to)
    let last = family?.names.at(-1)
    const edges = new Map<Address, readonly Address[]>()
    for (const { id, create } of tasks) {
      const before: Address[] =
        (mode ?? family?.mode) === 'sequence' && last !== undefined ? [`task/${last}`] : []
      edges.set(`task/${id}`, [...before, ...(create.after ?? [])])
      last = id
    }
    return edges
  }

  #task({ to, type, data, toState, stamp }: Signal): void {
    if (data === null) return
    const { after = [], on, parent } = data as Partial<TaskCreate> & { readonly on?: Address }
    if (type === 'task.create') {
      if (parent?.startsWith('group/') === true) this.#groupOf.set(to, parent)
      if (after.length > 0 && toState === 'pending' && stamp === null) this.waits.set(to, new Set(after))
    }
    if (type === 'task.depend') this.waits.set(to, new Set([...(this.waits.get(to) ?? []), ...after]))
    if (type === 'task.create' || type === 'task.depend')
      this.needs.set(to, new Set([...(this.needs.get(to) ?? []), ...after]))
    if (type === 'dependency.done' && on !== undefined) this.waits.get(to)?.delete(on)
  }

  #group({ to, type, data }: Signal): void {
    if (data === null) return
    const { mode, sealed, tasks = [] } = data as Partial<GroupCreate>
    if (type === 'group.create')
      this.groups.set(to, {
        mode: mode ?? 'parallel',
        sealed: sealed === true,
        cancelled: false,
        names: [],
        ended: new Map(),
      })
    const family = this.groups.get(to)
    if (family === undefined) return
    family.names.push(...tasks.map(({ id }) => id))
    if (type === 'group.seal') family.sealed = true
    if (type === 'group.cancel') family.cancelled = family.sealed = true
    const { step, status } = data as { readonly step?: number; readonly status?: string }
    if (type === 'step.done' && step !== undefined) family.ended.set(step, status ?? '')
  }
}

const shortOf = (address: Address): string =>
  address.startsWith('task/') ? address.slice('task/'.length) : address

function chainOf(to: Address, state: string, type: string, given: Signal['data']): string[] {
  if (state === 'completed') return []
  const data = (given ?? {}) as {
    readonly error?: { readonly code: string }
    readonly reasons?: readonly Reason[]
    readonly event?: string
    readonly blocked?: object
  }
  const name = shortOf(to)
  if (state === 'blocked')
    return [`${name} DEPENDENCY_FAILED`, ...(data.reasons ?? []).map(({ task, code }) => `${task} ${code}`)]
  if (state === 'cancelled') return [`${name} CANCELLED`]
  if (to.startsWith('workflow/')) return [`${name} WORKFLOW_FAILED`]
  if (to.startsWith('group/')) return [`${name} GROUP_FAILED`]
  const late = data.event === 'task.overdue' ? 'QUEUE_TIMEOUT' : 'TASK_EXPIRED'
  const other = type === 'hub.timer' ? late : type === 'task.interrupted' ? 'INTERRUPTED' : 'TASK_FAILED'
  return [`${name} ${data.error?.code ?? other}`]
}
