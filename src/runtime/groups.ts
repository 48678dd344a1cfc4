/**
 * Groups: how tasks get in together, or after others: many in one message, so all of them or none. It checks what comes from
 * outside; circles that reach beyond one message are found where messages are delivered.
 */
import { refuseCycle } from '../actors/plan.ts'
import { parse } from '../actors/schema.ts'
import type { AnyTask, TaskDefinition } from '../actors/task.ts'
import { StatorError } from '../errors.ts'
import { edgesOf, type GroupContext } from '../machines/group.ts'
import { checkName, CLIENT, idOf, type Address } from '../messages/address.ts'
import { GROUP_MODES, type GroupChild, type GroupMode } from '../messages/group.ts'
import type { Json } from '../messages/json.ts'
import type { Door } from './door.ts'
import { checkAfter, checkPriority, checkSubmitOptions, groupShape, keyOf } from './given.ts'
import { GroupHandle } from './group-handle.ts'
import { TaskHandle, type HandleHost } from './handles.ts'
import type { NewId } from './ids.ts'
import type { Limits } from './limits.ts'
import type { Dependency, GroupItem, GroupOptions, StartOptions, SubmitOptions } from './options.ts'
import type { Submissions } from './submissions.ts'
import { nameOf } from './waits.ts'

/** Tasks of one call. */
const MAX_TASKS = 10_000
/** How many messages a group may be as large as, each of its tasks being as large as one at most. */
const MESSAGES = 64

export interface GroupsParts {
  readonly door: Door
  readonly submissions: Submissions
  readonly handles: HandleHost
  readonly limits: Limits
  readonly ids: NewId
}

interface Children {
  readonly tasks: readonly GroupChild[]
  /** What makes two of them the same. */
  readonly raw: Json
}

export class Groups {
  readonly #parts: GroupsParts

  constructor(parts: GroupsParts) {
    this.#parts = parts
  }

  handle(id: string): GroupHandle {
    return new GroupHandle(this.#parts.handles, `group/${checkName(id, 'group id')}`, (group, items) =>
      this.#add(group, items, {}),
    )
  }

  async enqueueAll(items: readonly GroupItem[], options: GroupOptions): Promise<GroupHandle> {
    parse(groupShape, options, 'INPUT_INVALID', 'options')
    const { mode = GROUP_MODES[0], concurrency, open = false, id, metadata } = options
    const { ids, submissions } = this.#parts
    const to: Address = `group/${id === undefined ? ids() : checkName(id, 'id')}`
    const children = this.#children(items, mode)
    const limit = concurrency === undefined ? {} : { concurrency }
    const about = metadata === undefined ? {} : { metadata: submissions.admit(metadata) }
    const data = { mode, ...limit, sealed: !open, tasks: children.tasks, ...about } as unknown as Json
    const raw: Json = ['group', mode, concurrency ?? null, open, children.raw]
    const makes = [to, ...addressesOf(children.tasks)]
    const key = keyOf(options, to, raw)
    const address = await this.#send('group.create', to, data, makes, children.tasks, options, key)
    return this.handle(idOf(address))
  }

  /** One more task for a group that is there. */
  async enqueue<I, O, Given, Made>(
    task: TaskDefinition<I, O, Given, Made>,
    input: Given,
    options: SubmitOptions,
    group: string,
  ): Promise<TaskHandle<O>> {
    checkSubmitOptions(options)
    const { idempotencyKey: _, whenFull: _when, group: _group, ...item } = options
    const to: Address = `group/${checkName(group, 'group id')}`
    const [handle] = await this.#add(to, [{ ...item, task: task as unknown as AnyTask, input }], options)
    return handle as TaskHandle<O>
  }

