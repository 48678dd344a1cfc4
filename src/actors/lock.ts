/** The kind of actor that a lock is: what brings one to life, and why it does not take what it is told. */
import { lockMachine, type LockContext } from '../machines/lock.ts'
import type { Json } from '../messages/json.ts'
import { lockMessages, lockPublic } from '../messages/lock.ts'
import { lockName } from '../messages/lock-name.ts'
import type { Signal } from '../messages/signal.ts'
import type { ActorKind, Why } from './kind.ts'

export const lockKind: ActorKind = {
  kind: 'lock',
  machine: lockMachine,
  creates: 'lock.acquire',
  messages: lockMessages,
  public: lockPublic,
  names: { held: 'lock.granted', free: 'lock.freed' },
  // Whose attempts have it or wait for it must be seen; one that is free rests, with the last token, and never ends.
  wakes: state => state === 'held',
  rests: state => state === 'free',
  why,
  /** With each record, who has it then, and with which token. */
  note: context => noted(context as LockContext),
}

const noted = ({ token, holder }: LockContext): Json => ({
  token,
  holder: holder === null ? null : holder.owner,
  turn: holder?.turn ?? 0,
})

function why(context: unknown, { type, to, data }: Signal): Why | undefined {
  const { holder, line } = context as LockContext
  const name = lockName(to)
  if (type === 'lock.renew' || type === 'lock.release') {
    const details = { name, holder: holder?.owner ?? null }
    return { code: 'LOCK_LOST', message: `${name} is not theirs`, details }
  }
  if (type !== 'lock.acquire' || holder === null) return undefined
  const { owner, agent, since, until, note } = holder
  if ((data as { readonly wait: boolean }).wait) {
    const details = { name, waiting: line.length, holder: owner }
    return { code: 'LOCK_LINE_FULL', message: `${line.length} wait for ${name}`, details }
  }
  return {
    code: 'LOCK_HELD',
    message: `${owner} has ${name}`,
    details: { name, holder: owner, agent, since, until, note },
  }
}
