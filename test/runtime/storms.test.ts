/**
 * Storms: agents that answer each other without end, and take no notice of what they are told: two that thank each other, five in a
 * ring, nine overnight. Each is ended by a guard that shows the loop; everybody else goes on. In virtual time.
 */
import { describe, expect, test } from 'vitest'
import { agent, task, type AgentDefinition, type Limits, type Signal, type TaskContext } from 'stator'
import type { Life, Simulation } from 'stator/testing'
import { codeOf, text, worldOf } from './support/world.ts'

const note = task('note', { input: text })

/** What an agent does with a message: who hears of it next. */
type Answer = (ctx: TaskContext, self: string) => Promise<unknown>

/** Agents that take a second for each message, and then answer as they like. */
function crew(life: Life, ids: readonly string[], answer: Answer, options = {}): AgentDefinition[] {
  return ids.map(id =>
    agent(id, options).handle(note, async (_, ctx) => {
      await life.wait(1_000)
      await answer(ctx, id)
      return null
    }),
  )
}

const tell = (ctx: TaskContext, to: string): Promise<unknown> => ctx.tell(to, note, { text: 'thank you' })

/** Whatever it is told, it goes on. */
const heedless =
  (call: () => Promise<unknown>): (() => Promise<void>) =>
  async () => {
    try {
      await call()
    } catch {
      // It does not care.
    }
  }

function storm(ids: readonly string[], answer: Answer, limits: Partial<Limits> = {}): Simulation {
  return worldOf(
    life => ({
      agents: [
        ...crew(life, ids, answer),
        agent('calm').handle(note, async () => {
          await life.wait(10)
          return null
        }),
      ],
    }),
    { limits },
  )
}

async function begin(life: Life, to: string): Promise<string> {
  const { id } = await life.until(life.runtime.submit(note, { text: 'hello' }, { agent: to }))
  return id
}

const messages = (life: Life): readonly Signal[] =>
  life.runtime.history({ types: ['task.create'], limit: 100_000 }).filter(({ refused }) => refused === null)
const stops = (life: Life): readonly Signal[] => life.runtime.history({ types: ['conversation.stopped'] })

/** Something else is done as if nothing were. */
async function goesOn(life: Life): Promise<void> {
  const other = await life.until(life.runtime.submit(note, { text: 'work' }, { agent: 'calm' }))
  expect(await life.until(other.outcome())).toMatchObject({ status: 'completed' })
}

describe('a storm', () => {
  test('of two that thank each other is ended as a circle, and the signal shows who answered whom', async () => {
    const world = storm(['ann', 'bob'], (ctx, self) => tell(ctx, self === 'ann' ? 'bob' : 'ann'))
    const life = await world.boot()
    const root = await begin(life, 'ann')
    await world.pass(life, 60 * 60_000)
    const [stopped, ...more] = stops(life)
    expect(more).toEqual([])
    expect(stopped).toMatchObject({
      to: `conversation/task/${root}`,
      data: { by: 'system/postmaster', code: 'CONVERSATION_CYCLE', loop: ['ann', 'bob', 'ann'] },
    })
    // Each was there ten times, and the first of them once more.
    expect(messages(life).length).toBeLessThanOrEqual(22)
    await goesOn(life)
    await world.drain(life)
  })

  test('of five in a ring, which take no notice of anything, is ended as a circle of five', async () => {
    const ids = ['ann', 'bob', 'cid', 'dot', 'eve'] as const
    const next = (self: string): string => ids[(ids.indexOf(self as 'ann') + 1) % 5] ?? 'ann'
    const world = storm(ids, (ctx, self) => heedless(() => tell(ctx, next(self)))(), { revisits: 3 })
    const life = await world.boot()
    await begin(life, 'bob')
    await world.pass(life, 60 * 60_000)
    expect(stops(life)).toMatchObject([
      { data: { code: 'CONVERSATION_CYCLE', loop: ['bob', 'cid', 'dot', 'eve', 'ann', 'bob'] } },
    ])
    expect(messages(life)).toHaveLength(3 * 5)
    await goesOn(life)
    await world.drain(life)
  })

  test('overnight, of nine that answer everybody, is ended after so many messages, and lets others sleep', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
    const world = storm(ids, ctx => heedless(() => ctx.broadcast('all', note, { text: 'all: hello' }))(), {
      conversationMessages: 300,
      mailbox: 40,
      deadLetters: 10,
    })
    const life = await world.boot()
    const root = await begin(life, 'a')
    await world.pass(life, 8 * 60 * 60_000)
    const [stopped, ...more] = stops(life)
    expect(more).toEqual([])
    expect(stopped).toMatchObject({ to: `conversation/task/${root}`, data: { by: 'system/postmaster' } })
    // The last broadcast is let in as a whole, and lies among the dead.
    expect(messages(life).length).toBeLessThanOrEqual(1 + 300 + ids.length)
    expect(life.runtime.mail.deadLetters.list({ limit: 1_000 }).letters.length).toBeLessThanOrEqual(10 * 10)
    expect(life.runtime.status()).toMatchObject({ waitingTasks: 0, runningTasks: 0, inbox: 0 })
    await goesOn(life)
    await world.drain(life)
  })

  test('that is too fast is slowed down, and ended where nobody heeds that', async () => {
    const world = storm(
      ['ann'],
      async ctx => {
        for (let n = 0; n < 1_000; n++) await heedless(() => tell(ctx, 'calm'))()
      },
      { conversationRate: 60, conversationRefusals: 20 },
    )
    const life = await world.boot()
    await begin(life, 'ann')
    await world.pass(life, 60 * 60_000)
    expect(stops(life)).toMatchObject([{ data: { code: 'MESSAGE_RATE', loop: ['ann', 'calm'] } }])
    const refused = life.runtime
      .history({ types: ['task.create'], limit: 100_000 })
      .flatMap(({ refused: why }) => why?.code ?? [])
    expect(refused.filter(code => code === 'MESSAGE_RATE')).toHaveLength(21)
    await goesOn(life)
    await world.drain(life)
  })

  test('is ended by its depth where nobody is met twice', async () => {
    const ids = Array.from({ length: 8 }, (_, n) => `a${n}`)
    const world = storm(ids, (ctx, self) => tell(ctx, `a${Number(self.slice(1)) + 1}`), { depth: 5 })
    const life = await world.boot()
    await begin(life, 'a0')
    await world.pass(life, 60_000)
    expect(stops(life)).toMatchObject([
      { data: { code: 'CONVERSATION_DEPTH', loop: ['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6'] } },
    ])
    await goesOn(life)
    await world.drain(life)
  })
})

