/** A storm, a mailbox that overflows and an operator's word, with a crash at every write: it ends the same way, wherever a process dies. */
import { expect, test } from 'vitest'
import { agent, task, type TaskContext } from 'stator'
import { crashSweep, type Life, type Scenario } from 'stator/testing'
import { good } from './support/play.ts'
import { text } from './support/world.ts'

const note = task('note', { input: text })

const quiet = async (call: Promise<unknown>): Promise<void> => {
  await call.catch(() => {})
}

/** They thank each other, and one of them has a small mailbox. */
const scenario: Scenario = {
  name: 'a storm',
  limits: { revisits: 1 },
  setup: (life: Life) => ({
    agents: [
      agent('ann').handle(
        note,
        life.handler(async ({ text: words }: { text: string }, ctx: TaskContext) => {
          if (words !== 'filler') await quiet(ctx.tell('bob', note, { text: words }))
          return null
        }),
      ),
      agent('bob', { mailbox: { limit: 1, overflow: 'drop-oldest' } }).handle(
        note,
        life.handler(async ({ text: words }: { text: string }, ctx: TaskContext) => {
          if (words !== 'filler') await quiet(ctx.tell('ann', note, { text: words }))
          return null
        }),
      ),
    ],
  }),
  play: async (life: Life) => {
    const { mail, conversations } = life.runtime
    const say = (to: string, words: string): Promise<unknown> =>
      mail.tell(to, note, { text: words }, { idempotencyKey: `${to} ${words}`, conversation: words })
    await life.until(say('ann', 'thanks'))
    await life.until(life.wait(200))
    const stopped = conversations.get('conversation/thanks')?.stopped
    return [stopped?.code, stopped?.loop]
  },
}

test('a crash anywhere, and another one anywhere in the start after it, change nothing of how it ends', async () => {
  const { writes, once, twice } = await crashSweep(scenario, { seed: 7, watchers: () => [good] })
  expect(once).toBe(writes * 7)
  expect(twice).toBeGreaterThan(once)
}, 300_000)
