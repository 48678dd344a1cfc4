/** GroupHandle: a group of tasks as its users hold it. It holds an address and nothing that could be lost. */
import type { Observable } from 'rxjs'
import { StatorError } from '../errors.ts'
import type { GroupContext } from '../machines/group.ts'
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { Ending } from './endings.ts'
import {
  groupOutcome,
  groupProgress,
  resultOfGroup,
  type GroupOutcome,
  type GroupProgress,
} from './group-outcome.ts'
import type { GroupItem } from './options.ts'
import { Handle, TaskHandle, type HandleHost, type WaitOptions } from './handles.ts'

/** Puts more tasks in a group. */
export type AddTasks = (group: Address, items: readonly GroupItem[]) => Promise<TaskHandle[]>

export class GroupHandle extends Handle<GroupOutcome> {
  readonly #add: AddTasks

  constructor(host: HandleHost, address: Address, add: AddTasks) {
    super(host, address)
    this.#add = add
  }

  /** The signals of the group and of all its tasks: history, then live; completes with its end. */
  get signals$(): Observable<Signal> {
    return this.host.observe({ correlationId: this.address })
  }

  /** Outputs by task. @throws StatorError (rejects) GROUP_FAILED, CANCELLED, with the tasks in its details */
  async result(options: WaitOptions = {}): Promise<Readonly<Record<string, Json>>> {
    return resultOfGroup(this.address, await this.outcome(options))
  }

  /** Cancels all that has not ended; what completed keeps its output. Settles when that is durable. Again: no error. */
  async cancel(reason?: string): Promise<void> {
    await this.askToEnd('group.cancel', reason === undefined ? {} : { reason })
  }

  /**
   * Puts more tasks in it, all or none; in a sequence after those that it has. Settles when that is durable. Errors as for `enqueueAll`,
   * and @throws StatorError (rejects) EVENT_REFUSED: it is sealed; RECIPIENT_UNKNOWN: it has ended
   */
  async add(...items: readonly GroupItem[]): Promise<TaskHandle[]> {
    return this.#add(this.address, items)
  }

  /** No more tasks will come: it ends with the last of those it has. Again: no error. */
  async seal(): Promise<void> {
    if (this.#context()?.sealed !== true) await this.host.send('group.seal', this.address, {})
  }

  /** One of its tasks. */
  task(id: string): TaskHandle {
    return new TaskHandle(this.host, `task/${id}`)
  }

  /** All its tasks, in the order in which they were given. @throws StatorError NOT_FOUND: it never was, or was pruned */
  tasks(): TaskHandle[] {
    return (this.#context()?.names ?? []).map(id => this.task(id))
  }

  /** Where it stands, also after its end. @throws StatorError NOT_FOUND: it never was, or was pruned */
  progress(): GroupProgress {
    const context = this.#context()
    if (context === undefined) throw new StatorError('NOT_FOUND', { address: this.address })
    return groupProgress(context, this.status())
  }

  /** @throws StatorError NOT_FOUND: it was pruned since */
  protected read({ signal, cell }: Ending): GroupOutcome {
    const ended = cell ?? this.host.past(signal)
    const isErased = (this.host.journal.get(signal.seq)?.data ?? null) === null
    if (ended === undefined || isErased) throw new StatorError('NOT_FOUND', { address: this.address })
    return groupOutcome(ended.snapshot.context as GroupContext, signal, this.host.journal)
  }

  #context(): GroupContext | undefined {
    const cell = this.host.cell(this.address)
    const ending = cell === undefined ? this.host.ending(this.address) : undefined
    const shown = cell ?? (ending === undefined ? undefined : this.host.past(ending))
    return shown?.snapshot.context as GroupContext | undefined
  }
}
