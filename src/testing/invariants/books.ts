/**
 * Books: what the records say of tasks, attempts, agents and runs, kept without any machine, so that a machine that is wrong does
 * not hide it. They judge nothing.
 */
import type { AgentDefinition } from '../../actors/agent.ts'
import { idOf, type Address } from '../../messages/address.ts'
import type { Command } from '../../messages/command.ts'
import type { Signal } from '../../messages/signal.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Plan } from '../../messages/workflow.ts'
import type { Entry } from '../host/ledger.ts'
import type { Life } from '../host/life.ts'
import type { Stage } from '../host/stage.ts'
import { GIVEN_UP, textOf, wait, type Attempt } from './attempt.ts'
import { askedIn } from './asked.ts'
import { Awaited } from './awaited.ts'
import { Desks } from './desks.ts'
import { FlowRuns } from './flow-runs.ts'
import { handOn, hear, newHelper, reassign, sortOf, type Helper, type Work } from './helpers.ts'
import { LockBooks } from './lock-books.ts'
import type { Move } from './shade.ts'
import { Mail } from './mail.ts'
import { Paused } from './paused.ts'

export interface Run {
  readonly address: Address
  readonly plan: Plan
  state: string
  /** The tasks of its steps that were brought to life, and how they ended. */
  readonly begun: Map<number, Address>
  readonly ended: Map<number, string>
  /** Steps whose tasks it asked for. */
  readonly asked: Set<number>
  /** What the run itself was told of its steps. */
  readonly told: Map<number, string>
  /** The signal after which nothing new may begin. */
  stopped: number
}

export class Books {
  readonly works = new Map<Address, Work>()
  /** Those that wait for an agent. */
  readonly waiting = new Set<Work>()
  readonly helpers = new Map<Address, Helper>()
  readonly runs = new Map<Address, Run>()
  readonly paused = new Paused()
  readonly awaited = new Awaited()
  readonly desks = new Desks()
  readonly flows = new FlowRuns()
  readonly mail: Mail
  readonly locks = new LockBooks()
  /** By task and turn. */
  readonly attempts = new Map<string, Attempt>()
  /** Attempts whose handler has ended and whose task does not know it yet. */
  readonly settled = new Set<Attempt>()
  /** Attempts that were given up, whose handler ended nonetheless, and that was not recorded yet. */
  readonly stale = new Set<Attempt>()
  /** Those of this process life that still run. */
  readonly open = new Set<Attempt>()
  /** By process life, task and number of the attempt, as handlers know them. */
  readonly #byNumber = new Map<string, Attempt>()
  readonly #stage: Stage
  #agents = new Map<string, AgentDefinition>()
  /** The present process life. */
  life = 0
  #entry: Entry | undefined

  constructor(stage: Stage) {
    this.#stage = stage
    this.mail = new Mail(stage.limits)
  }

  begin(life: Life): void {
    this.life = life.number
    this.mail.begin()
    this.#agents = new Map(this.#stage.setup(life).agents?.map(agent => [agent.id, agent]))
    this.settled.clear()
    this.stale.clear()
    const { records, anchor } = this.#stage.state
    for (const attempt of this.open) attempt.lastAt = (records.at(-1) ?? anchor).at
    this.open.clear()
  }

  get limits(): Stage['limits'] {
    return this.#stage.limits
  }

  /** Has an agent code for a task, in this process life? Maybe, where it was registered later. */
  handles({ address, online }: Helper, task: string): 'yes' | 'no' | 'maybe' {
    const agent = this.#agents.get(idOf(address))
    if (agent === undefined) return online === this.life ? 'maybe' : 'no'
    return agent.handlers.has(task) ? 'yes' : 'no'
  }

  agent(address: Address): AgentDefinition | undefined {
    return this.#agents.get(idOf(address))
  }

  apply(move: Move): void {
    const { signal, actor, known, isNew, commands } = move
    this.desks.saw(signal)
    if (signal.refused?.code === 'STALE_ATTEMPT') this.#stale(signal)
    if (known && signal.refused !== null) this.mail.refused(signal)
    if (!known || signal.refused !== null || actor === undefined) return
    this.mail.apply(signal)
    this.paused.apply(signal)
    this.awaited.apply(signal)
    this.desks.apply(signal)
    this.flows.apply(move)
    this.locks.apply(signal)
    if (actor.sort === 'task') this.#task(signal)
    else if (actor.sort === 'agent') this.#agent(signal)
    else if (actor.sort === 'workflow') this.#run(signal, isNew ? actor.kind.plan : undefined, commands)
  }

  /** Whose handler it was. */
  attemptOf({ life, task, attempt, agent }: Entry): Attempt | undefined {
    return this.#byNumber.get(`${life} ${task} ${attempt} ${agent}`)
  }

