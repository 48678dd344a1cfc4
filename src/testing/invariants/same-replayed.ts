/** Invariant 3: live state = replay, byte for byte. Works on copies of what the journal holds. */
import type { Life } from '../host/life.ts'
import type { Invariant } from './invariant.ts'
import { replay } from './replay.ts'

/** A replay costs as much as a start: so many steps from one to the next, by choice. */
const SELDOM = 64

export const sameReplayed: Invariant = {
  number: 3,
  promise: 'Live state = replay from the anchor = any checkpoint + tail, byte for byte.',
  watch: () => ({
    between: life => {
      if (life.isUp && life.simulation.choices.below(SELDOM) === SELDOM - 1) replaysTheSame(life)
    },
    drained: replaysTheSame,
  }),
}

/** Compares every living actor with what a start would make of the journal, from checkpoints and from the first record. */
export function replaysTheSame(life: Life): void {
  const { simulation } = life
  const { state } = simulation
  const live = new Map(life.runtime.actors.records().map(record => [record.address, JSON.stringify(record)]))
  const held = new Set<string>(life.runtime.held().map(({ address }) => address))
  for (const from of ['checkpoints', 'start'] as const) {
    // Without its first records only checkpoints can tell.
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
