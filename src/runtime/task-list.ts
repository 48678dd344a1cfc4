/**
 * Task list: tasks by workflow, group, queue, type, state, agent, a page at a time; and how many there are. Living ones are read from
 * the dispatcher's picture, ended ones from history. It looks; it changes nothing.
 */
import { z } from 'zod'
import { DEFAULT_QUEUE } from '../actors/queue.ts'
import { parse } from '../actors/schema.ts'
import { DEPENDENCY_ENDINGS as ENDINGS, type TaskCreate } from '../messages/task.ts'
import { checkAddress, idOf, type Address } from '../messages/address.ts'
import type { Priority } from '../messages/message.ts'
import type { Signal } from '../messages/signal.ts'
import type { TaskContext } from '../machines/task.ts'
import type { Cell } from './cell.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Journal } from './journal.ts'
import type { Population } from './population.ts'
import { scan } from './scan.ts'

/** Records that one page reads at most: a page may be short, or empty, and still have a next one. */
const MAX_SCANNED = 10_000
/** An ending is among the last records of a task; a refused late word may come after it. */
const ENDING = 20
const LIVING = ['pending', 'scheduled', 'queued', 'running', 'retrying', 'held'] as const

/** Those that are always in memory, and few. */
const MOVING = new Set<string>(['scheduled', 'running', 'retrying', 'held'])

export type TaskState = (typeof LIVING)[number] | (typeof ENDINGS)[number]

export interface TaskFilter {
  /** A run, by its id: tasks that are its steps. */
  readonly workflow?: string | undefined
  /** A group, by its id. */
  readonly group?: string | undefined
  readonly queue?: string | undefined
  /** The name of the task's definition. */
  readonly type?: string | undefined
  readonly state?: TaskState | undefined
  /** Who works on it, or did last, by its id. */
  readonly agent?: string | undefined
}

export type TaskCounts = Record<(typeof LIVING)[number], number>

export interface TaskPage {
  readonly tasks: readonly TaskSummary[]
  /** Give it as `cursor` for what follows; null: that was all. */
  readonly next: string | null
}

export interface TaskSummary {
  readonly id: string
  readonly address: Address
  readonly type: string
  readonly state: TaskState
  readonly queue: string
  readonly priority: Priority
  readonly agent: string | null
  /** The run or group that it belongs to; null where it stands alone. */
  readonly root: string | null
  /** Position of its creation. */
  readonly created: number
}

const filterShape = z.strictObject({
  workflow: z.string().optional(),
  group: z.string().optional(),
  queue: z.string().optional(),
  type: z.string().optional(),
  state: z.enum([...LIVING, ...ENDINGS]).optional(),
  agent: z.string().optional(),
})
const shape = filterShape.extend({
  limit: z.int().min(1).max(1_000).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,16}$/)
    .optional(),
})

/** @throws StatorError INPUT_INVALID: what is no filter, `limit` and `cursor` included, would fit all there is */
export function checkTaskFilter(filter: unknown): void {
  parse(filterShape, filter, 'INPUT_INVALID', 'filter')
}

/** What the list is made from. */
export interface TaskListParts {
  readonly journal: Journal
  readonly dispatcher: Dispatcher
  readonly population: Population
}

/**
 * Oldest first: by creation; where a state is asked for in which tasks have ended, by their end.
 * @throws StatorError INPUT_INVALID
 */
export function listTasks(
  parts: TaskListParts,
  options: TaskFilter & { readonly limit?: number; readonly cursor?: string },
): TaskPage {
  const { limit = 100, cursor = '0', ...filter } = parse(shape, options, 'INPUT_INVALID', 'filter')
  const found: TaskSummary[] = []
  let after = Number(cursor)
  let scanned = 0
  for (const { task, position } of candidates(parts, filter, after)) {
    after = position
    scanned++
    if (task !== undefined && fits(task, filter)) found.push(task)
    if (found.length === limit || scanned === MAX_SCANNED) return { tasks: found, next: String(after) }
  }
  return { tasks: found, next: null }
}

interface Candidate {
  readonly task: TaskSummary | undefined
  readonly position: number
}