  /** Something happened outside. */
  wrote(entry: Entry): void {
    if (entry === this.#entry) return
    this.#entry = entry
    const { what, value, at } = entry
    if (what === 'beat') {
      const one = this.attemptOf(entry)
      if (one !== undefined) one.seen = at
    }
    if (what === 'wait' || what === 'go on') wait(this.attemptOf(entry), what, at)
    if (what !== 'start' && what !== 'output' && what !== 'error') return
    const attempt = this.attemptOf(entry)
    if (attempt === undefined) return
    attempt.handler = what
    if (what === 'start') return
    attempt.said = value
    if (attempt.over === undefined) this.settled.add(attempt)
    else {
      attempt.late = true
      // What it was aborted with is no news, and of an earlier life nobody hears.
      if (attempt.life !== this.life) return
      if (what === 'output' || !textOf(value).startsWith('StatorError: ')) this.stale.add(attempt)
    }
  }

  /** Word of an attempt that is over. */
  #stale({ to, type, data }: Signal): void {
    const { turn, error } = data as { readonly turn: number; readonly error?: { readonly code: string } }
    const attempt = this.attempts.get(`${to} ${turn}`)
    const isEnd = type === 'task.done' || (type === 'task.failed' && !GIVEN_UP.has(error?.code))
    if (attempt !== undefined && isEnd) this.stale.delete(attempt)
  }

  #task(signal: Signal): void {
    const { to, type, data, seq, final } = signal
    const state = signal.toState ?? ''
    const work = this.works.get(to) ?? this.#created(signal)
    if (work === undefined) return
    if (state !== work.state) {
      if (work.state === 'running') this.#leave(work, signal.at)
      work.state = state
      work.since = seq
      work.ready ||= state === 'queued' || state === 'running'
      if (state === 'running') this.#enter(work, signal)
      if (state === 'queued') this.waiting.add(work)
      else this.waiting.delete(work)
    }
    if (type === 'task.reassign') reassign(work, signal)
    if (type === 'task.interrupted') {
      work.attempts--
      if (!(data as { readonly clean: boolean }).clean) work.interruptions++
    }
    if (type === 'task.retry') work.interruptions = 0
    // Its time stands still while it lies among the dead; then all of it begins anew.
    if (state === 'dead') Object.assign(work, { ready: false, attempts: 0, interruptions: 0 })
    if (type === 'task.handOff') handOn(work, signal)
    if (!final) return
    this.works.delete(to)
    const { parent, step } = work.spec
    if (parent !== undefined) this.runs.get(parent)?.ended.set(step ?? 0, state)
  }

  #created({ to, data, priority }: Signal): Work | undefined {
    const spec = data as unknown as TaskCreate | null
    if (spec === null) return undefined
    const sort = sortOf(spec)
    const none = { turn: 0, attempts: 0, interruptions: 0, attempt: undefined, helper: undefined }
    const work: Work = { address: to, spec, priority, sort, state: '', since: 0, ready: false, ...none }
    this.works.set(to, work)
    if (spec.parent !== undefined) this.runs.get(spec.parent)?.begun.set(spec.step ?? 0, to)
    return work
  }

  #enter(work: Work, { stamp, data, at }: Signal): void {
    const { agent } = (stamp ?? data) as { readonly agent: Address }
    work.turn++
    work.attempts++
    work.helper = this.helpers.get(agent)
    work.helper?.running.add(work)
    const started = this.#stage.clock.now()
    const attempt: Attempt = {
      task: work.address,
      turn: work.turn,
      agent,
      life: this.life,
      started,
      deadline: started + (work.spec.timeout ?? this.#stage.limits.taskTimeout),
      heartbeat: work.spec.heartbeat,
      seen: started,
      waits: 0,
      waitsSince: 0,
      waited: 0,
      over: undefined,
      startedAt: at,
      overAt: undefined,
      lastAt: undefined,
      handler: 'unseen',
      late: false,
      said: null,
    }
    work.attempt = attempt
    this.open.add(attempt)
    this.attempts.set(`${work.address} ${work.turn}`, attempt)
    this.#byNumber.set(`${this.life} ${work.address} ${work.attempts} ${agent}`, attempt)
  }

  #leave(work: Work, at: number): void {
    work.helper?.running.delete(work)
    work.helper = undefined
    const { attempt } = work
    work.attempt = undefined
    if (attempt === undefined) return
    attempt.over = this.#stage.clock.now()
    attempt.overAt = at
    this.open.delete(attempt)
    this.settled.delete(attempt)
  }

  #agent(signal: Signal): void {
    const { to, final } = signal
    const helper = this.helpers.get(to) ?? newHelper(to)
    this.helpers.set(to, helper)
    hear(helper, signal, this.life)
    if (!final) return
    this.helpers.delete(to)
    // Whoever comes back under that name may know other tasks.
    this.#agents.delete(idOf(to))
  }

  #run({ to, type, data, toState, seq }: Signal, plan: Plan | undefined, commands: readonly Command[]): void {
    if (plan !== undefined) {
      const none = {
        begun: new Map<number, Address>(),
        ended: new Map<number, string>(),
        asked: new Set<number>(),
        told: new Map<number, string>(),
      }
      this.runs.set(to, { address: to, plan, state: '', stopped: 0, ...none })
    }
    const run = this.runs.get(to)
    if (run === undefined) return
    run.state = toState ?? ''
    for (const step of askedIn(commands)) run.asked.add(step)
    const { step, status } = data as { readonly step: number; readonly status?: string }
    if (type === 'step.done') run.told.set(step, status ?? '')
    if (type === 'fault') run.told.set(step, 'failed')
    const fails = (type === 'step.done' && status === 'failed') || type === 'fault'
    const stops = type === 'workflow.cancel' || (fails && run.plan.onFailure === 'cancel')
    if (stops && run.stopped === 0) run.stopped = seq
  }
}
