/**
 * Hull: what a user's own machine lives in. It takes what the hub delivers, gives the machine the events that XState would give it, and
 * turns what XState would do (start and stop actors, wait) into messages and timers. Pure, as every machine of the hub: the tasks
 * themselves, time and the journal are not here. Its own states are around those of the machine: `pending`, `running.…`, `paused.…`,
 * `completing`, `failing` and `cancelling` while tasks are still to end, `completed`, `failed`, `cancelled`.
 */
import type { AnyActorScope, AnyStateMachine } from 'xstate'
import { StatorError, toFailure, type Failure } from '../errors.ts'
import type { Command, Emitted, Send } from '../messages/command.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import { carryOut, stopAll, type Action, type Done } from './own-machine-actions.ts'
import { parentIn, wordTo } from './own-machine-parent.ts'
import {
  inOrder,
  jsonOf,
  NOT_STARTED,
  scopeOf,
  type Inner,
  type OwnContext,
  type OwnEvent,
  type Told,
} from './own-machine-state.ts'

/** The event of all its timers: which of the machine's own it stands for is in the books. */
export const TIMER = 'workflow.timer'

/** Steps that one event may lead to: a machine that goes round in circles is held, and the hub goes on. */
const MAX_ITERATIONS = 1_000

const ENDING = { completed: 'completing', failed: 'failing', cancelled: 'cancelling' } as const

/** The machine and what is around it, as any snapshot looks to the hub. Restoring one puts its context in afterwards. */
class HullSnapshot {
  readonly status: 'active' | 'done'
  readonly value: unknown
  context: OwnContext

  constructor(status: 'active' | 'done', value: unknown, context: OwnContext) {
    this.status = status
    this.value = value
    this.context = context
  }

  static of(context: OwnContext): HullSnapshot {
    const { inner, end, leaving, paused } = context
    if (end === null) {
      const phase = paused === null ? 'running' : 'paused'
      return new HullSnapshot('active', inner === null ? 'pending' : { [phase]: inner.value }, context)
    }
    const isOver = leaving.length === 0
    return new HullSnapshot(isOver ? 'done' : 'active', isOver ? end.status : ENDING[end.status], context)
  }

  /** Once it has ended, its word to the run that it is a step of. */
  get owed(): readonly Send[] {
    const { parent, end } = this.context
    return this.status === 'done' && parent !== undefined && end !== null ? [wordTo(parent, end)] : []
  }

  /** Where whoever asks which events are allowed looks. */
  get _nodes(): readonly { readonly ownEvents: readonly string[] }[] {
    const { inner, end, paused } = this.context
    if (end !== null) return []
    const control = paused === null ? 'workflow.pause' : 'workflow.resume'
    return [
      ...(inner?._nodes ?? []),
      { ownEvents: ['workflow.cancel', ...(inner === null ? [] : [control])] },
    ]
  }
}

const hulls = new WeakSet<AnyStateMachine>()

/** Does it take signals, and not the events of its own states? */
export const isHull = (machine: AnyStateMachine): boolean => hulls.has(machine)

export interface Rules {
  /** The words for its invokes in the addresses of their tasks. */
  readonly words: ReadonlyMap<string, string>
  /** The events that come from outside. */
  readonly events: ReadonlySet<string>
}

/** The machine as the hub runs it. */
export function hullOf(given: AnyStateMachine, rules: Rules): AnyStateMachine {
  // A copy: nobody changes it behind our back, and it has a bound.
  const machine = given.provide({}) as AnyStateMachine
  const { options } = machine
  if (!Number.isFinite(options.maxIterations)) machine.options = { ...options, maxIterations: MAX_ITERATIONS }
  const hull = Object.create(machine) as AnyStateMachine
  const own = {
    getInitialSnapshot: () => HullSnapshot.of(NOT_STARTED),
    transition: (before: HullSnapshot, signal: Signal, scope: AnyActorScope) => {
      const { context, commands } = new Turn(machine, rules, before.context).take(signal)
      if (context === before.context) return before
      const after = HullSnapshot.of(context)
      for (const command of [...commands, ...after.owed]) tell(scope, command)
      return after
    },
    restoreSnapshot: ({ status, value, context }: HullSnapshot) => new HullSnapshot(status, value, context),
    getPersistedSnapshot: (snapshot: HullSnapshot) => snapshot,
  }
  for (const [name, value] of Object.entries(own)) Object.defineProperty(hull, name, { value })
  hulls.add(hull)
  return hull
}

