/**
 * Lock: what only one may have at a time: who has it, with which token and until when, and who waits for it, in which order. Pure: whose
 * attempt has ended, and who would wait for whom in a circle, is told by the hub.
 */
import { enqueueActions, setup } from 'xstate'
import type { EventsOf } from '../messages/event.ts'
import type { lockMessages } from '../messages/lock.ts'
import {
  again,
  asksLeft,
  granted,
  isHolders,
  isSame,
  LEASE,
  NEW_LOCK,
  passed,
  timerOf,
  waiterOf,
  waitersOf,
  type LockContext,
  type LockEvent,
} from './lock-context.ts'

export type { LockContext } from './lock-context.ts'

type Args = { context: LockContext; event: LockEvent }

const passOn = { guard: 'isAwaited', actions: 'pass' } as const
const free = { target: 'free', actions: 'pass' } as const

export const lockMachine = setup({
  types: {} as { context: LockContext; events: EventsOf<typeof lockMessages> },
  guards: {
    isAgain: ({ context, event }: Args) =>
      event.type === 'lock.acquire' && isSame(context.holder, event.data),
    mayWait: ({ context, event }: Args) =>
      event.type === 'lock.acquire' && event.data.wait && context.line.length < event.data.room,
    isHolders: ({ context, event }: Args) => isHolders(context, event),
    waits: ({ context, event }: Args) => waitersOf(context, event).length > 0,
    isPart: ({ context, event }: Args) => isHolders(context, event) && asksLeft(context, event).length > 0,
    isHoldersAndAwaited: ({ context, event }: Args) => isHolders(context, event) && context.line.length > 0,
    isAwaited: ({ context }: Args) => context.line.length > 0,
  },
  actions: {
    grant: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'lock.acquire') return
      enqueue.assign(granted({ ...context, line: [waiterOf(event)] }, event.at))
      enqueue.raise({ type: 'lock.expired' } as never, { id: LEASE, delay: event.data.lease })
    }),
    again: enqueueActions(({ context: { holder }, event, enqueue }) => {
      if (event.type !== 'lock.acquire' || holder === null) return
      const next = again(holder, event.data, event.at)
      enqueue.assign({ holder: next })
      if (next.until !== holder.until)
        enqueue.raise({ type: 'lock.expired' } as never, { id: LEASE, delay: next.until - event.at })
    }),
    join: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'lock.acquire') return
      const waiter = waiterOf(event)
      enqueue.assign({ line: [...context.line, waiter], waits: context.waits + 1 })
      if (waiter.timeout !== null)
        enqueue.raise({ type: 'lock.late' } as never, { id: timerOf(waiter), delay: waiter.timeout })
    }),
    renew: enqueueActions(({ context: { holder }, event, enqueue }) => {
      if (holder === null) return
      enqueue.assign({ holder: { ...holder, until: event.at + holder.lease } })
      enqueue.raise({ type: 'lock.expired' } as never, { id: LEASE, delay: holder.lease })
    }),
    giveBack: enqueueActions(({ context, event, enqueue }) => {
      if (context.holder !== null)
        enqueue.assign({ holder: { ...context.holder, asks: asksLeft(context, event) } })
    }),
    leave: enqueueActions(({ context, event, enqueue }) => {
      const left = waitersOf(context, event)
      const late = event.type === 'lock.late' ? left.length : 0
      enqueue.assign({
        line: context.line.filter(waiter => !left.includes(waiter)),
        timeouts: context.timeouts + late,
      })
      for (const waiter of left) if (waiter.timeout !== null) enqueue.cancel(timerOf(waiter))
    }),
    /** From whoever has it to the next of the line, or to nobody. */
    pass: enqueueActions(({ context, event, enqueue }) => {
      const next = granted(passed(context, event), event.at)
      enqueue.assign(next)
      for (const waiter of context.line)
        if (waiter.timeout !== null && !next.line.includes(waiter)) enqueue.cancel(timerOf(waiter))
      if (next.holder === null) enqueue.cancel(LEASE)
      else enqueue.raise({ type: 'lock.expired' } as never, { id: LEASE, delay: next.holder.lease })
    }),
  },
}).createMachine({
  id: 'lock',
  version: '1',
  description: 'What only one may have at a time: its holder, its token, and who waits for it.',
  options: { maxIterations: 100 },
  context: NEW_LOCK,
  initial: 'free',
  states: {
    free: {
      meta: { description: 'Nobody has it; the last token is kept.' },
      on: { 'lock.acquire': { target: 'held', actions: 'grant' } },
    },
    held: {
      meta: { description: 'Somebody has it, until it is given back, lost, broken, or its lease runs out.' },
      on: {
        'lock.acquire': [
          { guard: 'isAgain', actions: 'again' },
          { guard: 'mayWait', actions: 'join' },
        ],
        'lock.renew': { guard: 'isHolders', actions: 'renew' },
        'lock.release': [
          { guard: 'waits', actions: 'leave' },
          { guard: 'isPart', actions: 'giveBack' },
          { guard: 'isHoldersAndAwaited', actions: 'pass' },
          { guard: 'isHolders', ...free },
        ],
        'lock.revoke': [
          { guard: 'waits', actions: 'leave' },
          { guard: 'isHoldersAndAwaited', actions: 'pass' },
          { guard: 'isHolders', ...free },
        ],
        'lock.break': [passOn, free],
        'lock.expired': [passOn, free],
        'lock.late': { guard: 'waits', actions: 'leave' },
      },
    },
  },
})
