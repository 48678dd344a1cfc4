/** Context calls: what a handler, or a client, knows and says of values that others share. Interfaces only. */
import type { Observable } from 'rxjs'
import type { Address } from '../messages/address.ts'
import type { Lock, LockOptions } from './lock-calls.ts'
import type { ContextDefinition } from './shared-context.ts'

/** A value, and who wrote it. */
export interface ContextEntry<T> {
  readonly key: string
  readonly value: T
  /** From 1; no version comes twice, also where the value was deleted in between. */
  readonly version: number
  /** Who wrote it: `agent/<id>` or `client/<name>`. */
  readonly by: Address
  /** For which task; null where a client wrote it. */
  readonly task: Address | null
  /** As its writer said; null where he did not. */
  readonly why: string | null
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** One of its versions; a deletion has no value. */
export interface ContextVersion<T> extends Omit<ContextEntry<T>, 'value'> {
  readonly value: T | undefined
  readonly isDeleted: boolean
}

export interface WriteOptions {
  /** For what reason: up to 1,000 characters, for the history and for whoever is in conflict with it. */
  readonly why?: string
  /** The token of the lock under which it is written: refused with STALE_TOKEN where somebody wrote under a later one. */
  readonly fence?: number
  /**
   * 1 to 200 characters. The same write with the same key is done once, also after a restart. Of a handler every write has one of its
   * own, so that another attempt which asks for the same does not do it again.
   */
  readonly idempotencyKey?: string
}

export interface CompareOptions extends WriteOptions {
  /** The version over which it is written; 0: there must be no value. */
  readonly version: number
}

export interface UpdateOptions extends WriteOptions {
  /** How often it is tried where others write in between: 1 to 1,000, default 100. */
  readonly attempts?: number
}

/** Values of one scope. What is read is durable. */
export interface SharedContext<Values, Given = Values> {
  /** Undefined where there is none. @throws StatorError CONTEXT_INVALID (no such key), HELD, CLOSED, JOURNAL_FAILED */
  get<Key extends keyof Values & string>(key: Key): Values[Key] | undefined
  /** The value with its version and its writer. Errors as for `get`. */
  entry<Key extends keyof Values & string>(key: Key): ContextEntry<Values[Key]> | undefined
  /**
   * Writes, whatever is there. Settles with what was written when that is durable.
   * @throws StatorError (rejects) CONTEXT_INVALID (the value does not fit its schema), CONTEXT_FULL (limits.contextBytes and
   * limits.contextKeys), CONTEXT_ENDED (the run or task has ended, or never was), STALE_TOKEN, STALE_ATTEMPT, INPUT_INVALID,
   * IDEMPOTENCY_CONFLICT, NOT_FOUND (what was written under that key is pruned), HUB_BUSY, HELD, CLOSED, JOURNAL_FAILED, and what
   * JSON is refused with
   */
  set<Key extends keyof Given & keyof Values & string>(
    key: Key,
    value: Given[Key],
    options?: WriteOptions,
  ): Promise<ContextEntry<Values[Key]>>
  /** Writes over one version only. Errors as for `set`, and CONTEXT_CONFLICT, which names both writers. */
  compareAndSet<Key extends keyof Given & keyof Values & string>(
    key: Key,
    value: Given[Key],
    options: CompareOptions,
  ): Promise<ContextEntry<Values[Key]>>
  /**
   * Makes a new value of the present one, and tries again with what is there then, where somebody has written in between. `change`
   * may run more than once, and must do nothing else. Another attempt of a task that asks for it again, in the same order, does not
   * do it twice. Errors as for `set`, CONTEXT_CONFLICT after the last try, and whatever `change` throws.
   */
  update<Key extends keyof Given & keyof Values & string>(
    key: Key,
    change: (value: Values[Key] | undefined) => Given[Key] | Promise<Given[Key]>,
    options?: UpdateOptions,
  ): Promise<ContextEntry<Values[Key]>>
  /** Takes the value away; its versions go on. False where there was none. With `version`: of that only. Errors as for `compareAndSet`. */
  delete(key: keyof Values & string, options?: WriteOptions & { readonly version?: number }): Promise<boolean>
  /**
   * The value that is there, then every version that becomes durable, none left out and none twice. Completes when the run or task ends that it
   * belongs to. A subscriber that throws harms nobody. Errors with CLOSED, JOURNAL_FAILED, CONTEXT_INVALID.
   */
  watch<Key extends keyof Values & string>(key: Key): Observable<ContextVersion<Values[Key]>>
  /**
   * Its versions, newest first, with who and why: at most `limit` (1 to 1,000, default 100) before version `before`. Those of a run or
   * task go when that is pruned; of a project what is older than a pruning asked for may go, but never the present value.
   * @throws StatorError CONTEXT_INVALID, INPUT_INVALID, CLOSED, JOURNAL_FAILED
   */
  history<Key extends keyof Values & string>(
    key: Key,
    options?: { readonly limit?: number; readonly before?: number },
  ): readonly ContextVersion<Values[Key]>[]
}

/** A project is any name that its users agree on: one part, such as `website`. */
export interface ProjectScope {
  readonly project: string
}

/** Whose values these are: of a run with all that is below it, of a task that belongs to none, or of a project. */
export type ContextScope = ProjectScope | { readonly run: string } | { readonly task: string }

/** As a handler has them: a lock belongs to an attempt. */
export interface LockableContext<Values, Given = Values> extends SharedContext<Values, Given> {
  /**
   * Gets hold of the lock of one value; its token is for `fence`. Who writes without a token is not kept from it. Errors as for
   * `ctx.lock`, and CONTEXT_INVALID.
   */
  lock(key: keyof Values & string, options?: LockOptions): Promise<Lock>
}

export interface ContextCalls {
  /**
   * Values that are shared within its run, or, of a task that belongs to none, between its attempts; with a project, within that.
   * @throws StatorError NOT_FOUND (it was not given to createRuntime), ADDRESS_INVALID, INPUT_INVALID
   */
  context<Values, Given>(
    this: void,
    definition: ContextDefinition<Values, Given>,
    scope?: ProjectScope,
  ): LockableContext<Values, Given>
}
