/** Invariant 5: one macrostep at a time, in order. It reads what became durable, and nothing else. */
import type { Invariant } from './invariant.ts'

export const totalOrder: Invariant = {
  number: 5,
  promise:
    'One macrostep at a time per actor; first in, first out per sender, recipient and priority; positions are total.',
  watch: () => {
    let position = 0
    let time = 0
    return {
      durable: ({ signals }, { simulation }) => {
        if (position === 0) position = simulation.position
        for (const { seq, at } of signals) {
          if (seq !== position + 1) simulation.break(5, `signal ${seq} follows ${position}`)
          if (at < time) simulation.break(5, `signal ${seq}: time went back`)
          position = seq
          time = at
        }
      },
    }
  },
}
