/** What an agent may say, in all conversations together: who says too much is refused, also after a crash, and all others go on. */
import { describe, expect, test } from 'vitest'
import { agent, task, type AgentOptions, type Limits, type StatorError, type TaskContext } from 'stator'
import type { Life, Simulation } from 'stator/testing'
import { text, worldOf } from './support/world.ts'

const note = task('note', { input: text })
const MINUTE = 60_000

type Run = (ctx: TaskContext, words: string) => Promise<unknown>

/** Ann and bob say something, and others hear of it. */
function office(
  run: Run,
  options: AgentOptions | (() => AgentOptions) = {},
  limits: Partial<Limits> = {},
): Simulation {
  return worldOf(
    () => ({
      agents: [
        agent('ann', typeof options === 'function' ? options() : options).handle(
          note,
          async ({ text: words }, ctx) => run(ctx, words),
        ),
        agent('bob').handle(note, async ({ text: words }, ctx) => run(ctx, words)),
        ...['cid', 'dot', 'eve'].map(id => agent(id, { role: 'hearer' }).handle(note, () => null)),
      ],
    }),
    { limits },
  )
}

/** What its tries came to: `none`, or the code and the details of a refusal. */
async function tries(count: number, say: (n: number) => Promise<unknown>): Promise<object[]> {
  const made: object[] = []
  for (let n = 0; n < count; n++) {
    try {
      await say(n)
      made.push({ code: 'none' })
    } catch (error) {
      const { code, details } = error as StatorError
      made.push({ code, details })
    }
  }
  return made
}

const shout =
  (count: number): Run =>
  async (ctx, words) =>
    tries(count, n => ctx.tell('cid', note, { text: `${words} ${n}` }))

/** A task of an agent, with its outcome; each is a conversation of its own. */
async function outputOf(life: Life, to: string, words: string): Promise<unknown> {
  const handle = await life.until(life.runtime.submit(note, { text: words }, { agent: to }))
  return (await life.until(handle.outcome())).output
}

const codes = (made: unknown): unknown[] => (made as { code: string }[]).map(({ code }) => code)
const times = <T>(count: number, what: T): T[] => Array.from({ length: count }, () => what)

