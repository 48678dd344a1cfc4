/**
 * Tries: how often an attempt was refused because its conversation is stopped, as the records say: one that heeds nothing must not fill the
 * journal. Part of invariant 10.
 */
import type { PostSend } from '../../messages/post.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Move } from './shade.ts'

/** Refusals of one attempt that are recorded. */
const MOST = 3

export class Tries {
  /** By task and turn. */
  readonly #refused = new Map<string, number>()

  fault({ signal: { refused, data } }: Move): string | undefined {
    if (refused?.code !== 'CONVERSATION_STOPPED' || data === null) return undefined
    const { create, mail = create?.mail } = data as unknown as Partial<TaskCreate> & Partial<PostSend>
    if (mail?.by === undefined) return undefined
    const attempt = `${mail.by.task} ${mail.by.turn}`
    const times = (this.#refused.get(attempt) ?? 0) + 1
    this.#refused.set(attempt, times)
    return times > MOST ? `attempt ${attempt} was refused ${times} times` : undefined
  }
}
