/** Migrated shade: an actor as it must be once it has gone on with another definition: what the message says of it, and nothing of before. */
import type { Signal } from '../../messages/signal.ts'
import { definitionsIn, recordOf } from '../../runtime/migration.ts'
import type { Setup } from '../host/stage.ts'
import { registryOf } from './definitions.ts'
import { restoredStanding } from './macrostep.ts'
import { sortOf, type Shade, type Timer } from './shade.ts'

/** Undefined where nobody here knows what it runs on now. */
export function migratedShade(
  signal: Signal,
  setup: Setup,
  before: Shade | undefined,
): { readonly actor: Shade; readonly timers: readonly Timer[]; readonly from: string } | undefined {
  const { to: address, correlationId, priority, depth } = signal
  const { to: ref, state: from } = definitionsIn(signal)
  const kind = sortOf({ ...signal, type: 'workflow.start', data: { hash: ref.hash } }, setup)
  const definition = registryOf(setup).named(address, ref, () => undefined)
  if (kind === undefined || definition === undefined) return undefined
  const record = recordOf(signal)
  const standing = restoredStanding(kind.machine, record.snapshot, context => definition.thaw(context))
  const { hold = null, overrun = [] } = before ?? {}
  const known = { address, kind, sort: 'workflow', correlationId, priority, depth, standing } as const
  const actor: Shade = { ...known, state: kind.name(standing), timers: new Map(), hold, overrun }
  return { actor, timers: record.timers.map(timer => ({ actor, ...timer })), from }
}
