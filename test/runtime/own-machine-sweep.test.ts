/**
 * Users' own machines survive a death of the process at any place: three of them, shaped like examples of XState's own documentation,
 * reach the outcome that they would have reached undisturbed, and no task of theirs is started twice.
 */
import { describe, expect, test } from 'vitest'
import { crashSweep, Dice, play } from 'stator/testing'
import { replaysTheSame } from '../../src/testing/invariants/same-replayed.ts'
import { good } from './support/play.ts'
import { OWN } from '../machines-of-users/scenarios.ts'

describe.each(OWN)('$name', scenario => {
  test('the same whatever the seed', async () => {
    const one = await play(scenario, { seed: 1 })
    const other = await play(scenario, { seed: 2 })
    expect(other.outcome).toBe(one.outcome)
  })

  test('a replay gives the live state byte for byte, at any moment', async () => {
    const dice = new Dice(5)
    let compared = 0
    const between = (life: Parameters<typeof replaysTheSame>[0]): void => {
      if (!dice.chance(0.2) || !life.isUp) return
      replaysTheSame(life)
      compared++
    }
    await play(scenario, { seed: 3, crashes: [{ write: 8, point: 'synced' }], watchers: [{ between }] })
    expect(compared).toBeGreaterThan(0)
  })

  test('a crash anywhere changes nothing', async () => {
    const { writes, once } = await crashSweep(scenario, { seed: 7, twice: false, watchers: () => [good] })
    expect(once).toBe(writes * 7)
  }, 120_000)

  test('nor does another one in the start after it', async () => {
    const { twice } = await crashSweep(scenario, { seed: 7, points: ['synced'], watchers: () => [good] })
    expect(twice).toBeGreaterThan(5)
  }, 120_000)
})
