/** The kind of shared values: what the hub must know of them. */
import { contextMachine, type ContextState } from '../machines/context.ts'
import { contextMessages, contextPublic } from '../messages/context.ts'
import { whyNotWritten } from './context-why.ts'
import type { ActorKind } from './kind.ts'

export const contextKind: ActorKind = {
  kind: 'context',
  machine: contextMachine,
  creates: 'context.set',
  messages: contextMessages,
  public: contextPublic,
  names: { present: 'context.set' },
  why: whyNotWritten,
  note: context => ({ version: (context as ContextState).version }),
  // Who ends with its run must be told so.
  wakes: () => true,
  rests: () => true,
}
