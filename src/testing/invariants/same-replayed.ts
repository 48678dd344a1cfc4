/**
 * Invariant 3: live state = replay, byte for byte. Beside the runtime it folds every record into actors of its own, and compares: each
 * checkpoint as it is written, everybody at each start, now and then, and at the end; and there what a start would make of some
 * earlier moment. Works on copies of what the journal holds.
 */
import type { Life } from '../host/life.ts'
import { Dice } from '../host/random.ts'
import type { Watcher } from '../host/watcher.ts'
import { registryOf } from './definitions.ts'
import { Fold } from './fold.ts'
import type { Invariant } from './invariant.ts'
import { Past } from './past.ts'
import { replay } from './replay.ts'
import { Seldom } from './seldom.ts'
import { leftBehind } from './tail.ts'

export const sameReplayed: Invariant = {
  number: 3,
  promise: 'Live state = replay from the anchor = any checkpoint + tail, byte for byte.',
  watch: watchFold,
}

function watchFold(): Watcher {
  let life: Life | undefined
  let fold: Fold | undefined
  const seldom = new Seldom()
  const foldOf = (now: Life): Fold => {
    life = now
    fold ??= new Fold(Past.of(now.simulation).base, () => registryOf(now.simulation.setup(life ?? now)))
    for (const wrong of fold.wrong.splice(0)) now.simulation.break(3, wrong)
    return fold
  }
  return {
    starting: now => void foldOf(now),
    durable: (batch, now) => {
      seldom.happened(batch)
      foldOf(now).take(batch)
      const folded = foldOf(now)
      const past = Past.of(now.simulation)
      past.take(batch)
      for (const address of leftBehind(batch, past))
        if (!folded.unknown.has(address))
          now.simulation.break(3, `the tail moved past what ${address} needs of it`)
      for (const { address } of batch.checkpoints)
        differ(
          now,
          `the checkpoint of ${address}`,
          past.expected.checkpoints.get(address),
          folded.text(address),
        )
    },
    up: now => sameNow(now, foldOf(now)),
    between: now => {
      if (now.isUp && seldom.isTime()) sameNow(now, foldOf(now))
    },
    drained: now => {
      sameNow(now, foldOf(now))
      sameThen(now)
    },
  }
}

function differ(life: Life, what: string, found: string | undefined, folded: string | undefined): void {
  if (found !== folded) life.simulation.break(3, `${what} is ${found}, folded from the records ${folded}`)
}

/** Everybody in memory, parked, or known to be held is as the records make them, and nobody else is there. */
function sameNow(life: Life, fold: Fold): void {
  const { runtime, simulation } = life
  const hub = runtime.status().hub
  // A closed runtime keeps nobody.
  if (hub === 'closed' || hub === 'failed') return
  const live = new Set<string>()
  for (const record of runtime.actors.records()) {
    live.add(record.address)
    if (!fold.unknown.has(record.address))
      differ(life, record.address, JSON.stringify(record), fold.text(record.address))
  }
  const held = new Map<string, string>(runtime.held().map(({ address, code }) => [address, code]))
  for (const address of fold.cells.keys()) {
    if (live.has(address)) continue
    const code = held.get(address)
    if (code === 'REPLAY_DIVERGED') simulation.break(3, `${address} is held: a replay of it diverged`)
    if (code === undefined)
      differ(life, `${address}, parked,`, simulation.state.checkpoints.get(address), fold.text(address))
  }
}

/** What a start would have made of the journal at some moment of this past: another one in every run. */
function sameThen(life: Life): void {
  const { simulation } = life
  const past = Past.of(simulation)
  const dice = new Dice(past.expected.records.at(-1)?.sum ?? 0)
  const moment = dice.below(past.batches.length + 1)
  // Without its first records only checkpoints can tell.
  const from = past.isWhole && dice.chance(0.5) ? 'start' : 'checkpoints'
  const setup = simulation.setup(life)
  const fold = new Fold(past.base, () => registryOf(setup))
  for (const batch of past.batches.slice(0, moment)) fold.take(batch)
  const { actors, stranded } = replay(past.stateAt(moment), setup, from)
  const at = `after ${moment} batches, from ${from}`
  for (const [address, record] of actors)
    if (!fold.unknown.has(address))
      differ(life, `${address} ${at}`, JSON.stringify(record), fold.text(address))
  for (const [address, { code, reason }] of stranded)
    if (!fold.unknown.has(address))
      simulation.break(3, `${address} cannot be replayed ${at}: ${code}, ${reason}`)
  for (const address of fold.cells.keys())
    if (!actors.has(address) && !stranded.has(address)) simulation.break(3, `${address} is not there ${at}`)
}

/** Compares every living actor with what a start would make of the journal now, from checkpoints and from the first record. */
export function replaysTheSame(life: Life): void {
  const { simulation } = life
  const { state } = simulation
  const live = new Map(life.runtime.actors.records().map(record => [record.address, JSON.stringify(record)]))
  const held = new Set<string>(life.runtime.held().map(({ address }) => address))
  for (const from of ['checkpoints', 'start'] as const) {
    if (from === 'start' && state.anchor.seq > 0) continue
    const { actors, stranded } = replay(state, simulation.setup(life), from)
    for (const [address, { code, reason }] of stranded)
      if (!held.has(address))
        simulation.break(3, `${address} cannot be replayed from ${from}: ${code}, ${reason}`)
    for (const [address, record] of live) {
      const replayed = JSON.stringify(actors.get(address))
      if (replayed !== record)
        simulation.break(3, `${address} is ${record}, replayed from ${from} ${replayed}`)
    }
    for (const [address, replayed] of actors) {
      const record = live.get(address) ?? state.checkpoints.get(address)
      if (JSON.stringify(replayed) !== record)
        simulation.break(
          3,
          `${address} is parked as ${record}, replayed from ${from} ${JSON.stringify(replayed)}`,
        )
    }
  }
}
