/**
 * Storms: agents that answer each other without end, and take no notice of what they are told: two that thank each other, five in a
 * ring, nine overnight. Each is ended by a guard that shows the loop; everybody else goes on. In virtual time.
 */
import { describe, expect, test } from 'vitest'
import { agent, task, type AgentDefinition, type Limits, type Signal, type TaskContext } from 'stator'
import type { Life, Simulation } from 'stator/testing'
import { text, worldOf } from './support/world.ts'

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
})
