/**
 * runtime.conversations: what agents say to each other, as an operator sees it: how much, what was stopped and why; and the word to stop
 * it, or to let it go on. It decides nothing: the conversation itself takes the word, or does not.
 */
import { z } from 'zod'
import { parse, type Schema } from '../../actors/schema.ts'
import { StatorError } from '../../errors.ts'
import type { ConversationContext } from '../../machines/conversation.ts'
import { conversationMessages, conversationOf } from '../../messages/conversation.ts'
import { checkAddress, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { Cell } from '../cell.ts'
import type { HandleHost } from '../handles.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Population } from '../population.ts'

/** Times in milliseconds since the epoch. */
export interface ConversationInfo {
  /** As in `ctx.mail.conversation`: what belongs together by it. */
  readonly conversation: string
  readonly address: Address
  readonly state: 'running' | 'stopped'
  /** Messages of agents since it began, or was resumed. */
  readonly messages: number
  readonly startedAt: number
  /** Of one that is stopped: by whom and why; of a guard with its code, and who answered whom (ids), the last who would have been next. */
  readonly stopped: {
    readonly by: string
    readonly reason: string
    readonly code: string | null
    readonly loop: readonly string[]
    readonly at: number
  } | null
}

export interface ConversationsParts {
  readonly population: Population
  readonly handles: Pick<HandleHost, 'send'>
  readonly lifetime: Pick<Lifetime, 'requireTruth' | 'requireOpen'>
}

const filter = z.strictObject({ state: z.enum(['running', 'stopped']).optional() })

export class ConversationsView {
  readonly #parts: ConversationsParts

  constructor(parts: ConversationsParts) {
    this.#parts = parts
  }

  /**
   * Those in which agents have something to say to each other, or were stopped, oldest first. One ends, and is not shown any more, when
   * nothing of it waits or is handled. @throws StatorError INPUT_INVALID, CLOSED, JOURNAL_FAILED
   */
  list(options: { readonly state?: 'running' | 'stopped' } = {}): ConversationInfo[] {
    this.#parts.lifetime.requireTruth()
    const { state } = parse(filter, options, 'INPUT_INVALID', 'filter')
    return [...this.#parts.population.cells()]
      .filter(({ definition }) => definition.kind.kind === 'conversation')
      .toSorted((a, b) => a.createdSeq - b.createdSeq)
      .map(cell => infoOf(cell))
      .filter(info => state === undefined || info.state === state)
  }

  /** Undefined where nobody has anything to say there. @throws StatorError ADDRESS_INVALID, JOURNAL_FAILED */
  get(conversation: string): ConversationInfo | undefined {
    this.#parts.lifetime.requireTruth()
    const cell = this.#parts.population.find(addressOf(conversation))
    return cell === undefined ? undefined : infoOf(cell)
  }

  /**
   * From now on nothing may be said in it (CONVERSATION_STOPPED); what waits of it becomes dead letters; what is handled is handled to its
   * end. Settles when that is durable. One that is stopped stays as it is.
   * @throws StatorError (rejects) NOT_FOUND: nobody says anything there; INPUT_INVALID, ADDRESS_INVALID, HUB_BUSY, CLOSED
   */
  async stop(conversation: string, word: { readonly by: string; readonly reason: string }): Promise<void> {
    const { by, reason } = checked(conversationMessages['conversation.stop'], word)
    await this.#say(conversation, 'conversation.stop', 'stopped', { by, reason })
  }

  /** It may go on, as far again as the guards let it. Its dead letters are replayed one by one. Errors as for `stop`. */
  async resume(conversation: string, word: { readonly by: string; readonly reason?: string }): Promise<void> {
    const data = checked(conversationMessages['conversation.resume'], word)
    await this.#say(conversation, 'conversation.resume', 'running', data)
  }

  async #say(conversation: string, type: string, isSo: string, data: Json): Promise<void> {
    this.#parts.lifetime.requireOpen()
    const to = addressOf(conversation)
    const cell = this.#parts.population.find(to)
    if (cell === undefined) throw new StatorError('NOT_FOUND', { conversation })
    if (cell.state !== isSo) await this.#parts.handles.send(type, to, data)
  }
}

const addressOf = (conversation: string): Address =>
  conversationOf(checkAddress(conversation, 'conversation'))

const checked = <T>(shape: z.ZodType<T>, word: unknown): T & { readonly [name: string]: Json } =>
  parse(shape as unknown as Schema, word, 'INPUT_INVALID', 'word to a conversation') as T & {
    readonly [name: string]: Json
  }

function infoOf({ address, state, snapshot }: Cell): ConversationInfo {
  const {
    messages,
    startedAt,
    stoppedAt: at,
    by,
    reason,
    code,
    loop,
  } = snapshot.context as ConversationContext
  const id = address.slice('conversation/'.length)
  return {
    conversation: id.includes('/') ? id : address,
    address,
    state: state === 'stopped' ? 'stopped' : 'running',
    messages,
    startedAt,
    stopped: state === 'stopped' ? { by: by ?? '', reason: reason ?? '', code, loop, at } : null,
  }
}
