/** Sent: to whom a post went, as its record says: the same for whoever sent it, and for whoever asks later. */
import type { SentToMany } from '../../actors/mail-calls.ts'
import { idOf, type Address } from '../../messages/address.ts'
import type { PostSend } from '../../messages/post.ts'
import type { Journal } from '../journal.ts'

export function sentToMany(journal: Pick<Journal, 'query'>, post: Address): SentToMany {
  const sent = journal
    .query({ actor: post, types: ['post.send'] })
    .find(({ refused, data }) => refused === null && data !== null)
  const { recipients = [] } = (sent?.data ?? {}) as Partial<PostSend>
  return { id: idOf(post), recipients: recipients.map(({ agent }) => idOf(agent)) }
}
