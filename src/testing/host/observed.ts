/**
 * Observed: a runtime whose clients are overheard: what they ask for, and what they are told is accepted. It changes
 * nothing of what the runtime does.
 */
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Runtime } from '../../runtime/runtime.ts'

export interface Overheard {
  asked(what: string): void
  acknowledged(address: Address): void
}

/** The calls that settle once what they said is durable, and what they concern. */
const ACKNOWLEDGED: Readonly<Record<string, (given: never) => Address>> = {
  start: ({ address }: { address: Address }) => address,
  startGraph: ({ address }: { address: Address }) => address,
  submit: ({ address }: { address: Address }) => address,
  send: ({ to }: Signal) => to,
}

export function observed(runtime: Runtime, by: Overheard): Runtime {
  return new Proxy(runtime, {
    get(target, name) {
      // Of the target itself: its fields are private to it.
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      const call = value as (...args: unknown[]) => unknown
      const addressOf = typeof name === 'string' ? ACKNOWLEDGED[name] : undefined
      if (addressOf === undefined) return call.bind(target)
      return async (...args: unknown[]) => {
        by.asked(String(name))
        const given = await (call.apply(target, args) as Promise<unknown>)
        by.acknowledged(addressOf(given as never))
        return given
      }
    },
  })
}
