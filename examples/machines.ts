/** Machines: a statechart explored to the last corner, and a promise about it that random events break. docs/testing.md shows both. */
import { checkMachine, explore } from 'stator/testing'
import { assign, setup } from 'xstate'
import { z } from 'zod'

// #region machine
type Paid = { type: 'order.pay'; amount: number } | { type: 'order.ship' }

const orderMachine = setup({
  types: {} as { context: { paid: number }; events: Paid },
  guards: { covered: ({ context }) => context.paid >= 100 },
  actions: {
    pay: assign({ paid: ({ context, event }) => context.paid + ('amount' in event ? event.amount : 0) }),
  },
}).createMachine({
  id: 'order',
  context: { paid: 0 },
  initial: 'open',
  states: {
    open: {
      on: { 'order.pay': { actions: 'pay' }, 'order.ship': { guard: 'covered', target: 'shipped' } },
      after: { 60_000: 'expired' },
    },
    shipped: { type: 'final' },
    expired: { type: 'final' },
  },
})
// #endregion

// #region explore
const events = { 'order.pay': z.object({ amount: z.int().min(1).max(100) }) }

// What was paid is not part of what a state is, but for whether it is enough.
const found = explore(orderMachine, {
  events,
  identity: ({ value, context }) => `${String(value)} ${context.paid >= 100}`,
})
console.log(found.format())
// #endregion

if (!found.complete || found.unreachable.length > 0) throw new Error('not all of it was reached')
console.log('---')

// #region check
try {
  checkMachine(orderMachine, {
    events,
    always: { 'no more is paid than it costs': ({ context }) => context.paid <= 100 },
    eventually: ({ status }) => status === 'done',
  })
} catch (error) {
  console.log((error as Error).message)
}
// #endregion
