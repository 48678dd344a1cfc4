/**
 * Letter objections: what nobody may say any more, because the attempt is over; and what nobody could ever answer, because all who could
 * wait for whoever asks. From the records alone: who waits is found by rounds, until no more do.
 */
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Work } from './helpers.ts'
import { mailIn } from './letters.ts'
import type { Shadow } from './shadow.ts'
import { fits } from './starts.ts'

/** The code with which it must have been refused; undefined where nobody may object. */
export function letterObjection(signal: Signal, shadow: Shadow): string | undefined {
  const { books } = shadow
  const mail = mailIn(signal)
  if (mail?.by === undefined) return undefined
  const asker = books.works.get(mail.by.task as Address)
  if (asker?.state !== 'running' || asker.turn !== mail.by.turn) return 'STALE_ATTEMPT'
  if (mail.asks !== true) return undefined
  const question = signal.data as unknown as TaskCreate
  // Whoever waited for each other before did not come to that by this question.
  const isCircle =
    isStuck(question, waiting(asker, true, shadow), shadow) &&
    !isStuck(question, waiting(asker, false, shadow), shadow)
  return isCircle ? 'ASK_CYCLE' : undefined
}

/** Tasks that cannot end, with whoever asks taken for waiting or not: all that asked something, less those that can, until no more can. */
function waiting(asker: Work, asks: boolean, shadow: Shadow): ReadonlySet<Work> {
  const { works } = shadow.books
  const questions = new Map<Work, Work[]>()
  for (const question of works.values()) {
    const { mail } = question.spec
    const by = works.get((mail?.by?.task ?? '') as Address)
    if (mail?.asks === true && by !== undefined) questions.set(by, [...(questions.get(by) ?? []), question])
  }
  const left = new Set(questions.keys())
  if (asks) left.add(asker)
  else left.delete(asker)
  const isUnanswered = (question: Work): boolean =>
    question.state === 'running'
      ? left.has(question)
      : question.state === 'queued' && isStuck(question.spec, left, shadow)
  for (let size = -1; size !== left.size;) {
    size = left.size
    for (const work of left)
      if (work !== asker && !(questions.get(work) ?? []).some(question => isUnanswered(question)))
        left.delete(work)
  }
  return left
}

/** Are all who could take it, or those of their role, as full as they may be, with tasks that wait? */
function isStuck(spec: TaskCreate, left: ReadonlySet<Work>, { books, setup }: Shadow): boolean {
  const able = [...books.helpers.values()].filter(
    helper => fits(helper, spec) && books.handles(helper, spec.task) === 'yes',
  )
  const wait = (works: Iterable<Work>): boolean => [...works].every(work => left.has(work))
  const isBarred = (role: string | undefined): boolean => {
    const limit = role === undefined ? undefined : setup.roles?.[role]?.concurrency
    const all = [...books.helpers.values()].flatMap(helper =>
      helper.role === role ? [...helper.running] : [],
    )
    return limit !== undefined && all.length >= limit && wait(all)
  }
  return (
    able.length > 0 &&
    able.every(({ running, capacity, role }) => (running.size >= capacity && wait(running)) || isBarred(role))
  )
}
