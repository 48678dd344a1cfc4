/**
 * Invariant 15: an old history replays identically on its own version, or is held. Here what is so in every process life: exactly those
 * are held whose definition is not there. What would be so under other definitions is in times.ts.
 */
import type { Address } from '../../messages/address.ts'
import type { Life } from '../host/life.ts'
import type { Stage } from '../host/stage.ts'
import { isAway, isKnown, registryOf } from './definitions.ts'
import type { Invariant } from './invariant.ts'
import { Migrations } from './migrations.ts'
import { Past } from './past.ts'
import { leftBehind } from './tail.ts'
import { otherTimes } from './times.ts'

export const oldHistory: Invariant = {
  number: 15,
  promise: 'An old history replays identically on its own version, is migrated, or is held.',
  watch: () => ({
    starting: ({ simulation }) => {
      Past.of(simulation)
      migrationsOf(simulation)
    },
    durable: (batch, life) => {
      const { simulation } = life
      const past = Past.of(simulation)
      const began = (address: Address): { hash: string } | undefined =>
        past.signal(past.standing.get(address)?.createdSeq ?? 0)?.data as { hash: string } | undefined
      for (const wrong of migrationsOf(simulation).take(batch, simulation.setup(life), began))
        say(life, wrong)
      past.take(batch)
      for (const address of leftBehind(batch, past))
        if (isMissing(address, life)) say(life, `the tail moved past what ${address} needs, which is held`)
    },
    up: heldRightly,
    drained: async life => {
      heldRightly(life)
      await otherTimes(life, say)
    },
  }),
}

const migrations = new WeakMap<Stage, Migrations>()

function migrationsOf(simulation: Stage): Migrations {
  const known = migrations.get(simulation) ?? new Migrations(simulation.state)
  migrations.set(simulation, known)
  return known
}

const say = (life: Life, detail: string): void => life.simulation.break(15, detail)

/** A run whose definition is not registered in this process life. */
function isMissing(address: Address, life: Life): boolean {
  const { simulation } = life
  const past = Past.of(simulation)
  const migrated = migrationsOf(simulation).of(address)
  if (migrated !== undefined)
    return registryOf(simulation.setup(life)).named(address, migrated, () => undefined) === undefined
  const created = address.startsWith('workflow/')
    ? past.signal(past.standing.get(address)?.createdSeq ?? 0)
    : undefined
  return created !== undefined && !isKnown(simulation.setup(life), created)
}

/** Runs whose definition is not registered are held, all of them and no others. */
function heldRightly(life: Life): void {
  const { runtime, simulation } = life
  if (!['running', 'draining'].includes(runtime.status().hub)) return
  const past = Past.of(simulation)
  const held = new Map<string, string>(runtime.held().map(({ address, code }) => [address, code]))
  for (const [address, { alive, createdSeq }] of past.standing.actors) {
    if (!alive || !address.startsWith('workflow/') || past.signal(createdSeq) === undefined) continue
    const missing = isMissing(address, life)
    if (held.get(address) === 'REPLAY_DIVERGED') say(life, `${address} is held: it did not replay as it was`)
    else if (missing !== isAway(held.get(address)))
      say(
        life,
        `${address} is ${held.get(address) ?? 'not'} held, and its definition is ${missing ? 'not ' : ''}there`,
      )
  }
}
