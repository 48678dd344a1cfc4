/**
 * Letter objections: what nobody may say any more, because the attempt is over; and what nobody could ever answer, because all who could
 * wait for whoever asks. From the records alone: who waits is found by rounds, until no more do.
 */
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Books } from './books.ts'
import type { Work } from './helpers.ts'
import { mailIn } from './letters.ts'
import { fits } from './starts.ts'

/** The code with which it must have been refused; undefined where nobody may object. */
export function letterObjection(signal: Signal, books: Books): string | undefined {
  const mail = mailIn(signal)
  if (mail?.by === undefined) return undefined
  const asker = books.works.get(mail.by.task as Address)
  if (asker?.state !== 'running' || asker.turn !== mail.by.turn) return 'STALE_ATTEMPT'
  if (mail.asks !== true) return undefined
  return isStuck(signal.data as unknown as TaskCreate, waitingFor(asker, books), books)
    ? 'ASK_CYCLE'
    : undefined
}

/** Tasks that cannot end before whoever asks hears an answer, itself included. */
function waitingFor(asker: Work, books: Books): ReadonlySet<Work> {
  const waiting = new Set([asker])
  for (let size = 0; size !== waiting.size;) {
    size = waiting.size
    for (const question of books.works.values()) {
      const { mail } = question.spec
      const by = books.works.get((mail?.by?.task ?? '') as Address)
      if (mail?.asks !== true || by === undefined || waiting.has(by)) continue
      const isUnanswered =
        question.state === 'running'
          ? waiting.has(question)
          : question.state === 'queued' && isStuck(question.spec, waiting, books)
      if (isUnanswered) waiting.add(by)
    }
  }
  return waiting
}

/** Are all who could take it as full as they may be, with tasks that wait? */
function isStuck(spec: TaskCreate, waiting: ReadonlySet<Work>, books: Books): boolean {
  const able = [...books.helpers.values()].filter(
    helper => fits(helper, spec) && books.handles(helper, spec.task) === 'yes',
  )
  return (
    able.length > 0 &&
    able.every(
      ({ running, capacity }) => running.size >= capacity && [...running].every(work => waiting.has(work)),
    )
  )
}
