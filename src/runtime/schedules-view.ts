/**
 * runtime.tasks.schedules: tasks that are run again and again, as services use them: made, looked at, paused, resumed, run now,
 * removed. It decides nothing: times are the calendar's, what is run of them the schedule's own.
 */
import { z } from 'zod'
import { parse } from '../actors/schema.ts'
import type { AnyTask, TaskDefinition } from '../actors/task.ts'
import { StatorError } from '../errors.ts'
import { isLast, taskAt, type ScheduleContext } from '../machines/schedule-context.ts'
import { checkName, CLIENT, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { ScheduleSpec } from '../messages/schedule.ts'
import type { Signal } from '../messages/signal.ts'
import type { Cell } from './cell.ts'
import type { Door } from './door.ts'
import { TaskHandle, type HandleHost } from './handles.ts'
import type { Lifetime } from './lifetime.ts'
import type { Population } from './population.ts'
import { checkScheduleOptions, scheduleSpecOf, type ScheduleOptions } from './schedule-options.ts'
import type { Submissions } from './submissions.ts'

export type { ScheduleOptions } from './schedule-options.ts'

/** Times in milliseconds since the epoch. */
export interface ScheduleInfo {
  readonly id: string
  readonly address: Address
  /** `due` for a moment, `waiting`, `paused`, `finishing` (no time is to come, something still runs), `completed`, `removed`, `held`. */
  readonly state: string
  /** The name of its task. */
  readonly task: string
  readonly cron: string | null
  /** Of `cron`. */
  readonly timezone: string
  /** Milliseconds. */
  readonly every: number | null
  /** Null while none is known: paused, over, or about to be told. */
  readonly next: number | null
  /** The last time that was run. */
  readonly last: number | null
  /** Of all times that have come: run, left out by the overlap policy, missed and not made up for; and runs on demand. */
  readonly counts: {
    readonly started: number
    readonly skipped: number
    readonly missed: number
    readonly triggered: number
  }
  /** Ids of its tasks that have not ended; and how many times wait for those. */
  readonly running: readonly string[]
  readonly backlog: number
  /** Why it is paused or was removed, if somebody said so; or what the calendar stumbled over. */
  readonly reason: string | null
}

export interface SchedulesParts {
  readonly handles: HandleHost
  readonly submissions: Submissions
  readonly door: Door
  readonly population: Population
  readonly lifetime: Pick<Lifetime, 'requireOpen' | 'requireTruth' | 'requireJournal'>
}

const filterShape = z.strictObject({ state: z.string().optional() })

/** The name of a task is that of its schedule and a time, and no longer than names are. */
const MAX_ID = 140

export class SchedulesView {
  readonly #parts: SchedulesParts

  constructor(parts: SchedulesParts) {
    this.#parts = parts
  }

  /**
   * Makes a schedule, once for its id: the same definition again is no error and changes nothing, also where it is over since,
   * as long as its past was not pruned.
   * Policies of the task that have changed since are taken over. Each run is a task of its own, `<id>@<time in ISO 8601>`.
   * Settles when that is durable.
   * @throws StatorError (rejects) IDEMPOTENCY_CONFLICT: another definition has that id, and `replace` is not set; TASK_UNHANDLED,
   * INPUT_INVALID, DEFINITION_INVALID (no cron expression, no time zone), ADDRESS_INVALID, ALREADY_REGISTERED, HELD, HUB_BUSY, CLOSED
   */
  async create<I, O, Given, Made>(
    id: string,
    task: TaskDefinition<I, O, Given, Made>,
    input: Given,
    options: ScheduleOptions,
  ): Promise<ScheduleInfo> {
    this.#parts.lifetime.requireOpen()
    const to = addressOf(id)
    checkScheduleOptions(options)
    const { queue, metadata } = options
    const beside = { ...(queue !== undefined && { queue }), ...(metadata !== undefined && { metadata }) }
    const made = this.#parts.submissions.prepare(task as unknown as AnyTask, input, beside)
    const spec = scheduleSpecOf(options, made)
    const known = this.#cell(to)
    if (known === undefined) await this.#begin(to, spec, options)
    else await this.#again(to, known, spec, options.replace === true)
    return this.#require(to)
  }

  /** How it stands, also once it is over; undefined for one that never was, or was pruned. @throws StatorError JOURNAL_FAILED */
  get(id: string): ScheduleInfo | undefined {
    this.#parts.lifetime.requireJournal()
    this.#parts.lifetime.requireTruth()
    return this.#info(addressOf(id))
  }

  /** Those that are not over, ordered by id. @throws StatorError INPUT_INVALID, CLOSED, JOURNAL_FAILED */
  list(filter: { state?: string } = {}): ScheduleInfo[] {
    parse(filterShape, filter, 'INPUT_INVALID', 'filter')
    this.#parts.lifetime.requireJournal()
    this.#parts.lifetime.requireTruth()
    return [...this.#parts.population.cells()]
      .filter(cell => cell.definition.kind.kind === 'schedule')
      .map(cell => infoOf(cell, stateOf(cell)))
      .filter(info => filter.state === undefined || info.state === filter.state)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  }

  /**
   * It starts nothing until resumed, also across restarts; what runs goes on, and what waits for that is skipped. One that is
   * paused stays so. @throws StatorError (rejects) NOT_FOUND, EVENT_REFUSED: it is over, or about to be
   */
  async pause(id: string, reason?: string): Promise<void> {
    const to = addressOf(id)
    if (this.#require(to).state === 'paused') return
    await this.#tell(to, 'schedule.pause', reason === undefined ? {} : { reason })
  }

  /** Times that came during the pause are neither run nor missed. One that is not paused is left alone. @throws StatorError (rejects) NOT_FOUND, EVENT_REFUSED */
  async resume(id: string): Promise<void> {
    const to = addressOf(id)
    const { state } = this.#require(to)
    if (state === 'due' || state === 'waiting') return
    await this.#tell(to, 'schedule.resume', {})
  }

  /** What runs goes on. Its id is free again. One that is over is left alone. @throws StatorError (rejects) NOT_FOUND */
  async remove(id: string, reason?: string): Promise<void> {
    const to = addressOf(id)
    const { state } = this.#require(to)
    if (state === 'completed' || state === 'removed') return
    await this.#tell(to, 'schedule.remove', reason === undefined ? {} : { reason })
  }

  /** Runs it now, paused or not, beside whatever runs, and not counted by `times`. @throws StatorError (rejects) NOT_FOUND, RECIPIENT_UNKNOWN: it is over */
  async trigger(id: string): Promise<TaskHandle> {
    const to = addressOf(id)
    this.#require(to)
    const { at, seq } = await this.#tell(to, 'schedule.trigger', {})
    return new TaskHandle(this.#parts.handles, taskAt(to, at, seq))
  }

  async #begin(to: Address, spec: ScheduleSpec, { replace }: ScheduleOptions): Promise<void> {
    const past = this.#past(to)
    if (past !== undefined && past.state !== 'removed') {
      const { spec: other } = past.context
      if (other?.definition === spec.definition) return
      if (replace !== true) throw conflict(to)
    }
    const data = spec as unknown as Json
    await this.#submit('schedule.create', to, data).catch(async (error: unknown) => {
      // Somebody else may have been faster, with the same or with another.
      const cell = this.#cell(to)
      if (cell === undefined) throw error
      await this.#again(to, cell, spec, replace === true)
    })
  }

  async #again(to: Address, cell: Cell, spec: ScheduleSpec, replace: boolean): Promise<void> {
    const { spec: other } = contextOf(cell)
    const isSame = other?.definition === spec.definition
    if (!isSame && !replace) throw conflict(to)
    if (isSame && JSON.stringify(other?.create) === JSON.stringify(spec.create)) return
    await this.#submit('schedule.update', to, spec as unknown as Json)
  }

  /** Not through the door for clients: that is for those only who say what is checked here. */
  #submit(type: string, to: Address, data: Json): Promise<Signal> {
    return this.#parts.door.submit({ type, to, from: CLIENT, data, correlationId: to })
  }

  #tell(to: Address, type: string, data: Json): Promise<Signal> {
    return this.#parts.handles.send(type, to, data)
  }

  #cell(address: Address): Cell | undefined {
    const hold = this.#parts.population.stranded().get(address)
    if (hold !== undefined) throw new StatorError('HELD', { address, code: hold.code, reason: hold.reason })
    return this.#parts.population.find(address)
  }

  /** As it was in the end, if it is over and known. */
  #past(address: Address): { state: string; context: ScheduleContext; cell: Cell } | undefined {
    const ending = this.#parts.handles.ending(address)
    const cell = ending === undefined ? undefined : this.#parts.handles.past(ending)
    return cell === undefined ? undefined : { state: ending?.toState ?? '', context: contextOf(cell), cell }
  }

  #info(address: Address): ScheduleInfo | undefined {
    const cell = this.#cell(address)
    if (cell !== undefined) return infoOf(cell, stateOf(cell))
    const past = this.#past(address)
    return past === undefined ? undefined : infoOf(past.cell, past.state)
  }

  /** @throws StatorError NOT_FOUND */
  #require(address: Address): ScheduleInfo {
    const info = this.#info(address)
    if (info === undefined) throw new StatorError('NOT_FOUND', { address })
    return info
  }
}