describe('what an agent may say', () => {
  test('is counted over all conversations, refused with who it is and when it may go on, and comes back with time', async () => {
    const world = office(shout(3), { messages: { perMinute: 5 } })
    const life = await world.boot()
    expect(codes(await outputOf(life, 'ann', 'first'))).toEqual(times(3, 'none'))
    const made = (await outputOf(life, 'ann', 'second')) as { code: string; details: object }[]
    expect(codes(made)).toEqual(['none', 'none', 'MESSAGE_RATE'])
    const { retryAfter } = (made[2]?.details ?? {}) as { retryAfter: number }
    expect(made[2]?.details).toMatchObject({ agent: 'ann', rate: 5 })
    expect(made[2]?.details).not.toHaveProperty('conversation')
    expect(retryAfter).toBeGreaterThan(0)
    expect(retryAfter).toBeLessThanOrEqual(MINUTE / 5)
    await life.until(life.wait(retryAfter))
    expect(codes(await outputOf(life, 'ann', 'third'))).toEqual(['none', 'MESSAGE_RATE', 'MESSAGE_RATE'])
    // Nobody else is kept from anything.
    expect(codes(await outputOf(life, 'bob', 'mine'))).toEqual(times(3, 'none'))
    await world.drain(life)
  })

  test('is told apart from what a conversation may', async () => {
    const world = office(shout(3), {}, { conversationRate: 2 })
    const life = await world.boot()
    const made = (await outputOf(life, 'ann', 'words')) as { details?: object }[]
    expect(codes(made)).toEqual(['none', 'none', 'MESSAGE_RATE'])
    expect(made[2]?.details).toMatchObject({ rate: 2 })
    expect(JSON.stringify(made[2]?.details)).toContain('"conversation":"conversation/task/')
    expect(made[2]?.details).not.toHaveProperty('agent')
    await world.drain(life)
  })

  test('is limits.agentRate where it says nothing else', async () => {
    const world = office(shout(4), {}, { agentRate: 3 })
    const life = await world.boot()
    expect(codes(await outputOf(life, 'bob', 'words'))).toEqual([...times(3, 'none'), 'MESSAGE_RATE'])
    await world.drain(life)
  })

  test('is as much at once as its burst says', async () => {
    const world = office(shout(3), { messages: { perMinute: 600, burst: 2 } })
    const life = await world.boot()
    expect(codes(await outputOf(life, 'ann', 'words'))).toEqual(['none', 'none', 'MESSAGE_RATE'])
    await life.until(life.wait(100))
    expect(codes(await outputOf(life, 'ann', 'more'))).toEqual(['none', 'MESSAGE_RATE', 'MESSAGE_RATE'])
    await world.drain(life)
  })

  test('is not given once more by a crash, nor by code that says nothing of it', async () => {
    let lives = 0
    const world = office(shout(3), () => (lives++ === 0 ? { messages: { perMinute: 3 } } : {}), {
      agentRate: 3,
    })
    const first = await world.boot()
    expect(codes(await outputOf(first, 'ann', 'words'))).toEqual(times(3, 'none'))
    first.die()
    const second = await world.boot()
    expect(codes(await outputOf(second, 'ann', 'again'))).toEqual(times(3, 'MESSAGE_RATE'))
    await world.drain(second)
  })

  test('holds for as long as its record says so: other code changes it, and gives no new burst by that', async () => {
    let lives = 0
    const world = office(shout(3), () => (lives++ === 0 ? { messages: { perMinute: 2 } } : {}))
    const first = await world.boot()
    expect(codes(await outputOf(first, 'ann', 'words'))).toEqual(['none', 'none', 'MESSAGE_RATE'])
    first.die()
    const second = await world.boot()
    expect(codes(await outputOf(second, 'ann', 'again'))).toContain('MESSAGE_RATE')
    await second.until(second.wait(MINUTE))
    expect(codes(await outputOf(second, 'ann', 'later'))).toEqual(times(3, 'none'))
    await world.drain(second)
  })

  test('counts a message to many once for each of them: copies beyond it lie among the dead', async () => {
    const run: Run = async (ctx, words) =>
      tries(2, n => ctx.broadcast({ role: 'hearer' }, note, { text: `${words} ${n}` }))
    const world = office(run, { messages: { perMinute: 2 } })
    const life = await world.boot()
    expect(codes(await outputOf(life, 'ann', 'words'))).toEqual(['none', 'MESSAGE_RATE'])
    const { letters } = life.runtime.mail.deadLetters.list()
    expect(letters).toMatchObject([{ from: 'agent/ann', reason: 'guard', error: { code: 'MESSAGE_RATE' } }])
    await world.drain(life)
  })

  test('is of no concern to clients', async () => {
    const world = office(async () => null, { messages: { perMinute: 1 } }, { agentRate: 1 })
    const life = await world.boot()
    const told = await tries(5, n => life.until(life.runtime.mail.tell('ann', note, { text: `${n}` })))
    expect(codes(told)).toEqual(times(5, 'none'))
    await world.drain(life)
  })

  test('stops a conversation of its where nobody heeds that, and no other', async () => {
    const world = office(shout(30), { messages: { perMinute: 2 } }, { conversationRefusals: 10 })
    const life = await world.boot()
    const made = codes(await outputOf(life, 'ann', 'words'))
    expect(made.filter(code => code === 'MESSAGE_RATE')).toHaveLength(11)
    expect(made.filter(code => code === 'CONVERSATION_STOPPED')).toHaveLength(30 - 2 - 11)
    expect(life.runtime.conversations.list({ state: 'stopped' })).toMatchObject([
      { stopped: { code: 'MESSAGE_RATE', loop: ['ann', 'cid'] } },
    ])
    await life.until(life.wait(MINUTE))
    expect(codes(await outputOf(life, 'ann', 'others')).slice(0, 3)).toEqual(['none', 'none', 'MESSAGE_RATE'])
    await world.drain(life)
  })

  test('must be whole numbers of 1 or more', () => {
    for (const messages of [{ perMinute: 0 }, { burst: 1.5 }, { hourly: 3 }])
      expect(() => agent('ann', { messages })).toThrow(
        expect.objectContaining({ code: 'DEFINITION_INVALID' }),
      )
  })
})
