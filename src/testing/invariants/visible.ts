/** Invariant 1: durable before visible. It looks at what leaves the runtime, never at how it is made. */
import type { Address } from '../../messages/address.ts'
import type { Invariant } from './invariant.ts'

export const visible: Invariant = {
  number: 1,
  promise: 'No acknowledgement, effect, timer or stream item precedes its synced record.',
  watch: () => {
    /** The durable state of each actor. */
    const states = new Map<Address, string>()
    return {
      durable: ({ signals }) => {
        for (const { to, toState, refused } of signals)
          if (toState !== null && refused === null) states.set(to, toState)
      },
      seen: ({ seq }, { simulation }) => {
        if (seq > simulation.position) simulation.break(1, `signal ${seq} was seen before it was durable`)
      },
      acknowledged: (address, { simulation }) => {
        if (!states.has(address)) simulation.break(1, `${address} was acknowledged before it was durable`)
      },
      outside: ({ what, task }, { simulation }) => {
        const state = states.get(task as Address)
        if (what === 'start' && state !== 'running')
          simulation.break(1, `${task} was started while durably ${state ?? 'unknown'}`)
      },
    }
  },
}
