/**
 * Invariant 2: no acknowledged loss. It writes down for itself what the journal was given, and compares: after each batch what the
 * batch was about, at each start and at the end everything. How a damaged journal must answer is in damage.ts.
 */
import { CLIENT, type Address } from '../../messages/address.ts'
import { toMs, type Duration } from '../../messages/duration.ts'
import type { KeyRecord } from '../../runtime/journal.ts'
import type { MemoryState } from '../../runtime/memory-journal.ts'
import { decode, type JournalRecord } from '../../runtime/record.ts'
import type { Life } from '../host/life.ts'
import type { Said } from '../host/watcher.ts'
import { damage } from './damage.ts'
import { erasedRightly } from './erased.ts'
import { GracefulMark } from './graceful.ts'
import type { Invariant } from './invariant.ts'
import { Past, sameRecord, sameSignal } from './past.ts'
import { keyOf } from './works.ts'
import { writtenAsSaid } from './written.ts'

export const kept: Invariant = {
  number: 2,
  promise: 'No acknowledged loss; the journal is a gap-free prefix; corruption is detected, never silent.',
  watch: () => {
    /** What clients were told is accepted: where that is recorded. */
    const accepted = new Map<Address, number>()
    const mark = new GracefulMark()
    /** What ended before that may be erased. */
    let until = Number.POSITIVE_INFINITY
    return {
      starting: life => {
        Past.of(life.simulation)
        everythingKept(life)
        acceptedKept(life, accepted)
        mark.starting(life)
      },
      prunes: (options, { clock }) => {
        const { olderThan } = (options ?? {}) as { olderThan?: Duration }
        until =
          olderThan === undefined ? Number.POSITIVE_INFINITY : clock.now() - toMs(olderThan, 'olderThan')
      },
      durable: (batch, life) => {
        writtenAsSaid(batch, life)
        const wrong = mark.wrong(batch)
        if (wrong !== undefined) say(life, wrong)
      },
      pruned: life => {
        const past = Past.of(life.simulation)
        erasedRightly(life, past, until)
        for (const [address, seq] of accepted)
          if (seq <= life.simulation.state.anchor.seq) accepted.delete(address)
        past.rebase(life.simulation.state)
      },
      acknowledged: (address, life, said, signal) => {
        const stand = Past.of(life.simulation).standing.get(address)
        // What was pruned meanwhile nobody expects to find.
        if (
          signal === undefined &&
          stand !== undefined &&
          stand.createdSeq > life.simulation.state.anchor.seq
        )
          accepted.set(address, stand.createdSeq)
        keyKept(address, said, life)
      },
      drained: life => {
        everythingKept(life)
        acceptedKept(life, accepted)
        const bad = life.runtime.status().hub === 'closed' ? null : life.runtime.verify()
        if (bad !== null)
          say(life, `the journal calls its record ${bad.firstBad} damaged, and nobody touched it`)
        unchanged(life)
        damage(life)
      },
    }
  },
}

function say(life: Life, detail: string): void {
  life.simulation.break(2, detail)
}

/** Nothing that was durable is gone or changed, and nothing came of itself. */
function everythingKept(life: Life): void {
  const { state } = life.simulation
  const { expected } = Past.of(life.simulation)
  const wrong = expected.records.findIndex((record, index) => !sameRecord(record, state.records[index]))
  if (wrong >= 0) say(life, `record ${expected.anchor.seq + 1 + wrong} was durable, and is gone or changed`)
  if (state.records.length > expected.records.length) say(life, 'the journal has records that nobody wrote')
  if (state.tailAfter > (state.records.at(-1)?.seq ?? state.anchor.seq))
    say(life, 'the tail begins after the end')
  for (const [what, [had, has]] of Object.entries(partsOf(expected, state))) {
    for (const [name, text] of had)
      if (has.get(name) !== text) say(life, `${what} ${name} was durable, and is gone or changed`)
    if (has.size > had.size) say(life, `the journal has a ${what} that nobody wrote`)
  }
}

/** So many of them are looked at. */
const SOME = 10

/** What was let out stays what it was: nobody changes a signal later. */
function unchanged({ simulation }: Life): void {
  const { signals, expected } = Past.of(simulation)
  const { records, anchor } = expected
  const step = Math.ceil(records.length / SOME)
  for (let index = records.length - 1; index >= 0; index -= step) {
    const record = records[index] as JournalRecord
    const signal = signals[anchor.seq + 1 + index - (signals[0]?.seq ?? 0)]
    if (signal !== undefined && !sameSignal(decode(record), signal, record.data === null))
      simulation.break(2, `signal ${record.seq} was changed after it was written`)
  }
}

type Texts = ReadonlyMap<string | number, string>
type Part = readonly [had: Texts, has: Texts]

function partsOf(had: MemoryState, has: MemoryState): Record<string, Part> {
  const results = ({ results: all }: MemoryState): Map<string, string> =>
    new Map(
      [...all].flatMap(([owner, own]) => [...own].map(([name, text]) => [`${owner} ${name}`, text] as const)),
    )
  return {
    checkpoint: [had.checkpoints, has.checkpoints],
    'pending message': [had.pending, has.pending],
    key: [had.keys, has.keys],
    'cached result': [had.cached, has.cached],
    result: [results(had), results(has)],
  }
}

function acceptedKept(life: Life, accepted: ReadonlyMap<Address, number>): void {
  const { records, anchor } = life.simulation.state
  for (const [address, seq] of accepted) {
    const record = records[seq - anchor.seq - 1]
    if (record === undefined || decode(record).to !== address)
      say(life, `${address} was accepted with signal ${seq}, which is not there any more`)
  }
}

/** The key under which something was accepted is kept with it: it must be known when it comes again. */
function keyKept(address: Address, said: Said, life: Life): void {
  const key = keyOf(said, address)
  // A key lives as long as what it brought to life: that may have been pruned while it was said again.
  const stand = Past.of(life.simulation).standing.get(address)
  if (key === undefined || (stand?.ending !== undefined && isGone(stand.createdSeq, life))) return
  const text = life.simulation.state.keys.get(`${CLIENT}\n${key}`)
  if (text === undefined || (JSON.parse(text) as KeyRecord).address !== address)
    say(life, `${address} was accepted under the key ${key}, which is not kept with it`)
}

const isGone = (seq: number, { simulation: { state } }: Life): boolean =>
  (state.records[seq - state.anchor.seq - 1]?.data ?? null) === null
