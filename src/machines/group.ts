/**
 * Group: the parent of tasks that were put in a queue together: it brings them to life, hears how each ended, and ends when no more
 * can come and all have. Pure: which of them runs when is not its business, but that of what they depend on and of the dispatcher.
 */
import { assign, enqueueActions, setup } from 'xstate'
import type { Failure } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Emitted } from '../messages/command.ts'
import type { EventsOf } from '../messages/event.ts'
import type { GroupChild, groupMessages, GroupMode } from '../messages/group.ts'
import type { Json } from '../messages/json.ts'
import { BLOCKED, CANCELLED, COMPLETED, FAILED, RUNNING } from './graph-state.ts'
import { Vector } from './vector.ts'

export interface GroupContext {
  readonly id: string
  readonly mode: GroupMode
  readonly concurrency: number | null
  /** No more tasks will be added. */
  readonly sealed: boolean
  /** The ids of its tasks, in the order in which they were given. */
  readonly names: readonly string[]
  /** Of each task: as the states of a step. */
  readonly status: Vector
  /** Of each that ended, the position of the signal that ended it. */
  readonly refs: Vector
  readonly living: number
  readonly completed: number
  readonly failed: number
  readonly cancelled: number
  readonly blocked: number
  /** The first that failed. */
  readonly error: { readonly task: string; readonly error: Failure } | null
  readonly reason: string | null
  readonly metadata: { readonly [name: string]: Json }
  /** Milliseconds since the epoch; 0 while it has not happened. */
  readonly createdAt: number
  readonly endedAt: number
}

export type GroupEvent = EventsOf<typeof groupMessages>
type Args = { context: GroupContext; event: GroupEvent }

export const NEW_GROUP: GroupContext = {
  id: '',
  mode: 'parallel',
  concurrency: null,
  sealed: false,
  names: [],
  status: Vector.from([]),
  refs: Vector.from([]),
  living: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  blocked: 0,
  error: null,
  reason: null,
  metadata: {},
  createdAt: 0,
  endedAt: 0,
}

const ENDINGS = { completed: COMPLETED, failed: FAILED, cancelled: CANCELLED, blocked: BLOCKED } as const

const taskAddress = (id: string): Address => `task/${id}`

/** What each of these tasks waits for: what it names, and in a sequence the one before it; the first of them `last`. */
export function edgesOf(
  tasks: readonly GroupChild[],
  mode: GroupMode | undefined,
  last: string | undefined,
): Map<Address, readonly Address[]> {
  const edges = new Map<Address, readonly Address[]>()
  let before = last
  for (const { id, create } of tasks) {
    const after = create.after ?? []
    const own = mode === 'sequence' && before !== undefined ? [taskAddress(before), ...after] : after
    edges.set(taskAddress(id), [...new Set(own)])
    before = id
  }
  return edges
}

/** Brings tasks to life, from the next free index on. */
function grown(
  context: GroupContext,
  tasks: readonly GroupChild[],
): { to: Partial<GroupContext>; send: Emitted[] } {
  const { id, mode, concurrency, names, status, refs, living } = context
  const parent: Address = `group/${id}`
  const edges = edgesOf(tasks, mode, names.at(-1))
  const lane = concurrency === null ? {} : { lane: { name: parent, limit: concurrency } }
  const send = tasks.map(({ id: task, create, priority }, index): Emitted => {
    const after = edges.get(taskAddress(task)) ?? []
    const data = {
      ...create,
      ...lane,
      ...(after.length === 0 ? {} : { after }),
      parent,
      step: names.length + index,
    }
    const message = {
      type: 'send',
      to: taskAddress(task),
      event: 'task.create',
      data: data as unknown as Json,
    } as const
    return priority === undefined ? message : { ...message, priority }
  })
  const to = {
    names: [...names, ...tasks.map(task => task.id)],
    status: Vector.from([...status.toJSON(), ...tasks.map(() => RUNNING)]),
    refs: Vector.from([...refs.toJSON(), ...tasks.map(() => 0)]),
    living: living + tasks.length,
  }
  return { to, send }
}

