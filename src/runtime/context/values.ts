/**
 * Values: the shared values of one scope, as one writer has them. It checks what goes in, asks the hub, and reads what is durable;
 * who may write when is decided elsewhere.
 */
import type { Observable } from 'rxjs'
import { z } from 'zod'
import type {
  CompareOptions,
  ContextEntry,
  ContextVersion,
  LockableContext,
  UpdateOptions,
  WriteOptions,
} from '../../actors/context-calls.ts'
import type { Lock, LockOptions } from '../../actors/lock-calls.ts'
import { parse } from '../../actors/schema.ts'
import type { AnyContext } from '../../actors/shared-context.ts'
import { StatorError } from '../../errors.ts'
import { checkName, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import { Reading, type ReadingParts } from './reading.ts'
import type { Scope } from './scope.ts'
import type { Entry } from './versions.ts'
import type { Writer } from './writer.ts'
import { Writing, type WritingParts } from './writing.ts'

export interface ValuesParts extends ReadingParts, WritingParts {}

const writeShape = z.strictObject({
  why: z.string().max(1_000).optional(),
  fence: z.int().min(0).optional(),
  idempotencyKey: z.string().min(1).max(200).optional(),
})
const compareShape = writeShape.extend({ version: z.int().min(0) })
const updateShape = writeShape.extend({ attempts: z.int().min(1).max(1_000).optional() })
const deleteShape = writeShape.extend({ version: z.int().min(1).optional() })
const historyShape = z.strictObject({
  limit: z.int().min(1).max(1_000).optional(),
  before: z.int().min(1).optional(),
})

type Any = Record<string, Json>

/** Without types: whoever hands it out knows what it holds. */
export class Values implements LockableContext<Any> {
  readonly #definition: AnyContext
  readonly #scope: Scope
  readonly #reading: Reading
  readonly #writing: Writing
  readonly #writer: Writer

  constructor(definition: AnyContext, scope: Scope, writer: Writer, parts: ValuesParts) {
    this.#definition = definition
    this.#scope = scope
    this.#writer = writer
    this.#reading = new Reading(parts)
    this.#writing = new Writing(parts, scope.owner, writer)
  }

  get(key: string): Json | undefined {
    return this.entry(key)?.value
  }

  entry(key: string): Entry | undefined {
    return this.#reading.entry(this.#address(key))
  }

  async set(key: string, value: Json, options: WriteOptions = {}): Promise<ContextEntry<Json>> {
    const address = this.#address(key)
    const given = parse(writeShape, options, 'INPUT_INVALID', 'options')
    const checked = this.#check(key, value)
    const raw = ['context.set', address, checked]
    return this.#writing.write(address, { raw, ...given }, async write => write({ value: checked }))
  }

  async compareAndSet(key: string, value: Json, options: CompareOptions): Promise<ContextEntry<Json>> {
    const address = this.#address(key)
    const { version: expect, ...given } = parse(compareShape, options, 'INPUT_INVALID', 'options')
    const checked = this.#check(key, value)
    const raw = ['context.compareAndSet', address, checked, expect]
    return this.#writing.write(address, { raw, ...given }, async write => write({ value: checked, expect }))
  }

  async update(
    key: string,
    change: (value: Json | undefined) => Json | Promise<Json>,
    options: UpdateOptions = {},
  ): Promise<ContextEntry<Json>> {
    const address = this.#address(key)
    const { attempts = 100, ...given } = parse(updateShape, options, 'INPUT_INVALID', 'options')
    // Not what comes of it: another attempt finds another value there, its own.
    const raw = ['context.update', address, given.why ?? null]
    return this.#writing.write(address, { raw, ...given }, async write => {
      for (let left = attempts; ;) {
        const entry = this.#reading.entry(address)
        const value = this.#check(key, await change(entry?.value))
        try {
          return await write({ value, expect: entry?.version ?? 0 })
        } catch (error) {
          if (!isConflict(error) || --left === 0) throw error
        }
      }
    })
  }

  async delete(key: string, options: WriteOptions & { readonly version?: number } = {}): Promise<boolean> {
    const address = this.#address(key)
    const { version: expect, ...given } = parse(deleteShape, options, 'INPUT_INVALID', 'options')
    const raw = ['context.delete', address, expect ?? null]
    return this.#writing.remove(address, { raw, ...given }, expect)
  }

  async lock(key: string, options: LockOptions = {}): Promise<Lock> {
    const name = this.#address(key)
    const { lock, from } = this.#writer
    if (lock === undefined)
      throw new StatorError('INPUT_INVALID', { from, reason: 'only an attempt has locks' })
    return lock(name, options)
  }

  watch(key: string): Observable<ContextVersion<Json>> {
    return this.#reading.watch(this.#address(key), this.#scope.owner)
  }

  history(
    key: string,
    options: { readonly limit?: number; readonly before?: number } = {},
  ): readonly ContextVersion<Json>[] {
    const address = this.#address(key)
    const { limit = 100, before } = parse(historyShape, options, 'INPUT_INVALID', 'options')
    return this.#reading.history(address, limit, before)
  }

  #address(key: string): Address {
    const { name, keys } = this.#definition
    if (this.#definition.schemaOf(key) === undefined)
      throw new StatorError('CONTEXT_INVALID', { context: name, key, keys: [...(keys ?? [])] })
    return `context/${this.#scope.path}/${name}/${checkName(key, 'key')}`
  }

  /** As it is kept. @throws StatorError CONTEXT_INVALID */
  #check(key: string, value: unknown): Json {
    const { name } = this.#definition
    const schema = this.#definition.schemaOf(key) ?? z.never()
    return this.#writing.admit(parse(schema, value, 'CONTEXT_INVALID', `${key} of context ${name}`))
  }
}

const isConflict = (error: unknown): boolean =>
  error instanceof StatorError && error.code === 'CONTEXT_CONFLICT'
