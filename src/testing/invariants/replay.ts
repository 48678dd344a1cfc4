/**
 * Replay: what a start would make of a journal, without a start: every living actor's record, from the last
 * checkpoints and the tail, or from the first record on. Works on a copy; nothing is written.
 */
import { hubMachine } from '../../machines/hub.ts'
import type { Address } from '../../messages/address.ts'
import { Deciders } from '../../runtime/decider.ts'
import { Delivery } from '../../runtime/delivery.ts'
import { Dispatcher } from '../../runtime/dispatcher.ts'
import type { Checkpoint } from '../../runtime/journal.ts'
import { limitsOf } from '../../runtime/limits.ts'
import { memory, type MemoryState } from '../../runtime/memory-journal.ts'
import { Population } from '../../runtime/population.ts'
import { recover } from '../../runtime/recovery.ts'
import { Timers } from '../../runtime/timers.ts'
import { createRoot } from '../../runtime/xstate.ts'
import { VirtualClock } from '../host/clock.ts'
import type { Setup } from '../host/stage.ts'
import { registryOf } from './definitions.ts'

export interface Replayed {
  readonly actors: ReadonlyMap<Address, Checkpoint>
  /** Actors that could not be brought back, and why. */
  readonly stranded: ReadonlyMap<Address, { readonly code: string; readonly reason: string }>
}

/** `from`: `checkpoints` reads what a start reads; `start` forgets all checkpoints and reads every record. */
export function replay(state: MemoryState, setup: Setup, from: 'checkpoints' | 'start'): Replayed {
  // Nothing is written: only what opening changes is a copy.
  const copy = { ...state, owned: false }
  if (from === 'start') Object.assign(copy, { checkpoints: new Map(), tailAfter: copy.anchor.seq })
  const journal = memory(copy)
  const limits = limitsOf()
  const registry = registryOf(setup)
  const hub = createRoot(hubMachine)
  const population = new Population(journal, registry, hub)
  const dispatcher = new Dispatcher({ handles: (agent, task) => registry.handles(agent, task) })
  const deciders = new Deciders([])
  const timers = new Timers(new VirtualClock(0), () => {})
  const delivery = new Delivery({
    population,
    dispatcher,
    deciders,
    timers,
    journal,
    maxHops: limits.hops,
    hub,
  })
  const opened = journal.open({ newId: () => '' })
  recover({ journal, population, delivery, dispatcher, deciders, timers }, opened, Number.POSITIVE_INFINITY)
  // Those that nothing woke stand as their checkpoints say.
  for (const { address } of journal.checkpoints({})) population.find(address)
  const actors = new Map<Address, Checkpoint>()
  for (const cell of population.cells()) actors.set(cell.address, cell.checkpoint())
  return { actors, stranded: population.stranded() }
}