const stepOf = (event: GroupEvent): number => ('step' in event.data ? event.data.step : -1)

function settled(context: GroupContext, event: GroupEvent): Partial<GroupContext> {
  if (event.type !== 'step.done') return {}
  const { step, status, error } = event.data
  const first = status === 'failed' && error !== undefined && context.error === null
  return {
    status: context.status.set(step, ENDINGS[status]),
    refs: context.refs.set(step, event.causationId),
    living: context.living - 1,
    [status]: context[status] + 1,
    ...(first ? { error: { task: context.names[step] ?? '', error: error as Failure } } : {}),
  }
}

export const groupMachine = setup({
  types: {} as { context: GroupContext; events: GroupEvent; emitted: Emitted },
  guards: {
    isLiving: ({ context, event }: Args) => context.status.get(stepOf(event)) === RUNNING,
    isOpen: ({ context }: Args) => !context.sealed,
    isWhole: ({ context }: Args) => context.sealed && context.completed === context.names.length,
    isOver: ({ context }: Args) => context.sealed && context.living === 0,
    isStopped: ({ context }: Args) => context.living === 0,
  },
  actions: {
    create: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'group.create') return
      const { mode, concurrency = null, sealed, tasks, metadata = {} } = event.data
      const fresh = {
        ...NEW_GROUP,
        id: event.to.slice(event.to.indexOf('/') + 1),
        mode,
        concurrency,
        sealed,
        metadata,
        createdAt: event.at,
      }
      const { to, send } = grown(fresh, tasks)
      enqueue.assign({ ...fresh, ...to })
      for (const command of send) enqueue.emit(command)
    }),
    add: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'group.add') return
      const { to, send } = grown(context, event.data.tasks)
      enqueue.assign(to)
      for (const command of send) enqueue.emit(command)
    }),
    seal: assign({ sealed: true }),
    settle: assign(({ context, event }) => settled(context, event)),
    stop: enqueueActions(({ context, event, enqueue }) => {
      const reason = event.type === 'group.cancel' ? (event.data.reason ?? null) : null
      enqueue.assign({ reason, sealed: true })
      const data = reason === null ? {} : { reason }
      for (const [index, name] of context.names.entries())
        if (context.status.get(index) === RUNNING)
          enqueue.emit({ type: 'send', to: taskAddress(name), event: 'task.cancel', data })
    }),
    end: assign(({ event }) => ({ endedAt: event.at })),
  },
}).createMachine({
  id: 'group',
  version: '1',
  description: 'Tasks that belong together: all at once or one after the other; ends when all of them have.',
  options: { maxIterations: 100 },
  context: NEW_GROUP,
  initial: 'pending',
  states: {
    pending: {
      meta: { description: 'Not created yet.' },
      on: {
        'group.create': { target: 'running', actions: 'create' },
        'group.cancel': { target: 'cancelled', actions: ['stop', 'end'] },
      },
    },
    running: {
      meta: { description: 'Tasks of its wait or run, or more of them may be added.' },
      always: [
        { guard: 'isWhole', target: 'completed', actions: 'end' },
        { guard: 'isOver', target: 'failed', actions: 'end' },
      ],
      on: {
        'group.add': { guard: 'isOpen', actions: 'add' },
        'group.seal': { guard: 'isOpen', actions: 'seal' },
        'step.done': { guard: 'isLiving', actions: 'settle' },
        'group.cancel': { target: 'cancelling', actions: 'stop' },
      },
    },
    cancelling: {
      meta: { description: 'Cancelled by request; waits until all that lives of it has ended.' },
      always: { guard: 'isStopped', target: 'cancelled', actions: 'end' },
      on: { 'step.done': { guard: 'isLiving', actions: 'settle' } },
    },
    completed: { type: 'final', meta: { description: 'Every task completed.' } },
    failed: { type: 'final', meta: { description: 'All have ended, and not all completed.' } },
    cancelled: { type: 'final', meta: { description: 'Cancelled; what had completed keeps its output.' } },
  },
})
