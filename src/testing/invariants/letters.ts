/**
 * Letters: who may say something to agents: an attempt that runs, in the name of its agent, further on the way on which its own task
 * came; or a client, at the beginning of one. It tells what a message has no source for. Part of invariant 7.
 */
import { kindOf, type Address } from '../../messages/address.ts'
import type { Mail } from '../../messages/mail.ts'
import type { Signal } from '../../messages/signal.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Shadow } from './shadow.ts'

/** What is said to agents, whether to one or to many; undefined of any other message. */
export function mailIn({ type, data }: Signal): Mail | undefined {
  if (type === 'task.create') return (data as Partial<TaskCreate> | null)?.mail
  return type === 'post.send' ? (data as { create?: Partial<TaskCreate> } | null)?.create?.mail : undefined
}

export function letterFault(
  { from, refused, depth }: Signal,
  mail: Mail,
  { books, actors }: Shadow,
): string | undefined {
  if (mail.from !== from) return `it says that it is from ${mail.from}`
  if (mail.by === undefined) {
    if (kindOf(from) === 'agent') return 'no attempt says it'
    return mail.path.length > 0 || depth !== 1 ? 'a client is on its way already' : undefined
  }
  const task = mail.by.task as Address
  const attempt = books.attempts.get(`${task} ${mail.by.turn}`)
  if (attempt?.agent !== from) return `attempt ${mail.by.turn} of ${task} was not that of ${from}`
  const isOver = attempt.over !== undefined
  if (isOver)
    return refused?.code === 'STALE_ATTEMPT' ? undefined : `attempt ${mail.by.turn} of ${task} was over`
  if (refused?.code === 'STALE_ATTEMPT')
    return `attempt ${mail.by.turn} of ${task} runs, and was taken for one that is over`
  const before = books.works.get(task)?.spec.mail?.path ?? []
  const way = [...before, from].join(' ')
  if (mail.path.join(' ') !== way) return `it came by ${mail.path.join(' ')} instead of ${way}`
  const own = actors.get(task)?.depth ?? 0
  return depth === own + 1 ? undefined : `it is ${depth} messages deep instead of ${own + 1}`
}

/** A question that nobody waits for any more, and that goes on. */
export function unwantedFault(shadow: Shadow): string | undefined {
  for (const { address, spec, state } of shadow.books.works.values()) {
    const { mail } = spec
    if (mail?.asks !== true || mail.by === undefined || state === 'dead' || shadow.isHeld(address)) continue
    const asker = mail.by.task as Address
    if (!shadow.books.works.has(asker) && !shadow.strangers.has(asker))
      return `${address} asks for ${asker}, which has ended, and nobody calls it off`
  }
  return undefined
}

/** May the hub call it off? Only a question that nobody waits for. */
export function callOffFault({ to }: Signal, { books }: Shadow): string | undefined {
  const { mail } = books.works.get(to)?.spec ?? {}
  if (mail?.asks !== true || mail.by === undefined) return 'the hub calls off no more than questions'
  const asker = books.works.get(mail.by.task as Address)
  return asker === undefined || asker.state === 'dead' ? undefined : `${mail.by.task} waits for the answer`
}
