/**
 * Whatever was acknowledged survives a crash at any place: every run reaches the outcome it would have reached
 * undisturbed, finished handlers do not start again, and recorded sub-steps are not repeated.
 */
import { describe, expect, test } from 'vitest'
import { crashSweep, Dice, play } from 'stator/testing'
import { replaysTheSame } from '../../src/testing/invariants/same-replayed.ts'
import { good } from './support/play.ts'
import { SCENARIOS } from './support/scenarios.ts'

describe.each(SCENARIOS)('$name', scenario => {
  test('the same seed gives the same trace', async () => {
    const [one, two, other] = [
      await play(scenario, { seed: 1 }),
      await play(scenario, { seed: 1 }),
      await play(scenario, { seed: 2 }),
    ]
    expect(two.trace).toBe(one.trace)
    expect(other.trace).not.toBe(one.trace)
    expect(other.outcome).toBe(one.outcome)
  })

  test('a replay gives the live state byte for byte, at any moment', async () => {
    const dice = new Dice(5)
    let compared = 0
    const between = (life: Parameters<typeof replaysTheSame>[0]): void => {
      if (!dice.chance(0.1) || !life.isUp) return
      replaysTheSame(life)
      compared++
    }
    await play(scenario, { seed: 3, crashes: [{ write: 12, point: 'synced' }], watchers: [{ between }] })
    expect(compared).toBeGreaterThan(0)
  })

  test('a crash anywhere, and another one anywhere in the start after it, change nothing', async () => {
    const { writes, once, twice } = await crashSweep(scenario, { seed: 7, watchers: () => [good] })
    expect(once).toBe(writes * 7)
    expect(twice).toBeGreaterThan(once)
  }, 300_000)
})
