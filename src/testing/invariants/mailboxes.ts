/**
 * Mailboxes: what the postmaster may tell letters and conversations, and what it must have told them by the end of a turn: no mailbox
 * holds too much, what is dropped lies among the dead, and what must not be said is not. Part of invariant 10.
 */
import type { Batch, PendingMessage } from '../../runtime/journal.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Mail, Post } from './mail.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

const POSTMASTER = 'system/postmaster'

/** What a signal does to a letter or a conversation that it may not. The books do not have it yet. */
export function postFault({ signal, known }: Move, { books: { mail }, limits }: Shadow): string | undefined {
  const { type, to, from, refused, data, stamp, toState } = signal
  if (!known || refused !== null) return undefined
  if (type === 'task.create') {
    const { mail: letter } = (data ?? {}) as Partial<TaskCreate>
    const code = (stamp as { dead?: { error: { code: string } } } | null)?.dead?.error.code
    const must = letter === undefined ? undefined : mail.buried(signal)
    if (code !== must) return `a letter that is ${code ?? 'not'} buried instead of ${must ?? 'delivered'}`
    return code !== undefined && toState !== 'dead' ? `dropped, and not among the dead` : undefined
  }
  if (from !== POSTMASTER) return undefined
  const post = mail.posts.get(to)
  if (type === 'task.drop') return post === undefined ? 'dropped, and no letter' : dropFault(post, mail)
  if (type === 'task.discard') {
    const dead = post === undefined || post.agent === null ? [] : mail.dead(post.agent)
    if (dead.length <= limits.deadLetters) return `discarded as one of ${dead.length} dead letters`
    return isOldest(post, dead) ? undefined : 'discarded, and not the oldest of them'
  }
  const talk = mail.talks.get(to)
  if (type === 'conversation.stop' && talk?.tripped !== true) return 'stopped, and no guard has tripped'
  if (type === 'conversation.end' && talk !== undefined && !isQuiet(to, mail))
    return 'ended, while something of it waits or is handled'
  return undefined
}

function dropFault(post: Post, mail: Mail): string | undefined {
  if (mail.isGone(post.agent) || mail.talks.get(post.conversation)?.stopped === true) return undefined
  const box = post.agent === null ? undefined : mail.boxes.get(post.agent)
  if (post.agent === null || box === undefined) return 'dropped, and nobody is gone'
  const waiting = mail.waiting(post.agent)
  if (box.overflow !== 'drop-oldest' || waiting.length <= box.limit)
    return `dropped where ${waiting.length} of ${box.limit} wait (${box.overflow})`
  return isOldest(post, waiting) ? undefined : 'dropped, and not the oldest of those that wait'
}

const isOldest = (post: Post | undefined, all: readonly Post[]): boolean =>
  all.every(({ since }) => since >= (post?.since ?? Number.POSITIVE_INFINITY))

const isQuiet = (conversation: string, { posts }: Mail): boolean =>
  ![...posts.values()].some(post => post.conversation === conversation && post.state !== 'dead')

/** What stands wrong when a turn is over; one that had no room for more may have left something for the next. */
export function boxesFault(shadow: Shadow, batch: Batch): string | undefined {
  const { books, limits, debts } = shadow
  const told = loadsFault(books.mail, [...debts.rows.values()])
  if (told !== undefined) return told
  if (batch.signals.length === 0 || batch.signals.length >= limits.batchDeliveries) return undefined
  return leftFault(shadow)
}

/** All that agents have said is told to their conversation, and to them, in the same commit. */
function loadsFault({ talks, voices }: Mail, rows: readonly PendingMessage[]): string | undefined {
  for (const [address, { messages, told }] of talks) {
    const heard = told + comingTo(address, 'conversation.load', rows)
    if (heard !== messages) return `${address} was told of ${heard} messages, and ${messages} were said`
  }
  for (const [agent, { said, told }] of voices) {
    const heard = told + comingTo(agent, 'agent.said', rows)
    if (heard !== said) return `${agent} was told of ${heard} messages of its, and it said ${said}`
  }
  return undefined
}

/** Messages that it will hear of first in the next turn. */
const comingTo = (address: string, told: string, rows: readonly PendingMessage[]): number =>
  rows
    .filter(({ to, type }) => to === address && type === told)
    .reduce((sum, { data }) => sum + (data as { messages: number }).messages, 0)

/** What must have given way, and has not. */
export function leftFault(shadow: Shadow): string | undefined {
  const { mail } = shadow.books
  for (const [agent, { limit, overflow }] of mail.boxes) {
    const waiting = mail.waiting(agent).length
    if (overflow === 'drop-oldest' && waiting > limit) return `${waiting} wait for ${agent}, and ${limit} may`
    const dead = mail.dead(agent).length
    if (dead > shadow.limits.deadLetters) return `${dead} dead letters of ${agent} are kept`
  }
  for (const [address, { tripped, stopped }] of mail.talks)
    if (tripped && !stopped) return `a guard has tripped, and ${address} is not stopped`
  for (const { task, agent, conversation, state } of mail.posts.values()) {
    const waits = state !== 'running' && state !== 'dead'
    if (!waits || shadow.isHeld(task)) continue
    if (mail.isGone(agent)) return `${task} waits for ${agent}, who is gone`
    if (mail.talks.get(conversation)?.stopped === true) return `${task} waits, and ${conversation} is stopped`
  }
  return undefined
}

/** Is that what a list of dead letters says, as the records have it? */
export function listFault(
  listed: readonly { readonly id: string; readonly reason: string }[],
  mail: Mail,
): string | undefined {
  const told = listed.map(({ id }) => `task/${id}`).toSorted()
  const dead = [...mail.posts.values()]
    .filter(({ state }) => state === 'dead')
    .map(({ task }) => task)
    .toSorted()
  return told.join() === dead.join() ? undefined : `dead letters are ${told.join()} instead of ${dead.join()}`
}