/** In the words in which any machine says it. */
function tell(scope: AnyActorScope, command: Command): void {
  const executor = (scope as unknown as { actionExecutor: (action: Action) => void }).actionExecutor
  if (command.type === 'timer.set') {
    const { id, delay } = command
    executor({ type: 'xstate.raise', params: { id, delay, event: { type: TIMER } } })
  } else if (command.type === 'timer.cancel')
    executor({ type: 'xstate.cancel', params: { sendId: command.id } })
  else executor({ type: 'xstate.emit', params: { event: command as Emitted } })
}

/** One delivery. */
class Turn {
  readonly #machine: AnyStateMachine
  readonly #rules: Rules
  readonly #before: OwnContext

  constructor(machine: AnyStateMachine, rules: Rules, before: OwnContext) {
    this.#machine = machine
    this.#rules = rules
    this.#before = before
  }

  /** The same context where it is not taken. */
  take(told: Told | Signal): Done {
    const before = this.#before
    const data = told.data as { readonly [key: string]: string | undefined }
    if (told.type === 'workflow.start' && before.inner === null && before.end === null)
      return this.#start(told as Signal)
    if (told.type === 'workflow.cancel' && before.end === null) return this.#cancel(data)
    if (before.paused !== null && this.#waits(told))
      return {
        context: { ...before, paused: [...before.paused, { type: told.type, data: told.data }] },
        commands: [],
      }
    if (told.type === 'step.done' || told.type === 'fault') return this.#ended(told)
    if (before.end !== null || before.inner === null) return unmoved(before)
    if (told.type === 'workflow.pause' && before.paused === null) return unmoved({ ...before, paused: [] })
    if (told.type === 'workflow.resume') return this.#resume()
    if (told.type === TIMER) return this.#fired(data['id'] ?? '')
    if (told.type === 'workflow.signal' && this.#rules.events.has(data['name'] ?? ''))
      return this.#feed(before, { ...(told.data as unknown as Said).data, type: data['name'] ?? '' })
    return unmoved(before)
  }

  /** Is it for the machine? Then it comes when that goes on. */
  #waits({ type, data }: Told): boolean {
    const { step, id, name } = data as {
      readonly step?: number
      readonly id?: string
      readonly name?: string
    }
    if (type === 'step.done' || type === 'fault')
      return Object.values(this.#before.children).some(child => child.step === step)
    if (type === TIMER) return this.#before.timers[id ?? ''] !== undefined
    return type === 'workflow.signal' && this.#rules.events.has(name ?? '')
  }

  /** What came meanwhile comes now, in its order: a task whose state is left by the first of it says the second to nobody. */
  #resume(): Done {
    const { paused, ...before } = this.#before
    let context: OwnContext = { ...before, paused: null }
    if (paused === null) return unmoved(this.#before)
    const commands: Command[] = []
    for (const told of paused) {
      const done = new Turn(this.#machine, this.#rules, context).take(told)
      context = done.context
      commands.push(...done.commands)
    }
    return { context, commands }
  }

  #start({ to, data }: Signal): Done {
    const { input, paused = false } = data as { readonly input: Json; readonly paused?: boolean }
    const run = to.slice(to.indexOf('/') + 1)
    const actions: Action[] = []
    const inner: Inner = this.#machine.getInitialSnapshot(
      scopeOf(action => actions.push(action)) as never,
      input as never,
    )
    if (inner.status === 'error') throw inner.error
    const { context, commands } = this.#moved({ ...this.#before, run, ...parentIn(data) }, inner, actions)
    // Its parent is paused: what it has begun with is not started.
    return { context: paused && context.end === null ? { ...context, paused: [] } : context, commands }
  }

  /** A machine that takes the event itself decides what it means. */
  #cancel({ reason }: { readonly reason?: string | undefined }): Done {
    const said = reason === undefined ? {} : { reason }
    if (this.#before.inner === null || !this.#machine.events.includes('workflow.cancel'))
      return stopAll({ ...this.#before, paused: null, end: { status: 'cancelled', ...said } })
    // It cannot decide while it is paused.
    const { context, commands } = this.#before.paused === null ? unmoved(this.#before) : this.#resume()
    if (context.end !== null) return { context, commands }
    const done = this.#feed(context, { type: 'workflow.cancel', ...said })
    return { context: done.context, commands: [...commands, ...done.commands] }
  }

  /** Word of a task. One that was told to end has nothing more to say to the machine, however it ended. */
  #ended(told: Told): Done {
    const before = this.#before
    const data = told.data as unknown as Ended
    const { step } = data
    if (before.leaving.includes(step))
      return {
        context: count({ ...before, leaving: before.leaving.filter(each => each !== step) }, data),
        commands: [],
      }
    const [id] = Object.entries(before.children).find(([, child]) => child.step === step) ?? []
    if (id === undefined) return unmoved(before)
    const { [id]: _, ...children } = before.children
    const event = { ...eventOf(id, data), actorId: id } as unknown as OwnEvent
    return this.#feed(count({ ...before, children }, data), event)
  }

  #fired(id: string): Done {
    const { [id]: event, ...timers } = this.#before.timers
    if (event === undefined) return unmoved(this.#before)
    return this.#feed({ ...this.#before, timers }, event)
  }

  /** Gives the machine an event. Where it does not take it, what the books say of it stands nonetheless. */
  #feed(context: OwnContext, event: OwnEvent): Done {
    const { inner } = context
    if (inner === null) return unmoved(context)
    const actions: Action[] = []
    const after: Inner = this.#machine.transition(
      inner as never,
      event as never,
      scopeOf(action => actions.push(action)) as never,
    )
    if (after === inner && actions.length === 0) return { context, commands: [] }
    return this.#moved(context, after, actions)
  }