describe('a conversation that is stopped', () => {
  const thankful = (limits: Partial<Limits> = {}): Simulation =>
    storm(['ann', 'bob'], (ctx, self) => heedless(() => tell(ctx, self === 'ann' ? 'bob' : 'ann'))(), limits)

  test('stays so over process lives, and refuses with its code, its loop and since when', async () => {
    const world = thankful({ revisits: 2 })
    const first = await world.boot()
    await begin(first, 'ann')
    await world.pass(first, 60_000)
    const [before] = first.runtime.conversations.list()
    first.die()
    const second = await world.boot()
    expect(second.runtime.conversations.list({ state: 'stopped' })).toEqual([before])
    const { conversation = '', stopped } = before ?? {}
    expect(stopped).toMatchObject({ code: 'CONVERSATION_CYCLE', loop: ['ann', 'bob', 'ann'] })
    expect(second.runtime.conversations.get(conversation)).toEqual(before)
    await world.drain(second)
  })

  test('is stopped by an operator as well: what waits of it lies among the dead, and goes on from there', async () => {
    const world = thankful()
    const life = await world.boot()
    await life.until(life.runtime.agents.pause('bob'))
    await begin(life, 'ann')
    await world.pass(life, 5_000)
    const { conversations, mail } = life.runtime
    const [{ conversation } = { conversation: '' }] = conversations.list({ state: 'running' })
    await life.until(conversations.stop(conversation, { by: 'eve', reason: 'enough' }))
    await life.until(conversations.stop(conversation, { by: 'eve', reason: 'once more' }))
    expect(conversations.get(conversation)?.stopped).toMatchObject({
      by: 'eve',
      reason: 'enough',
      code: null,
    })
    const [letter] = mail.deadLetters.list({ reason: 'conversation-stopped' }).letters
    expect(letter).toMatchObject({ agent: 'bob', conversation, error: { code: 'CONVERSATION_STOPPED' } })
    const replayed = (): Promise<string> => codeOf(life, mail.deadLetters.replay(letter?.id ?? ''))
    expect(await replayed()).toBe('CONVERSATION_STOPPED')
    await life.until(conversations.resume(conversation, { by: 'eve' }))
    await life.until(life.runtime.agents.resume('bob'))
    expect(await replayed()).toBe('none')
    await world.pass(life, 60 * 60_000)
    // It goes on until a guard ends it: by as much again as that allows.
    expect(conversations.get(conversation)?.stopped).toMatchObject({ code: 'CONVERSATION_CYCLE' })
    await world.drain(life)
  })

  test('ends by itself where nobody has anything to say, and is not shown any more', async () => {
    const world = storm(['ann'], ctx => tell(ctx, 'calm'))
    const life = await world.boot()
    await begin(life, 'ann')
    await world.pass(life, 60_000)
    expect(life.runtime.conversations.list()).toEqual([])
    expect(life.runtime.history({ types: ['conversation.ended'] })).toHaveLength(1)
    expect(await codeOf(life, life.runtime.conversations.stop('task/x', { by: 'eve', reason: 'no' }))).toBe(
      'NOT_FOUND',
    )
    await world.drain(life)
  })
})
