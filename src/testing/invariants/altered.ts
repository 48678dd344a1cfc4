/**
 * Altered: the same history but for one record, with all checksums made anew, as if a machine had done otherwise then: it ends in
 * another state, or did not say something that it says. Works on a copy.
 */
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Checkpoint, PendingMessage } from '../../runtime/journal.ts'
import type { MemoryState } from '../../runtime/memory-journal.ts'
import { decode, encode, type JournalRecord } from '../../runtime/record.ts'
import type { Dice } from '../host/random.ts'

export interface Altered {
  readonly what: string
  readonly state: MemoryState
  /** Whose replay must come to something else. */
  readonly actor: Address
}

/** Undefined where nobody lives who could differ. */
export function altered(
  state: MemoryState,
  living: ReadonlyMap<Address, Checkpoint>,
  dice: Dice,
): Altered | undefined {
  const signals = state.records.map(decode)
  const takenBy = (actor: Address, seq: number): boolean => seq >= (living.get(actor)?.createdSeq ?? Infinity)
  const moved = signals.filter(({ to, seq, refused }) => refused === null && takenBy(to, seq))
  const pending = [...state.pending.values()].map(text => JSON.parse(text) as PendingMessage)
  // What came again after a release is in two records, or is still to come: one is left where the other is taken away.
  const once = (signal: Signal): boolean =>
    [...signals, ...pending].every(other => other === signal || !isSameOutput(other, signal))
  const caused = signals.filter(
    signal => signal.causationId > 0 && takenBy(signal.from, signal.causationId) && once(signal),
  )
  const silent = caused.length > 0 && dice.chance(0.5)
  if (moved.length === 0) return undefined
  const signal = dice.pick(silent ? caused : moved)
  const change = silent ? { causationId: 0 } : { toState: 'elsewhere' }
  const records = sealed(
    signals.map(other => (other === signal ? { ...other, ...change } : other)),
    state.anchor.sum,
  )
  return {
    what: silent ? `signal ${signal.seq} caused by nobody` : `signal ${signal.seq} leading elsewhere`,
    state: { ...state, records },
    actor: silent ? signal.from : signal.to,
  }
}

type Output = Pick<Signal, 'causationId' | 'output'>

const isSameOutput = (one: Output, other: Output): boolean =>
  one.causationId === other.causationId && one.output === other.output

function sealed(signals: readonly Signal[], first: number): JournalRecord[] {
  let sum = first
  return signals.map(signal => {
    const record = encode(signal, sum)
    ;({ sum } = record)
    return record
  })
}
