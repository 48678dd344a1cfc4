/** Received: a task that is a message, as its handler sees it. */
import type { ReceivedMail } from '../../actors/mail-calls.ts'
import type { Effect } from '../effect.ts'

export function receivedOf({ spec, correlationId }: Effect): ReceivedMail | undefined {
  const { mail } = spec
  if (mail === undefined) return undefined
  const { type, from, topic, path, asks = false, by, consults } = mail
  return {
    type,
    from,
    ...(topic === undefined ? {} : { topic }),
    conversation: correlationId,
    path,
    asks,
    ...(consults === undefined
      ? {}
      : {
          asker: {
            ...(by === undefined ? {} : { task: by.task }),
            ...(consults.run === undefined ? {} : { run: consults.run }),
            metadata: consults.metadata ?? {},
            context: consults.context ?? null,
          },
        }),
  }
}
