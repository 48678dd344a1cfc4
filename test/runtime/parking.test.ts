/** Taking actors out of memory, at any moment, changes nothing that anybody could see. */
import { describe, expect, test } from 'vitest'
import { Dice } from 'stator/testing'
import { play, replaysTheSame } from './support/play.ts'
import { SCENARIOS } from './support/scenarios.ts'

const TINY = { tail: 3, liveActors: 1, idle: 1, batchDeliveries: 4, batchInputs: 2, history: 2 }

describe.each(SCENARIOS)('$name', scenario => {
  test('ends the same when everything is checkpointed and parked all the time', async () => {
    const plain = await play(scenario, 7)
    const tiny = { ...scenario, limits: TINY }
    const dice = new Dice(3)
    for (let seed = 1; seed <= 10; seed++) {
      const played = await play(tiny, seed, [], life => {
        if (life.isUp && dice.chance(0.05)) replaysTheSame(life)
      })
      expect({ seed, outcome: played.outcome }).toEqual({ seed, outcome: plain.outcome })
    }
  })

  test('ends the same when actors are parked at random moments', async () => {
    const plain = await play(scenario, 7)
    const dice = new Dice(9)
    let parked = 0
    for (let seed = 1; seed <= 10; seed++) {
      const played = await play(
        { ...scenario, limits: { ...scenario.limits, tail: 2, idle: 2 } },
        seed,
        [],
        life => {
          if (!life.isUp || !dice.chance(0.5)) return
          parked += life.runtime.actors.park(() => dice.chance(0.7))
        },
      )
      expect({ seed, outcome: played.outcome }).toEqual({ seed, outcome: plain.outcome })
    }
    // A task on its own is never parked.
    expect(parked > 0).toBe(scenario.name !== 'a scheduled task')
  })
})
