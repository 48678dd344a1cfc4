/**
 * Run: a run as its users hold it: how it goes, what it is told, what it is asked. A handle holds an address and nothing that could be
 * lost: the same one is had from any process life. What may be said when, the run's machine decides.
 */
import { filter, takeWhile, type Observable } from 'rxjs'
import { z } from 'zod'
import { parse } from '../actors/schema.ts'
import type { QueryDefinition, SignalDefinition, UpdateDefinition } from '../actors/signals.ts'
import { StatorError } from '../errors.ts'
import { placeOf } from '../machines/workflow-context.ts'
import { checkName, idOf, rootOf } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { Cell } from './cell.ts'
import { heldError } from './ended.ts'
import type { Ending } from './endings.ts'
import { Handle, TaskHandle, type WaitOptions } from './handles.ts'
import type { SayOptions } from './options.ts'
import { pastOutcome, resultOfRun, runOutcome, type RunOutcome } from './outcome.ts'
import { lookFor } from './outputs.ts'
import { allowed, events, fits, takes, type AllowedEvent } from './run-allowed.ts'
import { heldSteps, type HeldStep } from './run-held.ts'
import { progressOf, runTotals, type Progress } from './run-progress.ts'

export interface CancelOptions {
  readonly reason?: string
  /** Undo what ran. Default: where there is anything that can be undone. */
  readonly compensate?: boolean
}

const cancelShape = z.union([
  z.string().transform(reason => ({ reason })),
  z.strictObject({ reason: z.string().optional(), compensate: z.boolean().optional() }),
])

type Told<D, O, G> = SignalDefinition<D, G> | UpdateDefinition<D, O, G>

/** Those in which a run comes to its end by itself. */
const ENDING: ReadonlySet<string> = new Set(['cancelling', 'failing', 'compensating'])

export class Run<Outputs = Readonly<Record<string, Json>>> extends Handle<RunOutcome<Outputs>> {
  /** The signals of the run and of all that is below it: history, then live; completes with its end. */
  get signals$(): Observable<Signal> {
    const root = rootOf(this.address)
    const all = this.host.observe({ correlationId: root })
    if (root === this.address) return all
    const isOf = ({ to }: Signal): boolean => to === this.address || idOf(to).startsWith(`${this.id}/`)
    const isEnd = ({ final, to }: Signal): boolean => final && to === this.address
    return all.pipe(
      filter(isOf),
      takeWhile(signal => !isEnd(signal), true),
    )
  }

  /** What it gives. @throws StatorError (rejects) WORKFLOW_FAILED, CANCELLED, TERMINATED, with the steps in its details */
  async result(options: WaitOptions = {}): Promise<Outputs> {
    return resultOfRun(this.address, (await this.outcome(options)) as RunOutcome) as Outputs
  }

  /** Says something to it that happened outside; kept until it waits for it. Settles when that is durable. @throws StatorError (rejects)
   * MESSAGE_TYPE_UNKNOWN (no signal of it), INPUT_INVALID, EVENT_REFUSED (it has ended, or keeps 1,000 of that name), IDEMPOTENCY_CONFLICT, HELD, NOT_FOUND */
  async signal<D, G>(signal: SignalDefinition<D, G>, data: G, options?: SayOptions): Promise<void>
  async signal(name: string, data?: Json, options?: SayOptions): Promise<void>
  async signal(signal: { name: string } | string, data: unknown = null, options?: SayOptions): Promise<void> {
    await this.#say('workflow.signal', { name: nameIn(signal), data }, options)
  }

  /** Changes it, and resolves with the answer when both are durable. The same key gives the same answer, also after a restart.
   * @throws StatorError (rejects) UPDATE_FAILED: its handler threw, and nothing has changed; and as for `signal` */
  async update<I, O, G>(update: UpdateDefinition<I, O, G>, data: G, options?: SayOptions): Promise<O>
  async update(name: string, data?: Json, options?: SayOptions): Promise<Json>
  async update(
    update: { name: string } | string,
    data: unknown = null,
    options?: SayOptions,
  ): Promise<unknown> {
    const signal = await this.#say('workflow.update', { name: nameIn(update), data }, options)
    return (signal.data as { readonly answer: Json }).answer
  }

