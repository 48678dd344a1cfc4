/**
 * Whatever was acknowledged survives a crash at any place: every run reaches the outcome it would have reached
 * undisturbed, finished handlers do not start again, and recorded sub-steps are not repeated.
 */
import { describe, expect, test } from 'vitest'
import { CRASH_POINTS, Dice } from 'stator/testing'
import { play, replaysTheSame } from './support/play.ts'
import { SCENARIOS } from './support/scenarios.ts'

describe.each(SCENARIOS)('$name', scenario => {
  test('the same seed gives the same trace', async () => {
    const [one, two, other] = [await play(scenario, 1), await play(scenario, 1), await play(scenario, 2)]
    expect(two.trace).toBe(one.trace)
    expect(other.trace).not.toBe(one.trace)
    expect(other.outcome).toBe(one.outcome)
  })

  test('a replay gives the live state byte for byte, at any moment', async () => {
    const dice = new Dice(5)
    let compared = 0
    await play(scenario, 3, [{ commit: 12, point: 'synced' }], life => {
      if (!dice.chance(0.1) || !life.isUp) return
      replaysTheSame(life)
      compared++
    })
    expect(compared).toBeGreaterThan(0)
  })

  test('a crash anywhere, and another one in the recovery, change nothing', async () => {
    const undisturbed = await play(scenario, 7)
    const dice = new Dice(11)
    for (let commit = 1; commit <= undisturbed.commits; commit++)
      for (const point of CRASH_POINTS) {
        const second = { commit: 1 + dice.below(4), point: dice.pick(CRASH_POINTS) }
        for (const crashes of [[{ commit, point }], [{ commit, point }, second]]) {
          const { outcome } = await play(scenario, 7, crashes)
          expect({ crashes, outcome }).toEqual({ crashes, outcome: undisturbed.outcome })
        }
      }
  })
})
