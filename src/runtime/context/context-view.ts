/** runtime.context: shared values, as clients have them, and as attempts do. Joins parts; reads and writes nothing itself. */
import type { LockCall } from '../../actors/lock-calls.ts'
import { parse } from '../../actors/schema.ts'
import { z } from 'zod'
import type {
  ContextScope,
  LockableContext,
  ProjectScope,
  SharedContext,
} from '../../actors/context-calls.ts'
import type { AnyContext, ContextDefinition } from '../../actors/shared-context.ts'
import { StatorError } from '../../errors.ts'
import { checkAddress, type Address } from '../../messages/address.ts'
import { Once } from '../once.ts'
import type { Registry } from '../registry.ts'
import type { Seat } from '../seat.ts'
import { scopeOf, scopeOfTask, type Scope } from './scope.ts'
import { Values, type ValuesParts } from './values.ts'
import { clientAs, handlerAt, type Writer } from './writer.ts'

export interface ContextViewParts extends Omit<ValuesParts, 'once'> {
  readonly contexts: readonly AnyContext[]
  readonly registry: Pick<Registry, 'isClient'>
}

const clientShape = z.strictObject({ as: z.string().optional() })

export class ContextView {
  readonly #parts: ContextViewParts
  readonly #once: Once
  readonly #known = new Map<string, AnyContext>()

  /** @throws StatorError ALREADY_REGISTERED: another one of the same name */
  constructor(parts: ContextViewParts) {
    this.#parts = parts
    this.#once = new Once(parts.journal)
    for (const context of parts.contexts) {
      const { name } = context
      if ((this.#known.get(name) ?? context) !== context)
        throw new StatorError('ALREADY_REGISTERED', { context: name })
      this.#known.set(name, context)
    }
  }

  /**
   * The shared values of a run (`{ run: 'release-42' }`, with all that is below it), of a task that belongs to none (`{ task: 'id' }`),
   * or of a project (`{ project: 'website' }`). `as` names who writes: a client of `runtime.client(name)`; default `client/local`. Those of a run or
   * task can be read until that is pruned, and written until it ends.
   * @throws StatorError NOT_FOUND (it was not given to createRuntime), SENDER_UNKNOWN, ADDRESS_INVALID, INPUT_INVALID, CLOSED
   */
  readonly of = <Values, Given>(
    definition: ContextDefinition<Values, Given>,
    scope: ContextScope,
    options: { readonly as?: Address } = {},
  ): SharedContext<Values, Given> => {
    const { as } = parse(clientShape, options, 'INPUT_INVALID', 'options')
    const from = as === undefined ? undefined : checkAddress(as, 'as')
    if (from !== undefined && !this.#parts.registry.isClient(from))
      throw new StatorError('SENDER_UNKNOWN', { from })
    return this.#values(definition, scopeOf(scope), clientAs(from))
  }

  /** As an attempt has them. */
  at(
    seat: Seat,
    lock: LockCall,
  ): <Values, Given>(
    definition: ContextDefinition<Values, Given>,
    scope?: ProjectScope,
  ) => LockableContext<Values, Given> {
    const writer = handlerAt(seat, lock)
    return (definition, scope) =>
      this.#values(definition, scope === undefined ? scopeOfTask(seat.effect.task) : scopeOf(scope), writer)
  }

  #values<Held, Given>(
    definition: ContextDefinition<Held, Given>,
    scope: Scope,
    writer: Writer,
  ): LockableContext<Held, Given> {
    const { name } = definition
    if (this.#known.get(name) !== (definition as unknown as AnyContext))
      throw new StatorError('NOT_FOUND', { context: name, reason: 'give it to createRuntime({ contexts })' })
    const parts = { ...this.#parts, once: this.#once }
    return new Values(
      definition as unknown as AnyContext,
      scope,
      writer,
      parts,
    ) as unknown as LockableContext<Held, Given>
  }
}
