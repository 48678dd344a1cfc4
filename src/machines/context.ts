/**
 * Context: one value that many share. It counts its versions, keeps who wrote the latest and why, and refuses whoever writes over a
 * version that he has not seen, or under a lock that others have had since. Pure: what a value may look like is not its business.
 */
import { assign, setup } from 'xstate'
import type { Address } from '../messages/address.ts'
import type { Emitted } from '../messages/command.ts'
import type { contextMessages } from '../messages/context.ts'
import type { EventsOf } from '../messages/event.ts'
import type { Json } from '../messages/json.ts'

export interface ContextState {
  /** From 1; a deletion is one as well, so none comes twice. 0: nothing was ever written. */
  readonly version: number
  /** Null where there is none. */
  readonly value: Json
  readonly isThere: boolean
  /** Who made this version, for which task, and why. */
  readonly by: Address | null
  readonly task: Address | null
  readonly why: string | null
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The highest token of a lock that it was written under; 0 where it never was. */
  readonly fence: number
}

export type ContextEvent = EventsOf<typeof contextMessages>
type Write = Extract<ContextEvent, { type: 'context.set' | 'context.delete' }>

export const NEW_CONTEXT: ContextState = {
  version: 0,
  value: null,
  isThere: false,
  by: null,
  task: null,
  why: null,
  at: 0,
  fence: 0,
}

/** What whoever writes must have seen: a version that is a deletion is no value. */
export const expected = ({ isThere, version }: ContextState): number => (isThere ? version : 0)

/** Is the lock, under which this is written, held by somebody else since? */
export const isStale = (context: ContextState, { fence }: { readonly fence?: number | undefined }): boolean =>
  fence !== undefined && fence < context.fence

function written(context: ContextState, event: Write): ContextState {
  const { from: by, at, data } = event
  const { task = null, why = null, fence = 0 } = data
  return {
    version: context.version + 1,
    value: event.type === 'context.set' ? event.data.value : null,
    isThere: event.type === 'context.set',
    by,
    task,
    why,
    at,
    fence: Math.max(context.fence, fence),
  }
}

export const contextMachine = setup({
  types: {} as { context: ContextState; events: ContextEvent; emitted: Emitted },
  guards: {
    /** Nobody has written since whoever writes has looked, and nobody else has had his lock. */
    fits: ({ context, event }) => {
      if (event.type === 'context.end') return false
      const { expect } = event.data
      return !isStale(context, event.data) && (expect === undefined || expect === expected(context))
    },
  },
  actions: {
    write: assign(({ context, event }) => (event.type === 'context.end' ? {} : written(context, event))),
  },
}).createMachine({
  id: 'context',
  version: '1',
  description:
    'A value that many share: in versions, each written over the one before by somebody who has seen it.',
  options: { maxIterations: 100 },
  context: NEW_CONTEXT,
  initial: 'absent',
  states: {
    absent: {
      meta: { description: 'Nobody has written it yet.' },
      on: { 'context.set': { guard: 'fits', target: 'present', actions: 'write' } },
    },
    present: {
      meta: { description: 'Has a value; who wants another one says over which version.' },
      on: {
        'context.set': { guard: 'fits', actions: 'write' },
        'context.delete': { guard: 'fits', target: 'deleted', actions: 'write' },
        'context.end': { target: 'ended' },
      },
    },
    deleted: {
      meta: { description: 'Has no value any more; its versions go on from where they were.' },
      on: {
        'context.set': { guard: 'fits', target: 'present', actions: 'write' },
        'context.end': { target: 'ended' },
      },
    },
    ended: {
      type: 'final',
      meta: { description: 'What it belonged to has ended; its last version stands in the journal.' },
    },
  },
})
