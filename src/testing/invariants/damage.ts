/**
 * Damage: a copy of the journal with one record changed, taken out or put in another's place must be called damaged at that very
 * position, at a start or when somebody asks. Part of invariant 2. What is damaged, and how, follows from the last
 * checksum: another in every run, the same in a run that is played again.
 */
import { StatorError } from '../../errors.ts'
import { memory, type MemoryState } from '../../runtime/memory-journal.ts'
import { decode, encode, type JournalRecord } from '../../runtime/record.ts'
import type { Life } from '../host/life.ts'
import { Dice } from '../host/random.ts'

/** More than this is not checked again from the first record on. */
const LONG = 3_000

type Change = (record: JournalRecord, dice: Dice) => JournalRecord

const CHANGES: Readonly<Record<string, Change>> = {
  time: record => ({ ...record, at: record.at + 1 }),
  header: (record, dice) => ({ ...record, head: flipped(record.head, dice) }),
  payload: (record, dice) => ({ ...record, data: flipped(record.data ?? '', dice) }),
  sum: (record, dice) => ({ ...record, sum: (record.sum ^ (1 << dice.below(32))) >>> 0 }),
  'sum of the payload': (record, dice) => ({
    ...record,
    dataSum: (record.dataSum ^ (1 << dice.below(32))) >>> 0,
  }),
}

export function damage({ simulation }: Life): void {
  const { state } = simulation
  const { records } = state
  if (records.length < 3 || records.length > LONG) return
  const dice = new Dice(records.at(-1)?.sum ?? 0)
  const place = dice.below(records.length - 1)
  const record = records[place] as JournalRecord
  const attempt = (what: string, changed: JournalRecord[], bad = record.seq): void => {
    const damaged = { ...state, owned: false, records: changed }
    // One whose start reads none of it, and one that must not start.
    const said = answer({ ...damaged, tailAfter: state.anchor.seq + changed.length })
    const tailAfter = state.anchor.seq + dice.below(record.seq - state.anchor.seq)
    const refused = answer({ ...damaged, tailAfter }, false)
    if (said !== bad)
      simulation.break(2, `record ${record.seq} was damaged (${what}), and the journal says ${said}`)
    if (refused !== bad)
      simulation.break(2, `record ${record.seq} was damaged (${what}), and a start says ${refused}`)
  }
  const names = Object.keys(CHANGES).filter(name => name !== 'payload' || record.data !== null)
  const name = dice.pick(names)
  attempt(name, records.with(place, (CHANGES[name] as Change)(record, dice)))
  const way = dice.below(3)
  if (way === 0) attempt('taken out', records.toSpliced(place, 1))
  else if (way === 1) {
    // Whole in itself: what gives it away is that the next one was written after another.
    const other = { ...decode(record), from: 'client/nobody' as const }
    const written = encode(other, records[place - 1]?.sum ?? state.anchor.sum)
    attempt('written anew', records.with(place, { ...written, data: record.data }), record.seq + 1)
  } else {
    const other = place + 1 + dice.below(records.length - place - 1)
    const exchanged = records.with(place, records[other] as JournalRecord).with(other, record)
    attempt(`exchanged with ${records[other]?.seq}`, exchanged)
  }
}

/** The position that a journal calls damaged: when it is opened, or when it is asked then. */
function answer(state: MemoryState, asked = true): number | undefined {
  const journal = memory(state)
  try {
    journal.open({ newId: () => '' })
    return asked ? journal.verify()?.firstBad : undefined
  } catch (error) {
    if (!(error instanceof StatorError) || error.code !== 'JOURNAL_DAMAGED') throw error
    return error.details['seq'] as number
  }
}

/** One letter is another one. */
function flipped(text: string, dice: Dice): string {
  const place = dice.below(text.length)
  return text.slice(0, place) + String.fromCharCode(text.charCodeAt(place) ^ 1) + text.slice(place + 1)
}