  #moved(context: OwnContext, after: Inner, actions: readonly Action[]): Done {
    const known = context.inner
    // What it keeps is what a restart would give it: JSON, and nothing that two of them share.
    const kept: unknown = after.context === known?.context ? after.context : jsonOf(after.context)
    const moved = { ...context, inner: inOrder({ ...after, context: kept }) }
    const done = carryOut(moved, actions, this.#rules.words, known)
    if (after.status === 'active') return done
    const end =
      after.status === 'done'
        ? ({ status: 'completed', output: jsonOf(after.output) } as const)
        : ({ status: 'failed', error: failureOf(after.error) } as const)
    const stopped = stopAll({ ...done.context, end })
    return { context: stopped.context, commands: [...done.commands, ...stopped.commands] }
  }
}

interface Said {
  readonly data: { readonly [key: string]: Json }
}

interface Ended {
  readonly step: number
  /** Absent where its message could not be made. */
  readonly status?: 'completed' | 'failed' | 'cancelled'
  readonly output?: Json
  readonly error?: Failure
}

const unmoved = (context: OwnContext): Done => ({ context, commands: [] })

const count = (context: OwnContext, { status = 'failed' }: Ended): OwnContext => ({
  ...context,
  [status]: context[status] + 1,
})

function eventOf(id: string, { status, output = null, error }: Ended): object {
  if (status === 'completed') return { type: `xstate.done.actor.${id}`, output }
  return {
    type: `xstate.error.actor.${id}`,
    error: error ?? { name: 'Error', message: String(status), code: 'TASK_FAILED' },
  }
}

/** What a machine ends with is mostly the failure of a task, which is data already. */
function failureOf(error: unknown): Failure {
  if (error instanceof Error) return toFailure(error, 'WORKFLOW_FAILED')
  const known = error as Partial<Failure> | null | undefined
  if (typeof known?.code === 'string' && typeof known.message === 'string')
    return jsonOf(known) as unknown as Failure
  return toFailure(new StatorError('WORKFLOW_FAILED', { error: String(error) }))
}