  async depend(id: string, after: readonly Dependency[]): Promise<void> {
    const { handles, limits } = this.#parts
    if (!Array.isArray(after)) throw new StatorError('INPUT_INVALID', { after, expected: 'a list' })
    const to: Address = `task/${checkName(id, 'task id')}`
    const waitsFor = (handles.cell(to)?.snapshot.context as { waitsFor?: readonly Address[] } | undefined)
      ?.waitsFor
    const added = checkAfter(after, limits.dependencies)
    checkAfter([...new Set([...(waitsFor ?? []), ...added])], limits.dependencies)
    await handles.send('task.depend', to, { after: added })
  }

  async #add(to: Address, items: readonly GroupItem[], options: SubmitOptions): Promise<TaskHandle[]> {
    const group = this.#parts.handles.cell(to)?.snapshot.context as GroupContext | undefined
    const { tasks, raw } = this.#children(items, group?.mode)
    const makes = addressesOf(tasks)
    const data = { tasks } as unknown as Json
    const key = keyOf(options, makes[0] ?? to, ['add', to, raw])
    const first = await this.#send('group.add', to, data, makes, tasks, options, key)
    return [first, ...makes.slice(1)].map(address => new TaskHandle(this.#parts.handles, address))
  }

  /** Returns the first of those that it makes, or made when the same was asked for before. */
  #send(
    type: string,
    to: Address,
    data: Json,
    makes: readonly Address[],
    tasks: readonly GroupChild[],
    options: StartOptions,
    key: { key: string; raw: Json } | undefined,
  ): Promise<Address> {
    const { door, limits } = this.#parts
    const priority = checkPriority(options.priority)
    const bytes = MESSAGES * limits.messageBytes
    const coming = comingWith(tasks, door)
    return door.create(
      {
        type,
        to,
        from: CLIENT,
        data,
        priority,
        correlationId: to,
        makes,
        bytes,
        key,
        coming: coming.size === 0 ? undefined : coming,
      },
      options,
    )
  }

  /** All of them checked, and against one another. */
  #children(items: readonly GroupItem[], mode: GroupMode | undefined): Children {
    const { submissions, ids, limits } = this.#parts
    if (!Array.isArray(items) || items.length > MAX_TASKS)
      throw new StatorError('INPUT_INVALID', {
        tasks: Array.isArray(items) ? items.length : items,
        expected: `a list of at most ${MAX_TASKS}`,
      })
    const raw: Json[] = []
    const tasks = (items as readonly GroupItem[]).map((item): GroupChild => {
      checkSubmitOptions(item, ['task', 'input'])
      const { task, input, id, priority } = item
      const prepared = submissions.prepare(task, input, item)
      const own = priority === undefined ? {} : { priority: checkPriority(priority) }
      raw.push([
        id ?? null,
        prepared.raw,
        [...((prepared.create as { after?: readonly Json[] }).after ?? [])],
      ])
      submissions.admit(prepared.create)
      return { id: id === undefined ? ids() : checkName(id, 'id'), create: prepared.create as never, ...own }
    })
    const edges = edgesOf(tasks, mode, undefined)
    const indexes = new Map([...edges.keys()].map((address, index) => [address, index]))
    const after = [...edges.values()].map(all =>
      all.flatMap(on => {
        const index = indexes.get(on)
        return index === undefined ? [] : [index]
      }),
    )
    refuseCycle([...edges.keys()].map(nameOf), after)
    for (const [task, all] of edges)
      if (all.length > limits.dependencies)
        throw new StatorError('INPUT_INVALID', { task, dependencies: all.length, limit: limits.dependencies })
    return { tasks, raw }
  }
}

const addressesOf = (tasks: readonly GroupChild[]): Address[] => tasks.map(({ id }): Address => `task/${id}`)

/** How many of them come into which queue, where that queue must be asked. */
function comingWith(tasks: readonly GroupChild[], door: Door): Map<string | undefined, number> {
  const coming = new Map<string | undefined, number>()
  for (const { create } of tasks)
    if (door.asks(create.queue)) coming.set(create.queue, (coming.get(create.queue) ?? 0) + 1)
  return coming
}
