/**
 * Lifetime: from the opening of the journal to its closing: what a start restores and tells, how a graceful close ends, and
 * what a failed journal means for everybody. It delivers nothing itself.
 */
import type { Logger } from '../actors/task-context.ts'
import { StatorError } from '../errors.ts'
import type { QueueContext } from '../machines/queue.ts'
import { HUB, type Address } from '../messages/address.ts'
import { toMs, type Duration } from '../messages/duration.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { AgentsView } from './agents-view.ts'
import { checkCall } from './check-options.ts'
import type { Clock } from './clock.ts'
import type { Deciders } from './decider.ts'
import type { Dispatcher } from './dispatcher.ts'
import { fromHub, type Door } from './door.ts'
import type { Executor } from './effect.ts'
import type { Drains } from './drains.ts'
import type { Endings } from './endings.ts'
import type { Journal, Origin } from './journal.ts'
import type { Kernel } from './kernel.ts'
import { Patience } from './patience.ts'
import type { Population } from './population.ts'
import { recover } from './recovery.ts'
import { effectOf } from './release.ts'
import type { Registry } from './registry.ts'
import type { Scheduler } from './scheduler.ts'
import type { SignalStream } from './signal-stream.ts'
import { upgrades } from './upgrade.ts'
import type { createRoot } from './xstate.ts'

export interface LifetimeParts {
  readonly journal: Journal
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly ids: () => string
  /** One that does not throw. */
  readonly log: Logger
  readonly hub: ReturnType<typeof createRoot>
  readonly registry: Registry
  readonly population: Population
  readonly dispatcher: Dispatcher
  readonly deciders: Deciders
  readonly endings: Endings
  readonly drains: Drains
  readonly stream: SignalStream
  readonly kernel: Kernel
  readonly door: Door
  readonly executor: Executor
  /** What was running goes on, by whoever stands in for its agent: it was not interrupted. */
  readonly adopts: boolean
  readonly agents: AgentsView
  /** As in the limits. */
  readonly liveActors: number
}

export class Lifetime {
  /** Made once with the journal. */
  journalId = ''
  /** Where the history comes from, in a fork. */
  origin: Origin | null = null
  /** Why nothing happens any more. */
  stopped: StatorError | undefined
  #closing: Promise<void> | undefined
  #patience: Patience | undefined
  readonly #parts: () => LifetimeParts

  /** The parts refer to this, so they are asked for when they are needed. */
  constructor(parts: () => LifetimeParts) {
    this.#parts = parts
  }

  /** Restores from the journal and starts the loop. */
  async begin(): Promise<void> {
    const {
      journal,
      ids,
      log,
      kernel,
      registry,
      population,
      dispatcher,
      deciders,
      stream,
      agents,
      liveActors,
    } = this.#parts()
    const state = journal.open({ newId: ids })
    try {
      this.journalId = state.id
      this.origin = state.origin
      stream.begin(state.last.seq)
      for (const warning of state.warnings) log.warn(warning, warning.message)
      const { delivery, timers } = kernel
      const recovered = recover(
        { journal, population, delivery, dispatcher, deciders, timers },
        state,
        liveActors,
      )
      const { tailAfter, clean } = state
      kernel.begin({ ...state.last, tailAfter, clean, pending: recovered.pending })
      const started = this.tellHub('hub.start')
      for (const message of upgrades({ journal, population, registry })) kernel.push(message)
      // Before any agent is there: nothing starts as long as the last end is not told.
      for (const task of recovered.interrupted) this.#takeUp(task, clean)
      this.#configureQueues()
      const up = registry.agents().map(agent => agents.bringUp(agent))
      this.#sendAbsentHome()
      kernel.start()
      await Promise.all([started, ...up])
    } catch (error) {
      kernel.stop(new StatorError('CLOSED', {}, { cause: error }))
      journal.close()
      throw error
    }
  }

  /** Closing twice is no error; the shortest drain counts. @throws StatorError (rejects) INPUT_INVALID, DEFINITION_INVALID */
  async close(options: { readonly drain?: Duration }): Promise<void> {
    checkCall(options)
    const drain = toMs(options.drain ?? 0, 'drain')
    this.#patience ??= new Patience(this.#parts().clock)
    this.#patience.shorten(drain)
    this.#closing ??= this.#close(this.#patience)
    return this.#closing
  }

  /** The end of a scope: it hurries nobody who closes already. */
  async dispose(): Promise<void> {
    return this.#closing ?? this.close({})
  }

