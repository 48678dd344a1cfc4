/** Invariant 6: exactly once inside, at least once outside. It compares the journal with the ledger of the outside. */
import type { Address } from '../../messages/address.ts'
import type { Entry } from '../host/ledger.ts'
import type { Invariant } from './invariant.ts'

export const onceInside: Invariant = {
  number: 6,
  promise:
    'Processing inside is exactly once; external effects are at least once, all attempts under one key.',
  watch: () => {
    const ended = new Set<Address>()
    const results = new Map<string, string>()
    return {
      durable: ({ signals }, { simulation }) => {
        for (const { to, final } of signals) {
          if (!final || to.startsWith('agent/')) continue
          if (ended.has(to)) simulation.break(6, `${to} ended twice`)
          ended.add(to)
        }
      },
      outside: ({ what, task, key, value }: Entry, { simulation }) => {
        if (what === 'start' && ended.has(task as Address))
          simulation.break(6, `${task} had ended, and started again`)
        const result = results.get(key)
        if (what === 'sub' && result !== undefined)
          simulation.break(6, `${key} had its result, and ran again`)
        if (what !== 'result') return
        const text = JSON.stringify(value)
        if (result !== undefined && result !== text)
          simulation.break(6, `${key} gave another result than before`)
        results.set(key, text)
      },
    }
  },
}