/** What may fit, from where it is soonest found. */
function* candidates(parts: TaskListParts, filter: TaskFilter, after: number): Generator<Candidate> {
  const { journal, dispatcher, population } = parts
  const root = rootOf(filter)
  const within = root === undefined ? {} : { correlationId: root }
  const { state } = filter
  if (state !== undefined && isEnded(state)) {
    for (const ending of scan(journal, { ...within, types: [`task.${state}`], after }))
      yield { task: ending.final ? summaryOfEnded(ending, journal) : undefined, position: ending.seq }
  } else if (state !== undefined && MOVING.has(state)) {
    const cells = [...dispatcher.jobs.all()]
      .filter(job => job.state === state)
      .map(({ task }) => population.loaded(task))
      .filter(cell => cell !== undefined && cell.createdSeq > after)
    const created = (cells as Cell[]).toSorted((a, b) => a.createdSeq - b.createdSeq)
    for (const cell of created)
      if (root === undefined || cell.correlationId === root)
        yield { task: summaryOfLiving(cell, dispatcher), position: cell.createdSeq }
  } else
    for (const created of scan(journal, { ...within, types: ['task.create'], after }))
      yield { task: summaryOf(created, journal, dispatcher), position: created.seq }
}

/** Living tasks, by state. @throws StatorError INPUT_INVALID */
export function countTasks(
  { dispatcher }: Pick<TaskListParts, 'dispatcher'>,
  options: Pick<TaskFilter, 'queue' | 'type'>,
): TaskCounts {
  const { queue, type } = parse(shape.pick({ queue: true, type: true }), options, 'INPUT_INVALID', 'filter')
  const counts = { pending: 0, scheduled: 0, queued: 0, running: 0, retrying: 0, held: 0 }
  const add = (state: string, count: number): void => {
    if (state in counts) counts[state as keyof typeof counts] += count
  }
  if (type === undefined) {
    for (const desk of dispatcher.jobs.desks())
      if (queue === undefined || desk.name === queue) for (const [state, n] of desk.counts) add(state, n)
  } else
    for (const job of dispatcher.jobs.all())
      if (job.type === type && (queue === undefined || job.desk.name === queue)) add(job.state, 1)
  return counts
}

function rootOf({ workflow, group }: TaskFilter): Address | undefined {
  if (workflow !== undefined) return checkAddress(`workflow/${workflow}`, 'workflow')
  return group === undefined ? undefined : checkAddress(`group/${group}`, 'group')
}

function fits(task: TaskSummary, { queue, type, state, agent }: TaskFilter): boolean {
  return (
    (queue === undefined || task.queue === queue) &&
    (type === undefined || task.type === type) &&
    (state === undefined || task.state === state) &&
    (agent === undefined || task.agent === agent)
  )
}

function summaryOf(created: Signal, journal: Journal, dispatcher: Dispatcher): TaskSummary | undefined {
  // One that was refused made nobody; of one that was erased nothing is known.
  if (created.refused !== null || created.data === null) return undefined
  const base = baseOf(created, created.data as unknown as TaskCreate, created.seq)
  const job = dispatcher.jobs.get(created.to)
  if (job !== undefined)
    return { ...base, state: job.state as TaskState, agent: agentIn(job.running?.slot.address) }
  const after = created.seq - 1
  const ending = journal
    .query({ actor: created.to, after, order: 'desc', limit: ENDING })
    .find(({ final }) => final)
  return ending === undefined ? undefined : { ...base, ...endOf(ending) }
}

function summaryOfEnded(ending: Signal, journal: Journal): TaskSummary | undefined {
  const before = { actor: ending.to, types: ['task.create'], before: ending.seq + 1, order: 'desc' } as const
  const created = journal.query({ ...before, limit: ENDING }).find(({ refused }) => refused === null)
  if (created === undefined || created.data === null) return undefined
  return { ...baseOf(created, created.data as unknown as TaskCreate, created.seq), ...endOf(ending) }
}

function summaryOfLiving(cell: Cell, dispatcher: Dispatcher): TaskSummary | undefined {
  const { spec } = cell.snapshot.context as TaskContext
  const job = dispatcher.jobs.get(cell.address)
  if (spec === null || job === undefined) return undefined
  const { address: to, priority, correlationId, createdSeq } = cell
  const base = baseOf({ to, priority, correlationId }, spec, createdSeq)
  return { ...base, state: job.state as TaskState, agent: agentIn(job.running?.slot.address) }
}

function baseOf(
  { to: address, priority, correlationId }: Pick<Signal, 'to' | 'priority' | 'correlationId'>,
  { task: type, queue = DEFAULT_QUEUE }: TaskCreate,
  created: number,
): Omit<TaskSummary, 'state' | 'agent'> {
  const root = correlationId === address ? null : correlationId
  return { id: idOf(address), address, type, queue, priority, root, created }
}

const endOf = ({ toState, from }: Signal): Pick<TaskSummary, 'state' | 'agent'> => ({
  state: toState as TaskState,
  agent: agentIn(from),
})

const isEnded = (state: string): boolean => (ENDINGS as readonly string[]).includes(state)

const agentIn = (address: Address | undefined): string | null =>
  address?.startsWith('agent/') === true ? idOf(address) : null
