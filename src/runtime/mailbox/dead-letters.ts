/**
 * runtime.mail.deadLetters: messages that could not be delivered or handled, as an operator sees them: why, since when; delivered once more,
 * or discarded. It decides nothing: the letter itself takes the word, or does not.
 */
import { z } from 'zod'
import { parse } from '../../actors/schema.ts'
import { StatorError } from '../../errors.ts'
import type { TaskContext } from '../../machines/task.ts'
import { checkId, checkName, idOf, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import { DEAD_REASONS, taskMessages, type DeadReason } from '../../messages/task.ts'
import type { Cell } from '../cell.ts'
import type { HandleHost } from '../handles.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Letters } from './letters.ts'

export interface DeadLetter {
  /** Of the task that it is. */
  readonly id: string
  /** Ids and addresses as they were said: whom it was for, and whose it is. */
  readonly agent: string | null
  readonly from: string
  readonly conversation: string
  /** The name of the task that it is said as, and what is said. */
  readonly task: string
  readonly input: Json
  readonly reason: DeadReason
  /** What stood in its way, with a code of the catalogue. */
  readonly error: { readonly code: string; readonly message: string }
  /** Milliseconds since the epoch. */
  readonly since: number
}

export interface DeadLetterFilter {
  /** By its id. */
  readonly agent?: string | undefined
  readonly reason?: DeadReason | undefined
}

export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[]
  /** Give it as `cursor` for what follows; null: that was all. */
  readonly next: string | null
}

export interface DeadLettersParts {
  readonly letters: Letters
  readonly handles: Pick<HandleHost, 'cell' | 'send'>
  readonly lifetime: Pick<Lifetime, 'requireTruth' | 'requireOpen'>
}

const shape = z.strictObject({
  agent: z.string().optional(),
  reason: z.enum(DEAD_REASONS).optional(),
  limit: z.int().min(1).max(1_000).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,16}$/)
    .optional(),
})

export class DeadLetters {
  readonly #parts: DeadLettersParts

  constructor(parts: DeadLettersParts) {
    this.#parts = parts
  }

  /**
   * Those that fit, who lies there longest first, a page at a time (`limit`, 1 to 1,000, default 100).
   * @throws StatorError INPUT_INVALID, ADDRESS_INVALID, CLOSED, JOURNAL_FAILED
   */
  list(options: DeadLetterFilter & { limit?: number; cursor?: string } = {}): DeadLetterPage {
    this.#parts.lifetime.requireTruth()
    const { agent, reason, limit = 100, cursor = '0' } = parse(shape, options, 'INPUT_INVALID', 'filter')
    const of: Address | undefined = agent === undefined ? undefined : `agent/${checkName(agent, 'agent id')}`
    const found: DeadLetter[] = []
    for (const { task, since } of this.#parts.letters.allDead(of)) {
      if (since <= Number(cursor)) continue
      const letter = infoOf(this.#parts.handles.cell(task))
      if (letter === undefined || (reason !== undefined && letter.reason !== reason)) continue
      if (found.length === limit) return { letters: found, next: String(since - 1) }
      found.push(letter)
    }
    return { letters: found, next: null }
  }

  /**
   * Delivers it once more, as if it had just come. Settles when that is durable.
   * @throws StatorError (rejects) NOT_FOUND: no such dead letter; MAILBOX_FULL, AGENT_UNKNOWN, CONVERSATION_STOPPED: it would be one again;
   * ADDRESS_INVALID, HUB_BUSY, CLOSED, JOURNAL_FAILED
   */
  async replay(id: string): Promise<void> {
    await this.#say(id, 'task.replay', {})
  }

  /**
   * Nobody wants it: it ends as cancelled. `by`: who decides that, 1 to 200 characters.
   * @throws StatorError (rejects) NOT_FOUND, INPUT_INVALID, ADDRESS_INVALID, HUB_BUSY, CLOSED, JOURNAL_FAILED
   */
  async discard(id: string, word: { readonly by: string; readonly reason: string }): Promise<void> {
    const data = parse(taskMessages['task.discard'], word, 'INPUT_INVALID', 'discard')
    await this.#say(id, 'task.discard', data)
  }

  async #say(id: string, type: string, data: Json): Promise<void> {
    this.#parts.lifetime.requireOpen()
    const to: Address = `task/${checkId(id, 'message id')}`
    if (this.#parts.letters.get(to)?.place !== 'dead') throw new StatorError('NOT_FOUND', { letter: id })
    await this.#parts.handles.send(type, to, data)
  }
}

function infoOf(cell: Cell | undefined): DeadLetter | undefined {
  if (cell === undefined) return undefined
  const { address, correlationId: conversation, snapshot } = cell
  const { spec, dead, error } = snapshot.context as TaskContext
  if (spec?.mail === undefined || dead === undefined || dead === null) return undefined
  const { agent, task, input, mail } = spec
  return {
    id: idOf(address),
    agent: agent === undefined ? null : idOf(agent),
    from: mail.from,
    conversation,
    task,
    input,
    reason: dead.reason,
    error: { code: error?.code ?? 'TASK_FAILED', message: error?.message ?? '' },
    since: dead.at,
  }
}
