/** An agent that says too much, with a crash at every write: wherever a process dies, it may not say more than once what it may. */
import { expect, test } from 'vitest'
import { agent, task, type TaskContext } from 'stator'
import { crashSweep, type Life, type Scenario } from 'stator/testing'
import { good } from './support/play.ts'
import { text } from './support/world.ts'

const note = task('note', { input: text })
const MOST = 2

const scenario: Scenario = {
  name: 'an agent that says too much',
  setup: (life: Life) => ({
    agents: [
      agent('ann', { messages: { perMinute: MOST } }).handle(
        note,
        life.handler(async (_: unknown, ctx: TaskContext) => {
          for (let n = 0; n < MOST + 1; n++) await ctx.tell('bob', note, { text: `${n}` }).catch(() => {})
          return null
        }),
      ),
      agent('bob').handle(
        note,
        life.handler(() => null),
      ),
    ],
  }),
  play: async (life: Life) => {
    const { runtime } = life
    await life.until(runtime.mail.tell('ann', note, { text: 'go' }, { idempotencyKey: 'go' }))
    await life.until(life.wait(500))
    const said = runtime
      .history({ types: ['task.create'], limit: 1_000 })
      .filter(({ from }) => from === 'agent/ann')
    return said.filter(({ refused }) => refused === null).length
  },
}

test('a crash anywhere, and another one anywhere in the start after it, give it no second burst', async () => {
  const { writes, once, twice } = await crashSweep(scenario, { seed: 7, watchers: () => [good] })
  expect(once).toBe(writes * 7)
  expect(twice).toBeGreaterThan(once)
}, 300_000)
