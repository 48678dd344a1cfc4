/**
 * Calls: what a handler says, for one attempt of a task: each thing once over all attempts, refused when this one is over, and while it
 * waits for an answer its time stands still.
 */
import type { SayCalls, SentToMany } from '../../actors/mail-calls.ts'
import { idOf, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { HandleHost } from '../handles.ts'
import type { Postmaster } from '../mailbox/postmaster.ts'
import type { Seat } from '../seat.ts'
import { answerTo } from './answers.ts'
import { handOff, type HandOffParts } from './hand-off.ts'
import { Heed } from './heed.ts'
import { callOf } from './named.ts'
import type { Key, PostOffice } from './post-office.ts'
import { senderOf } from './sender.ts'
import { sentToMany } from './sent.ts'

export interface MailCallsParts extends HandOffParts {
  readonly office: PostOffice
  readonly handles: HandleHost
  /** Why nothing more may be said in a conversation. */
  readonly postmaster: Pick<Postmaster, 'stopped'>
  /** Messages that an attempt is about to send, each to one recipient: counted by its budget, if it has one. */
  readonly charge: (seat: Seat, messages: number, key: string) => Promise<void>
}

type Say = (key: Key) => Promise<Address>

export function mailCalls(parts: MailCallsParts, seat: Seat): SayCalls {
  const { office, handles, charge, postmaster } = parts
  const { journal } = handles
  const sender = senderOf(seat)
  const { task: keeper } = seat.effect
  const heed = new Heed(seat, conversation => postmaster.stopped(conversation))

  /** What was said under that key before, or what is said now. */
  const once = async (key: Key, say: Say): Promise<Address> =>
    journal.key(keeper, key.key)?.address ?? (await say(key))
  const keyFor = (...call: Parameters<typeof callOf>): Key => {
    seat.requireCurrent()
    const raw = seat.admit(callOf(...call))
    const key = seat.keyOf(raw)
    return {
      key,
      raw,
      keeper,
      charge: messages => charge(seat, messages, key),
      listen: conversation => heed.listen(conversation),
    }
  }
  const tell = async (key: Key, say: Say): Promise<{ id: string }> => ({ id: idOf(await once(key, say)) })
  const post = async (key: Key, say: Say): Promise<SentToMany> => sentToMany(journal, await once(key, say))
  const answer = async (first: Key, ask: Say): Promise<Json> => {
    let question = await once(first, ask)
    for (let again = 1; failedBefore(handles, question, seat); again++)
      question = await once({ ...first, key: `${first.key}/${again}` }, ask)
    seat.requireCurrent()
    return waitFor(seat, answerTo(handles, question))
  }
  /** A handler that ended without waiting for it must not end the process by its rejection. */
  const said = <T>(call: () => Promise<T>): Promise<T> => {
    const result = heed.of(call)
    result.catch(() => {})
    return result
  }
  return {
    tell: (to, task, input, options = {}) =>
      said(async () =>
        tell(keyFor('tell', to, task, input, options), key =>
          office.tell(sender, to, task, input, options, key),
        ),
      ),
    ask: (to, task, input, options = {}) =>
      said<never>(async () =>
        answered(
          answer(keyFor('ask', to, task, input, options), key =>
            office.ask(sender, to, task, input, options, key),
          ),
        ),
      ),
    consult: (whom, task, input, options = {}) =>
      said<never>(async () =>
        answered(
          answer(keyFor('consult', whom, task, input, options), key =>
            office.consult(sender, whom, task, input, options, key),
          ),
        ),
      ),
    broadcast: (to, task, input, options = {}) =>
      said(async () =>
        post(keyFor('broadcast', to, task, input, options), key =>
          office.broadcast(sender, to, task, input, options, key),
        ),
      ),
    publish: (topic, task, input, options = {}) =>
      said(async () =>
        post(keyFor('publish', topic, task, input, options), key =>
          office.publish(sender, topic, task, input, options, key),
        ),
      ),
    handOff: (to, options = {}) => said(async () => handOff(parts, seat, to, options)),
  }
}

/** What the other's handler made, as its task says. */
const answered = (answer: Promise<Json>): Promise<never> => answer as Promise<never>

/** Was it asked by an earlier attempt, and came to nothing? */
function failedBefore(handles: HandleHost, question: Address, { effect }: Seat): boolean {
  if (handles.cell(question) !== undefined) return false
  const ending = handles.ending(question)
  if (ending === undefined || ending.toState === 'completed') return false
  const [created] = handles.journal.query({ actor: question, types: ['task.create'], limit: 1 })
  const { mail } = (created?.data ?? {}) as { mail?: { by?: { turn: number } } }
  return mail?.by?.turn !== effect.turn
}

/** The answer, or the end of whoever waits for it. */
async function waitFor<T>(seat: Seat, answer: Promise<T>): Promise<T> {
  const goOn = seat.suspend()
  const over = new Promise<never>((_, reject) => {
    seat.onEnd(() => reject(seat.signal.reason as Error))
  })
  try {
    return await Promise.race([answer, over])
  } finally {
    goOn()
  }
}
