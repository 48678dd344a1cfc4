/**
 * Erased: what a pruning may take: payloads, results and keys of what had ended, the records before everybody who lives, and cached
 * results that nobody can be given any more. Part of invariant 2: whatever else is missing afterwards was lost.
 */
import { rootOf, type Address } from '../../messages/address.ts'
import type { CachedResult, Checkpoint, KeyRecord } from '../../runtime/journal.ts'
import { decode } from '../../runtime/record.ts'
import type { Life } from '../host/life.ts'
import { sameRecord, type Past } from './past.ts'

/** `until`: what ended after that stays. */
export function erasedRightly(
  { simulation, clock }: Life,
  { expected, standing }: Past,
  until: number,
): void {
  const { state } = simulation
  const say = (detail: string): void => simulation.break(2, detail)
  const isOver = (address: string): boolean => {
    const ending = standing.get(rootOf(address as Address))?.ending
    return ending !== undefined && ending.at <= until
  }
  const dropped = state.anchor.seq - expected.anchor.seq
  const last = expected.records[dropped - 1] ?? expected.anchor
  if (dropped < 0 || last.seq !== state.anchor.seq || last.sum !== state.anchor.sum)
    say(`the pruning left an anchor at ${state.anchor.seq} that is none`)
  for (const [address, { alive, createdSeq }] of standing.actors) {
    if (!alive || createdSeq > state.anchor.seq) continue
    const text = state.checkpoints.get(address)
    if (
      text === undefined ||
      (JSON.parse(text) as Checkpoint).seq < lastTaken(state.anchor.seq, address, expected)
    )
      say(`${address} lives, and the pruning took its records`)
  }
  for (const record of expected.records.slice(0, Math.max(0, dropped))) {
    const { correlationId, toState } = decode(record)
    // What was sent to nobody belongs to nobody; what was erased before is of somebody who had ended.
    if (toState === null || record.data === null) continue
    if (/^(task|workflow)\//.test(correlationId) && !isOver(correlationId))
      say(`the pruning dropped record ${record.seq} of ${correlationId}, which lives or ended lately`)
  }
  for (const [index, record] of expected.records.slice(dropped).entries()) {
    const found = state.records[index]
    if (sameRecord(record, found)) continue
    const { correlationId } = decode(record)
    if (found?.data !== null || !sameRecord({ ...record, data: null }, found))
      say(`the pruning changed record ${record.seq}`)
    else if (!isOver(correlationId))
      say(`the pruning erased record ${record.seq} of ${correlationId}, which lives or ended lately`)
  }
  for (const [owner, own] of expected.results)
    if (state.results.get(owner)?.size !== own.size && !isOver(owner))
      say(`the pruning took results of ${owner}`)
  for (const [key, text] of expected.keys)
    if (!state.keys.has(key) && !isOver((JSON.parse(text) as KeyRecord).address))
      say(`the pruning took the key ${key}`)
  for (const [key, text] of expected.cached) {
    const { seq, expires } = JSON.parse(text) as CachedResult
    const isErased = (state.records[seq - state.anchor.seq - 1]?.data ?? null) === null
    if (state.cached.has(key) === (isErased || expires <= clock.now()))
      say(`the pruning ${state.cached.has(key) ? 'left' : 'took'} the cached result of record ${seq}`)
  }
}

/** The last of the dropped records that an actor took: its checkpoint must have it. */
function lastTaken(
  anchor: number,
  address: Address,
  { records }: { records: Past['expected']['records'] },
): number {
  let taken = 0
  for (const record of records) {
    if (record.seq > anchor) break
    const { to, refused, seq } = decode(record)
    if (to === address && refused === null) taken = seq
  }
  return taken
}
