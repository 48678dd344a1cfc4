/** Queues: what runtime.tasks can do with many tasks at once, and what it says of one: it joins the parts that look, and asks the door. */
import { StatorError } from '../errors.ts'
import type { AgentContext } from '../machines/agent.ts'
import { checkId, checkName, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Cell } from './cell.ts'
import type { Clock } from './clock.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Drains } from './drains.ts'
import { hindrances, SUSPECTS, type Hindrance } from './hindrances.ts'
import type { Journal } from './journal.ts'
import type { Population } from './population.ts'
import type { SendOptions } from './options.ts'
import { QueueHandle, type QueueHost } from './queue-handle.ts'
import type { Quota } from './quota.ts'
import type { Job } from './slots.ts'
import {
  checkTaskFilter,
  countTasks,
  listTasks,
  type TaskCounts,
  type TaskFilter,
  type TaskPage,
} from './task-list.ts'

/** A task that says so has ended meanwhile, or is held by the hub. */
const LEFT_ALONE: readonly unknown[] = ['RECIPIENT_UNKNOWN', 'EVENT_REFUSED', 'HELD']

const WAIT = { whenFull: 'wait' } as const

/** Tasks that are called off at once. */
const CANCEL_AT_ONCE = 1_000

export interface QueuesParts {
  readonly dispatcher: Dispatcher
  readonly population: Population
  readonly journal: Journal
  readonly clock: Clock
  readonly drains: Drains
  /** Throws where nothing can be said. */
  readonly look: (address: Address) => Cell | undefined
  readonly handles: (agent: string, task: string) => boolean
  /** @throws StatorError QUEUE_UNKNOWN */
  readonly requireQueue: (name: string) => void
  /** Brings a queue to life that was never configured. */
  readonly configure: (address: Address) => Promise<unknown>
  readonly send: (type: string, to: Address, data: Json, options?: SendOptions) => Promise<unknown>
}

export type MayStart = { readonly ok: true } | { readonly ok: false; readonly reasons: readonly Hindrance[] }

export class Queues {
  readonly #parts: QueuesParts

  constructor(parts: QueuesParts) {
    this.#parts = parts
  }

  /** @throws StatorError QUEUE_UNKNOWN */
  queue(name: string): QueueHandle {
    const { dispatcher, clock, drains, look, requireQueue } = this.#parts
    checkName(name, 'queue name')
    // One that is not registered any more may still have tasks.
    if (look(`queue/${name}`) === undefined) requireQueue(name)
    const host: QueueHost = {
      dispatcher,
      clock,
      drains,
      cell: look,
      send: (queue, type, data) => this.#send(`queue/${queue}`, type, data),
    }
    return new QueueHandle(name, host)
  }

  list(options: TaskFilter & { limit?: number; cursor?: string }): TaskPage {
    return listTasks(this.#parts, options)
  }

  count(options: Pick<TaskFilter, 'queue' | 'type'>): TaskCounts {
    return countTasks(this.#parts, options)
  }

  /** Calls off all that live and fit. Returns how many. */
  async cancelAll(filter: TaskFilter, reason: string | undefined): Promise<number> {
    checkTaskFilter(filter)
    if (Object.values(filter).every(value => value === undefined))
      throw new StatorError('INPUT_INVALID', {
        filter,
        expected: 'at least one of workflow, group, queue, type, state, agent',
      })
    const { send } = this.#parts
    const data = reason === undefined ? {} : { reason }
    const root = this.#livingRoot(filter)
    let cancelled = 0
    for (const living of this.#livingPages(filter)) {
      if (root === undefined) {
        const asked = living.map(async address =>
          send('task.cancel', address, data, WAIT).then(() => true, isLeftAlone),
        )
        cancelled += (await Promise.all(asked)).filter(Boolean).length
      } else cancelled += living.length
    }
    // A run or a group ends as a whole, with all that lives of it: so nothing of it begins while it is called off.
    if (root !== undefined) await send(root.type, root.address, data, WAIT)
    return cancelled
  }

  *#livingPages(filter: TaskFilter): Generator<Address[]> {
    for (let cursor: string | null = '0'; cursor !== null;) {
      const page: TaskPage = this.list({ ...filter, limit: CANCEL_AT_ONCE, cursor })
      const { jobs } = this.#parts.dispatcher
      yield page.tasks.filter(task => jobs.get(task.address) !== undefined).map(({ address }) => address)
      cursor = page.next
    }
  }

  /** @throws StatorError NOT_FOUND (no such task), AGENT_UNKNOWN, ADDRESS_INVALID */
  mayStart(taskId: string, agentId: string): MayStart {
    const { look, dispatcher, clock, handles } = this.#parts
    const task = look(`task/${checkId(taskId, 'task id')}`)
    if (task === undefined) throw new StatorError('NOT_FOUND', { task: taskId })
    const agent = look(`agent/${checkName(agentId, 'agent id')}`)
    const job = dispatcher.jobs.get(task.address)
    if (agent === undefined) throw new StatorError('AGENT_UNKNOWN', { agent: agentId })
    const { role } = agent.snapshot.context as AgentContext
    const at = clock.now()
    const reasons = hindrances({
      task,
      agent,
      handles: handles(agentId, job?.type ?? ''),
      paused: dispatcher.shelf.isPaused(job?.run) ? job?.run : undefined,
      running: dispatcher.runningOf(agent.address),
      quotas: job === undefined ? [] : this.#quotasOf(job, role, at),
      at,
    })
    return reasons.length === 0 ? { ok: true } : { ok: false, reasons }
  }

  /** The run or the group that all of it belongs to, where nothing else is asked for. */
  #livingRoot({ workflow, group, ...rest }: TaskFilter): { address: Address; type: string } | undefined {
    if (Object.values(rest).some(value => value !== undefined)) return undefined
    const address: Address = workflow === undefined ? `group/${group ?? ''}` : `workflow/${workflow}`
    const cell = this.#parts.look(address)
    return cell === undefined ? undefined : { address, type: `${cell.definition.kind.kind}.cancel` }
  }

  /** What a start would need beside an agent, by what it is of. */
  #quotasOf(job: Job, role: string | null, at: number): (readonly [string, Quota])[] {
    const { quotas } = this.#parts.dispatcher
    const own = job.place?.track.quotas ?? []
    for (const quota of own) quotas.changed(quota, at)
    const ofRole = role === null ? undefined : quotas.role(role)
    return [
      [`queue ${job.desk.name}`, job.desk.quota],
      ...own.map(quota => [`the key or lane of ${job.task}`, quota] as const),
      ...(ofRole === undefined ? [] : [[`role ${role ?? ''}`, ofRole] as const]),
      ...(job.suspect ? [[SUSPECTS, quotas.suspects] as const] : []),
    ]
  }

  async #send(address: Address, type: string, data: Json): Promise<unknown> {
    const { look, configure, send } = this.#parts
    if (look(address) === undefined) await configure(address)
    return send(type, address, data)
  }
}

/** Whoever is told of fewer than there were must not believe that all went well. */
function isLeftAlone(error: unknown): false {
  if (LEFT_ALONE.includes((error as { code?: unknown }).code)) return false
  throw error
}