  /** The journal failed, or the loop was stopped: nothing goes on in this life. */
  failed(error: StatorError): void {
    if (this.stopped !== undefined) return
    const { hub, log, executor, agents, endings, drains, door, stream } = this.#parts()
    this.stopped = error
    if (error.code !== 'CLOSED') {
      // A hub that has closed stays closed, even if what it wrote last did not get through.
      if ((hub.getSnapshot() as { status: string }).status === 'active') hub.send({ type: 'hub.fail' })
      log.error({ err: error }, 'the hub has stopped')
    }
    executor.close()
    agents.close()
    endings.fail(undefined, error)
    drains.fail(error)
    door.close()
    stream.close(error.code === 'CLOSED' ? undefined : error)
  }

  /** @throws StatorError CLOSED, JOURNAL_FAILED */
  requireOpen(): void {
    if (this.stopped !== undefined) throw this.stopped
    if (this.#closing !== undefined) throw new StatorError('CLOSED')
  }

  /** As long as it drains, what runs is still heard. @throws StatorError CLOSED, JOURNAL_FAILED */
  requireRunning(): void {
    if (this.stopped !== undefined) throw this.stopped
  }

  /** What was written can be read until the end. @throws StatorError CLOSED, JOURNAL_FAILED */
  requireJournal(): void {
    if (this.#closing !== undefined && this.stopped !== undefined) throw this.stopped
  }

  /** After a failed commit actors in memory are ahead of the journal, for ever. @throws StatorError JOURNAL_FAILED */
  requireTruth(): void {
    if (this.stopped !== undefined && this.stopped.code !== 'CLOSED') throw this.stopped
  }

  tellHub(type: string, data: Json = {}): Promise<Signal> {
    return this.tell(type, HUB, data)
  }

  /** A message in the hub's own name. Settles when it is durable. */
  tell(type: string, to: Address, data: Json): Promise<Signal> {
    return new Promise((resolve, reject) => {
      this.#parts().kernel.push(fromHub(type, to, data, { ack: { committed: resolve, failed: reject } }))
    })
  }

  async #close(patience: Patience): Promise<void> {
    const {
      deciders,
      executor,
      agents,
      registry,
      kernel,
      endings,
      drains,
      door,
      stream,
      scheduler,
      journal,
    } = this.#parts()
    if (this.stopped === undefined) {
      deciders.close()
      await this.tellHub('hub.drain').catch(() => {})
      await Promise.race([executor.drained(), patience.over])
    }
    patience.end()
    executor.close()
    agents.close()
    if (this.stopped === undefined) {
      for (const agent of registry.agents()) kernel.push(fromHub('agent.offline', `agent/${agent.id}`, {}))
      await this.tellHub('hub.close').catch(() => {})
      kernel.finish()
    }
    const closed = this.stopped ?? new StatorError('CLOSED')
    kernel.stop(closed)
    this.stopped = closed
    endings.fail(undefined, closed)
    drains.fail(closed)
    door.close()
    stream.close()
    // Who reads along gets the last of it; who takes longer than that is not waited for.
    await new Promise<void>(resolve => {
      scheduler.soon(resolve)
    })
    journal.close()
  }

  /** A task that was running when the last life ended. */
  #takeUp(task: Address, clean: boolean): void {
    const { adopts, executor, kernel, population } = this.#parts()
    const cell = adopts ? population.loaded(task) : undefined
    const effect = cell === undefined ? undefined : effectOf(cell)
    if (effect === undefined) kernel.push(fromHub('task.interrupted', task, { clean }))
    else executor.start(effect)
  }

  /** Queues hear what they allow now, where that is not what they know. */
  #configureQueues(): void {
    const { population, registry, kernel } = this.#parts()
    for (const { name, spec } of registry.queues()) {
      const known = population.find(`queue/${name}`)?.snapshot.context as QueueContext | undefined
      if (known === undefined || JSON.stringify(known.spec) !== JSON.stringify(spec))
        kernel.push(fromHub('queue.configure', `queue/${name}`, spec as unknown as Json))
    }
  }

  /** Agents in the journal whose code is not in this process life. */
  #sendAbsentHome(): void {
    const { population, registry, kernel } = this.#parts()
    for (const cell of population.cells()) {
      if (cell.definition.kind.kind !== 'agent' || cell.state === 'offline') continue
      if (registry.agent(cell.address.slice('agent/'.length)) === undefined)
        kernel.push(fromHub('agent.offline', cell.address, {}))
    }
  }
}
