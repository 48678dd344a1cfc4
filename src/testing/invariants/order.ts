/**
 * Invariant 5: one macrostep at a time, in order. It reads what became durable: positions, times, the states that each signal says it
 * found and left, and the order of what was caused. The order of what was said from outside is in said.ts.
 */
import { HUB, type Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Life } from '../host/life.ts'
import type { Watcher } from '../host/watcher.ts'
import type { Invariant } from './invariant.ts'
import { Past } from './past.ts'
import { inOrderSaid } from './said.ts'
import { Standing } from './standing.ts'
import { together } from './together.ts'

export const totalOrder: Invariant = {
  number: 5,
  promise:
    'One macrostep at a time per actor; first in, first out per sender, recipient and priority; positions are total.',
  watch: () => together(positions(), macrosteps(), causes(), inOrderSaid()),
}

const say = (life: Life, detail: string): void => life.simulation.break(5, detail)

/** No gap, none twice, over all process lives; time does not go back. */
function positions(): Watcher {
  let last: { seq: number; at: number } | undefined
  const begin = ({ simulation: { state } }: Life): void => {
    last ??= state.records.at(-1) ?? state.anchor
  }
  return {
    starting: begin,
    durable: ({ signals }, life) => {
      for (const { seq, at } of signals) {
        if (last !== undefined && seq !== last.seq + 1) say(life, `signal ${seq} follows ${last.seq}`)
        if (last !== undefined && at < last.at) say(life, `signal ${seq}: time went back`)
        last = { seq, at }
      }
    },
  }
}

/** Refused because nobody was there to take it, or nobody was asked. */
const NOBODY: ReadonlySet<string> = new Set(['RECIPIENT_UNKNOWN', 'HOPS_EXCEEDED'])

/** Each signal finds its recipient as the one before it left it. */
function macrosteps(): Watcher {
  const states = new Map<Address, string>()
  let begun = false
  return {
    starting: ({ simulation }) => {
      if (!begun)
        for (const [address, { state, alive }] of new Standing(Past.of(simulation).base).actors)
          if (alive) states.set(address, state)
      begun = true
      // The hub begins anew with each process.
      states.set(HUB, 'recovering')
    },
    durable: ({ signals }, life) => {
      for (const signal of signals) {
        const wrong = misfit(signal, states.get(signal.to) ?? null)
        if (wrong !== undefined) say(life, `signal ${signal.seq}: ${wrong}`)
        const { to, fromState, toState, refused, final } = signal
        const isThere = refused === null || (refused.code === 'MACHINE_FAULT' && fromState === null)
        if (!isThere || toState === null) continue
        if (final) states.delete(to)
        else states.set(to, toState)
      }
    },
  }
}

function misfit(
  { to, fromState, toState, refused, final }: Signal,
  found: string | null,
): string | undefined {
  if (refused !== null && NOBODY.has(refused.code)) {
    if (refused.code === 'RECIPIENT_UNKNOWN' && found !== null) return `${to} is ${found}, and was not found`
    return fromState === null && toState === null ? undefined : `nobody took it, and it names a state`
  }
  if (fromState !== found)
    return `${to} was ${found ?? 'not there'}, and is said to have been ${fromState ?? 'not there'}`
  if (refused === null) return toState === null ? `${to} took it, and is nowhere` : undefined
  if (final) return `${to} did not take it, and ended`
  return fromState === null || toState === fromState
    ? undefined
    : `${to} did not take it, and moved to ${toState}`
}

/** What one caused for another comes in the order in which it was caused. */
function causes(): Watcher {
  const lanes = new Map<string, Pick<Signal, 'causationId' | 'output'>>()
  /** What its recipient did not take may come again, later. */
  const stumbled = new Set<string>()
  return {
    durable: ({ signals }, life) => {
      for (const { seq, from, to, priority, causationId, output, refused } of signals) {
        if (causationId === 0 || from === HUB) continue
        if (causationId >= seq) say(life, `signal ${seq} was caused by ${causationId}, which comes after it`)
        const identity = `${causationId} ${output}`
        const isAgain = stumbled.has(identity)
        if (refused !== null) stumbled.add(identity)
        if (isAgain) continue
        const lane = `${from} ${to} ${priority}`
        const last = lanes.get(lane)
        lanes.set(lane, { causationId, output })
        if (last === undefined) continue
        if (causationId < last.causationId || (causationId === last.causationId && output <= last.output))
          say(
            life,
            `signal ${seq} of ${from} to ${to} (caused by ${identity}) overtook ${last.causationId} ${last.output}`,
          )
      }
    },
  }
}
