/** Migrated shade: an actor as it must be once it has gone on with another definition: what the message says of it, and nothing of before. */
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import { definitionsIn, recordOf } from '../../runtime/migration.ts'
import type { Setup } from '../host/stage.ts'
import { registryOf } from './definitions.ts'
import { restoredStanding } from './macrostep.ts'
import { sortOf, type Move, type Shade, type Timer } from './shade.ts'

/** Of the shadow, what changes with it. */
interface Cast {
  readonly actors: Map<Address, Shade>
  readonly strangers: Set<Address>
  readonly timers: Set<Timer>
  readonly settings: Map<string, Timer>
  readonly setup: Setup
}

/** From here on the actor is what the message says: that it was rightly made, others see to. */
export function migrated(bare: Move, cast: Cast): Move {
  const { signal } = bare
  const { to: address } = signal
  const before = cast.actors.get(address)
  for (const timer of before?.timers.values() ?? []) cast.timers.delete(timer)
  cast.actors.delete(address)
  const actor = shadeOf(signal, cast.setup, before)
  if (actor === undefined) {
    cast.strangers.add(address)
    return { ...bare, known: false }
  }
  cast.strangers.delete(address)
  for (const timer of recordOf(signal).timers) arm(cast, { actor, ...timer })
  cast.actors.set(address, actor)
  return { ...bare, actor, from: definitionsIn(signal).state, to: actor.state, name: 'workflow.migrated' }
}

export function arm({ timers, settings }: Pick<Cast, 'timers' | 'settings'>, timer: Timer): void {
  timer.actor.timers.set(timer.id, timer)
  timers.add(timer)
  settings.set(`${timer.actor.address} ${timer.id} ${timer.setSeq}`, timer)
}

/** Undefined where nobody here knows what it runs on now. */
function shadeOf(signal: Signal, setup: Setup, before: Shade | undefined): Shade | undefined {
  const { to: address, correlationId, priority, depth } = signal
  const { to: ref } = definitionsIn(signal)
  const kind = sortOf({ ...signal, type: 'workflow.start', data: { hash: ref.hash } }, setup)
  const definition = registryOf(setup).named(address, ref, () => undefined)
  if (kind === undefined || definition === undefined) return undefined
  const { snapshot } = recordOf(signal)
  const standing = restoredStanding(kind.machine, snapshot, context => definition.thaw(context))
  const { hold = null, overrun = [] } = before ?? {}
  const known = { address, kind, sort: 'workflow', correlationId, priority, depth, standing } as const
  return { ...known, state: kind.name(standing), timers: new Map(), hold, overrun }
}