/** @throws StatorError ADDRESS_INVALID */
function addressOf(id: string): Address {
  if (checkName(id, 'schedule id').length > MAX_ID)
    throw new StatorError('ADDRESS_INVALID', {
      what: 'schedule id',
      id,
      expected: `at most ${MAX_ID} characters`,
    })
  return `schedule/${id}`
}

const conflict = (address: Address): StatorError =>
  new StatorError('IDEMPOTENCY_CONFLICT', { address, reason: 'another definition: give replace: true' })

const contextOf = (cell: Cell): ScheduleContext => cell.snapshot.context as ScheduleContext
const stateOf = (cell: Cell): string => (cell.held === null ? cell.state : 'held')

function infoOf(cell: Cell, state: string): ScheduleInfo {
  const { address } = cell
  const context = contextOf(cell)
  const { spec, next, last, started, skipped, missed, triggered, running, backlog, reason, error } = context
  return {
    id: address.slice('schedule/'.length),
    address,
    state,
    task: spec?.create.task ?? '',
    cron: spec?.cron ?? null,
    timezone: spec?.timezone ?? 'UTC',
    every: spec?.every ?? null,
    next: isLast(context) ? null : next,
    last,
    counts: { started, skipped, missed, triggered },
    running: running.map(task => task.slice('task/'.length)),
    backlog: backlog.length,
    reason: reason ?? error?.message ?? null,
  }
}
