/** Many who answer at once, and processes that die under them: what a gate came to is what somebody was told that it did. */
import { expect, test } from 'vitest'
import { CRASH_POINTS, Crashed, Dice, type Life } from 'stator/testing'
import { worldOf } from './support/world.ts'

const IDS = ['a', 'b', 'c'] as const
const LIVES = 4
const STATUS = { approve: 'approved', reject: 'rejected', cancel: 'cancelled' } as const

interface Said {
  readonly id: string
  readonly what: 'approve' | 'reject' | 'cancel'
  readonly by: string
  readonly key: string | undefined
  /** Milliseconds into the life in which it is said first. */
  readonly at: number
  readonly life: number
}

const drawSaid = (dice: Dice, number: number): Said => ({
  id: dice.pick(IDS),
  what: dice.pick(['approve', 'reject', 'approve', 'reject', 'cancel']),
  by: `p${number}`,
  key: dice.chance(0.5) ? `k${number}` : undefined,
  at: dice.below(60),
  life: dice.below(LIVES),
})

/** Says it; what has a key is said in every later life as well. */
async function say({ id, what, by, key, at }: Said, life: Life): Promise<void> {
  const { gates } = life.runtime
  await life.wait(at)
  const answer = { by, ...(key === undefined ? {} : { idempotencyKey: key }) }
  if (what === 'approve') await gates.approve(id, answer)
  else if (what === 'reject') await gates.reject(id, { ...answer, reason: 'no' })
  else await gates.cancel(id)
}

/** Plays one world to its end. Returns how many answers were acknowledged, and how many refused. */
async function play(seed: number): Promise<[acknowledged: number, refused: number]> {
  const dice = new Dice(seed)
  const world = worldOf(() => ({}), { seed, limits: { liveActors: 1, idle: 10 } })
  const all = Array.from({ length: 8 }, (_, number) => drawSaid(dice, number))
  const accepted = new Set<Said>()
  let refused = 0
  for (let number = 0; number < LIVES; number++) {
    const isLast = number === LIVES - 1
    const crash = { write: 1 + dice.below(12), point: dice.pick(CRASH_POINTS) }
    try {
      const life = await world.boot(isLast ? undefined : crash)
      const { gates } = life.runtime
      for (const id of IDS) await life.until(gates.open({ id, expires: 150 }))
      const said = all.filter(each => each.life === number || (each.life < number && each.key !== undefined))
      const told = said.map(async each => {
        await say(each, life).then(
          () => void (each.what === 'cancel' || accepted.add(each)),
          (error: { code?: string }) => {
            expect(error.code).toBe('EVENT_REFUSED')
            // What was accepted once is so for ever.
            expect(accepted).not.toContain(each)
            refused++
          },
        )
      })
      await life.until(Promise.all(told))
      if (!isLast) continue
      await world.drain(life)
      for (const id of IDS) {
        const outcome = await life.until(gates.outcome(id))
        const ends = life.runtime.history({ actor: `gate/${id}` }).filter(({ final }) => final)
        expect(ends.map(({ toState }) => toState)).toEqual([outcome.status])
        const accepting = [...accepted].filter(each => each.id === id).map(({ by }) => by)
        expect(accepting.filter(by => by !== outcome.by)).toEqual([])
        const answers = all.filter(each => each.id === id && STATUS[each.what] === outcome.status)
        expect(['expired', 'cancelled', ...answers.map(({ by }) => by)]).toContain(
          outcome.by ?? outcome.status,
        )
      }
    } catch (error) {
      if (!(error instanceof Crashed)) throw error
    } finally {
      world.kill()
    }
  }
  return [accepted.size, refused]
}

test('of many answers, through crashes, one counts: the one that was acknowledged', async () => {
  let acknowledged = 0
  let refused = 0
  for (let seed = 1; seed <= 60; seed++) {
    const [taken, denied] = await play(seed)
    acknowledged += taken
    refused += denied
  }
  expect(acknowledged).toBeGreaterThan(60)
  expect(refused).toBeGreaterThan(60)
}, 60_000)