  /** Asks it something; nothing changes and nothing is recorded. Of one that has ended: as it was at its end.
   * @throws StatorError QUERY_FAILED, MESSAGE_TYPE_UNKNOWN (no query of it), NOT_FOUND, HELD: its definition is not registered */
  query<O>(query: QueryDefinition<O>): O
  query(name: string): Json
  query(query: { name: string } | string): unknown {
    const cell = this.#shown()
    const name = nameIn(query)
    const { definition, snapshot } = cell
    if (definition.query === undefined)
      throw new StatorError('MESSAGE_TYPE_UNKNOWN', { type: name, allowed: [] })
    return definition.query(snapshot.context, name, lookFor(cell, this.host.journal))
  }

  /** What runs goes on to its end; nothing of it is started, neither here nor in runs below it, until `resume`. Again: no error.
   * @throws StatorError (rejects) EVENT_REFUSED: it is not running; HELD, NOT_FOUND */
  async pause(reason?: string): Promise<void> {
    if (this.#isPaused()) return
    await this.#say('workflow.pause', reason === undefined ? {} : { reason }).catch((error: unknown) => {
      if (!this.#isPaused()) throw error
    })
  }

  /** What waits goes on from its place in the line. One that is not paused: no error. @throws StatorError (rejects) as `pause` */
  async resume(): Promise<void> {
    if (this.host.cell(this.address) !== undefined && !this.#isPaused()) return
    await this.#say('workflow.resume', {})
  }

  /** Cancels what runs, starts nothing more, and undoes what ran. Settles when it is durable that it was asked to. Again: no error.
   * @throws StatorError (rejects) PIVOT_PASSED: only `compensate: false` is possible; EVENT_REFUSED, HELD, NOT_FOUND */
  async cancel(how: string | CancelOptions = {}): Promise<void> {
    const data = parse(cancelShape, how, 'INPUT_INVALID', 'options of cancel') as CancelOptions
    if (this.#isEnding(data)) return
    const refused = (): boolean => data.compensate !== false && this.#isPastPivot()
    if (refused()) throw new StatorError('PIVOT_PASSED', { run: this.address })
    await this.#say('workflow.cancel', { ...data }).catch((error: unknown) => {
      if (this.#isEnding(data)) return
      throw refused() ? new StatorError('PIVOT_PASSED', { run: this.address }) : error
    })
  }

  /** Ends it as it stands, with all that is below it, whatever state it is in, also where it is held; nothing is undone. Settles when
   * that is durable. Again: no error. @throws StatorError (rejects) EVENT_REFUSED: it stays for the run above it; NOT_FOUND */
  async terminate(reason?: string): Promise<void> {
    if (this.#hasEnded()) return
    await this.#say('workflow.terminate', reason === undefined ? {} : { reason }).catch((error: unknown) => {
      if (!this.#hasEnded()) throw error
    })
  }

  /** What it takes now, with the schemas; nothing once it has ended. @throws StatorError NOT_FOUND, HELD: its definition is not registered */
  allowed(): AllowedEvent[] {
    const cell = this.#living()
    return cell === undefined ? [] : allowed(cell)
  }

  /** Would it take that now? A control message by its type, such as `workflow.cancel`, a signal or an update by itself or by its
   * name; with data: would it take just that? Its schema is asked, and its guards. @throws StatorError as `allowed` */
  can<D, O, G>(event: Told<D, O, G> | string, data?: G | Json): boolean {
    const cell = this.#living()
    if (cell === undefined) return false
    const as = typeof event === 'string' ? undefined : event.kind
    const meant = [...events(cell)].filter(one => one.event === nameIn(event) && (as ?? one.as) === one.as)
    if (data === undefined) return meant.some(one => takes(cell, one))
    return meant.some(one => fits(one.shape, data) && takes(cell, { ...one, data: data as Json }))
  }

  /** Steps that wait for an operator. @throws StatorError NOT_FOUND, HELD: its definition is not registered */
  heldSteps(): HeldStep[] {
    const cell = this.#living()
    return cell === undefined ? [] : heldSteps(cell, this.host.journal)
  }

  /** An operator: a held step is tried once more. @throws StatorError (rejects) EVENT_REFUSED: it is not held; HELD, NOT_FOUND */
  async retry(step: string): Promise<void> {
    await this.#say('step.retry', { step })
  }

  /** An operator: it goes on without a held step, for a reason of 1 to 2,000 characters. @throws StatorError (rejects) as `retry`, INPUT_INVALID */
  async skip(step: string, reason: string): Promise<void> {
    await this.#say('step.skip', { step, reason })
  }

  /** An operator: a held step was done by hand, and this came of it. @throws StatorError (rejects) as `retry`, INPUT_INVALID: no output of its task */
  async finish(step: string, reason: string, output?: Json): Promise<void> {
    await this.#say('step.finish', { step, reason, ...(output === undefined ? {} : { output }) })
  }

  /** One of its tasks: of a map or a loop by the whole rest of its id. */
  task(step: string): TaskHandle {
    return new TaskHandle(this.host, `task/${this.id}/${step}`)
  }

  /** The run below it that does a step: of a loop in which visit, from 1; of a map for which item, from 0. @throws StatorError ADDRESS_INVALID */
  child(step: string, { visit = 1, item = null }: { visit?: number; item?: number | null } = {}): Run {
    return new Run(this.host, `workflow/${this.id}/${checkName(step, 'step')}${placeOf(visit, item)}`)
  }

  /** Where it stands now; null once it has ended. @throws StatorError HELD: its definition is not registered */
  current(): Progress | null {
    const cell = this.host.cell(this.address)
    const hold = this.host.stranded(this.address)
    if (hold !== undefined) throw heldError(this.address, hold)
    const tally = cell?.definition.run?.tally(cell.snapshot.context)
    return cell === undefined || tally === undefined ? null : progressOf(tally, this.status())
  }

  /** Where it stands, now and whenever that changes; ends with the run. @throws StatorError HELD, NOT_FOUND */
  async *progress(): AsyncGenerator<Progress, void, undefined> {
    // Of a run that never was, nothing would ever come.
    this.status()
    let last = ''
    for await (const signal of this.host.read({ actor: this.address, after: 0 })) {
      const now = this.current()
      if (now !== null && last !== (last = JSON.stringify(now))) yield now
      if (signal.final) {
        const ended = runTotals(this.read({ signal, cell: undefined }))
        yield ended
        return
      }
    }
  }

  /** @throws StatorError NOT_FOUND: it was pruned since; what was erased must not read as if it had been nothing */
  protected read({ signal, cell }: Ending): RunOutcome<Outputs> {
    if ((this.host.journal.get(signal.seq)?.data ?? null) === null)
      throw new StatorError('NOT_FOUND', { address: this.address })
    const ended = cell ?? this.host.past(signal)
    const outcome =
      ended === undefined
        ? pastOutcome(this.host.journal, signal)
        : runOutcome(ended, signal, this.host.journal)
    return outcome as RunOutcome<Outputs>
  }

  /** Whoever has ended takes nothing, and is told so as one that lives. */
  async #say(type: string, data: object, options?: SayOptions): Promise<Signal> {
    try {
      return await this.host.send(type, this.address, data as Json, options)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'RECIPIENT_UNKNOWN') throw error
      const ending = this.host.ending(this.address)
      if (ending === undefined)
        throw new StatorError('NOT_FOUND', { address: this.address }, { cause: error })
      const details = { type, to: this.address, state: ending.toState, allowed: [] }
      throw new StatorError('EVENT_REFUSED', details, { cause: error })
    }
  }

  /** Undefined once it has ended. */
  #living(): Cell | undefined {
    const hold = this.host.stranded(this.address)
    if (hold !== undefined) throw heldError(this.address, hold)
    const cell = this.host.cell(this.address)
    if (cell === undefined) this.status()
    return cell
  }

  /** As it stands, or stood at its end. */
  #shown(): Cell {
    const cell = this.#living()
    if (cell !== undefined) return cell
    const ending = this.host.ending(this.address)
    const past = ending === undefined ? undefined : this.host.past(ending)
    if (past === undefined) throw new StatorError('NOT_FOUND', { address: this.address })
    return past
  }

  #isPaused(): boolean {
    const cell = this.host.cell(this.address)
    return cell?.definition.run?.isPaused(cell.snapshot) === true
  }

  #isPastPivot(): boolean {
    const cell = this.host.cell(this.address)
    return cell?.definition.run?.isPastPivot?.(cell.snapshot.context) === true
  }

  #hasEnded(): boolean {
    if (this.host.cell(this.address) !== undefined || this.host.stranded(this.address) !== undefined)
      return false
    return this.host.ending(this.address) !== undefined
  }

  /** It comes to its end, and as it is asked to: what is being undone is not left as it is for that. */
  #isEnding({ compensate }: CancelOptions): boolean {
    const state = this.host.cell(this.address)?.state ?? ''
    if (compensate === false ? state === 'cancelling' : ENDING.has(state)) return true
    return this.#hasEnded()
  }
}

const nameIn = (named: { readonly name: string } | string): string =>
  typeof named === 'string' ? named : named.name
