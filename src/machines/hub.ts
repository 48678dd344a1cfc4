/**
 * Hub: the life of the runtime itself, from opening its journal to closing it. The loop that it stands for is
 * src/runtime/kernel.ts; this chart says which of its doors are open. Pure.
 */
import { setup } from 'xstate'

export type HubEvent =
  | { readonly type: 'hub.start' }
  | { readonly type: 'hub.drain' }
  | { readonly type: 'hub.close' }
  | { readonly type: 'hub.fail' }

export const hubMachine = setup({ types: {} as { events: HubEvent } }).createMachine({
  id: 'hub',
  version: '1',
  description: 'The hub: it registers, validates, orders, delivers and records every message.',
  options: { maxIterations: 100 },
  initial: 'recovering',
  states: {
    recovering: {
      meta: { description: 'Reads its journal; nothing is accepted, nothing released.' },
      on: { 'hub.start': 'running', 'hub.fail': 'failed', 'hub.close': 'closed' },
    },
    running: {
      meta: { description: 'Accepts, delivers, commits and releases.' },
      on: { 'hub.drain': 'draining', 'hub.close': 'closed', 'hub.fail': 'failed' },
    },
    draining: {
      meta: { description: 'Accepts nothing new; work that runs may end.' },
      on: { 'hub.close': 'closed', 'hub.fail': 'failed' },
    },
    closed: { type: 'final', meta: { description: 'Closed gracefully; the journal says so.' } },
    failed: {
      type: 'final',
      meta: { description: 'The journal failed; only a new start goes on from what was written.' },
    },
  },
})
