/**
 * Calls: what a handler says, for one attempt of a task: each thing once over all attempts, refused when this one is over, and while it
 * waits for an answer its time stands still.
 */
import type { SayCalls } from '../../actors/mail-calls.ts'
import type { AnyTask } from '../../actors/task.ts'
import { idOf, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { HandleHost } from '../handles.ts'
import type { Seat } from '../seat.ts'
import { answerTo } from './answers.ts'
import type { Key, PostOffice } from './post-office.ts'
import { senderOf } from './sender.ts'

export interface MailCallsParts {
  readonly office: PostOffice
  readonly handles: HandleHost
}

export function mailCalls({ office, handles }: MailCallsParts, seat: Seat): SayCalls {
  const sender = senderOf(seat)
  const keyFor = (...said: readonly unknown[]): Key => {
    seat.requireCurrent()
    const raw = seat.admit(said.map(each => each ?? null))
    return { key: seat.keyOf(raw), raw, keeper: seat.effect.task }
  }
  const answered = async (ask: (key: Key) => Promise<Address>, first: Key): Promise<Json> => {
    let question = await ask(first)
    for (let again = 1; failedBefore(handles, question, seat); again++)
      question = await ask({ ...first, key: `${first.key}/${again}` })
    seat.requireCurrent()
    return waitFor(seat, answerTo(handles, question))
  }
  return {
    tell: (to, task, input, options = {}) =>
      quiet(async () => {
        const key = keyFor('tell', nameOf(to), nameOf(task), input, options)
        return { id: idOf(await office.tell(sender, to, task, input, options, key)) }
      }),
    ask: <O>(
      to: Parameters<SayCalls['ask']>[0],
      task: unknown,
      input: unknown,
      options: Parameters<SayCalls['ask']>[3] = {},
    ) =>
      quiet(async () => {
        const first = keyFor('ask', nameOf(to), nameOf(task), input, options)
        return (await answered(key => office.ask(sender, to, task, input, options, key), first)) as O
      }),
  }
}

/** Only for the key: what is none is refused where it is looked at. */
const nameOf = (named: unknown): unknown => {
  if (typeof named !== 'object' || named === null) return named
  const { id, name } = named as { id?: unknown; name?: AnyTask['name'] }
  return id ?? name
}

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

/** A handler that ended without waiting for it must not end the process by its rejection. */
function quiet<T>(call: () => Promise<T>): Promise<T> {
  const result = call()
  result.catch(() => {})
  return result
}
