/**
 * Verdict: can an actor go on here whose definition is not the one that is registered, and as what? Looks at its checkpoint alone and
 * changes nothing; a migration of the user is run on a copy. The same verdict is given beforehand, by an upgrade check, and at a start.
 */
import type { Definition } from '../actors/kind.ts'
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Migrate, RunSnapshot } from '../messages/migration.ts'
import type { Signal } from '../messages/signal.ts'
import type { Checkpoint, DefinitionRef } from './journal.ts'
import { restore } from './xstate.ts'

/** What is registered, as far as verdicts ask. */
export interface Known {
  named(address: Address, ref: DefinitionRef, create: () => Signal | undefined): Definition | undefined
  /** All that has the name of a definition, in the order in which it was registered. */
  alike(address: Address, ref: DefinitionRef): readonly Definition[]
}

/** It goes on: with what is registered under its name, and as this. */
export interface Succession {
  readonly verdict: 'compatible' | 'migrates'
  readonly to: Definition
  readonly snapshot: RunSnapshot
}

export interface Refused {
  readonly verdict: 'refused'
  /** Nothing of its name is registered at all. */
  readonly unknown: boolean
  readonly reasons: readonly string[]
}

/** Of an actor whose own definition is not registered. */
export function successionOf(checkpoint: Checkpoint, known: Known): Succession | Refused {
  const { address, definition: ref } = checkpoint
  const others = known.alike(address, ref)
  if (others.length === 0)
    return refused([`${titleOf(ref)} is not registered, nor any other version of ${ref.name}`], true)
  const twin = others.find(({ ref: { version } }) => version === ref.version)
  if (twin !== undefined) return settle('compatible', twin, checkpoint)
  const movers = others.filter(({ migrate }) => migrationOf(migrate, ref.version) !== undefined)
  const [to] = movers
  const versions = (list: readonly Definition[]): string => list.map(other => other.ref.version).join(', ')
  if (to === undefined)
    return refused([
      `${titleOf(ref)} is not registered, and version ${versions(others)} has no migration from it`,
    ])
  if (movers.length > 1)
    return refused([`more than one version has a migration from version ${ref.version}: ${versions(movers)}`])
  return settle('migrates', to, checkpoint)
}

export const titleOf = ({ name, version, hash }: DefinitionRef): string =>
  `${name} version ${version} (${hash})`

/** What a checkpoint holds of an actor's machine, to be shown: a copy that may be changed. */
function showing({ snapshot, timers }: Checkpoint): RunSnapshot {
  const { status: _status, ...shown } = structuredClone(snapshot) as unknown as RunSnapshot & {
    status: string
  }
  return { ...shown, timers: timers.map(({ id, event, due }) => ({ id, event, due })) }
}

/** The inverse: what a checkpoint holds of a machine that has not ended. */
export function heldOf({ timers: _timers, ...snapshot }: RunSnapshot): Json {
  return { status: 'active', ...snapshot } as Json
}

function settle(
  verdict: Succession['verdict'],
  to: Definition,
  checkpoint: Checkpoint,
): Succession | Refused {
  if (to.carry === undefined)
    return refused([
      `${titleOf(to.ref)} takes over no runs of another structure: keep the old version registered`,
    ])
  const migrate = verdict === 'migrates' ? migrationOf(to.migrate, checkpoint.definition.version) : undefined
  try {
    const { snapshot, reasons } = to.carry(showing(checkpoint), migrate)
    if (reasons.length > 0) return refused(reasons)
    restore(to.machine, structuredClone(heldOf(snapshot)), value => to.thaw(value))
    return { verdict, to, snapshot }
  } catch (error) {
    return refused([error instanceof Error ? error.message : String(error)])
  }
}

function migrationOf(migrate: Definition['migrate'], version: string): Migrate | undefined {
  return migrate !== undefined && Object.hasOwn(migrate, version) ? migrate[version] : undefined
}

const refused = (reasons: readonly string[], unknown = false): Refused => ({
  verdict: 'refused',
  unknown,
  reasons,
})
