/** A handler that tries for ever to say something in a conversation that is stopped: the journal does not grow by it, and others go on. */
import { expect, test } from 'vitest'
import { agent, task, type StatorError, type TaskContext } from 'stator'
import type { Life, Simulation } from 'stator/testing'
import { text, worldOf } from './support/world.ts'

const note = task('note', { input: text, timeout: 60_000, retry: { maxAttempts: 1 } })
const CONVERSATION = 'conversation/noise'

interface Seen {
  readonly codes: string[]
  /** When it was told so, in virtual milliseconds. */
  readonly at: number[]
}

/** One that says the same for so many times, whatever it hears; and one who listens. */
function office(most: number, say: (ctx: TaskContext, n: number) => Promise<unknown>): [Simulation, Seen] {
  const seen: Seen = { codes: [], at: [] }
  const world = worldOf((life: Life) => ({
    agents: [
      agent('ann').handle(note, async (_, ctx) => {
        await ctx.tell('bob', note, { text: 'it begins' })
        await life.wait(1_000)
        for (let n = 0; n < most; n++) {
          try {
            await say(ctx, n)
            seen.codes.push('none')
          } catch (error) {
            seen.codes.push((error as StatorError).code)
          }
          seen.at.push(world.clock.now())
        }
        return null
      }),
      agent('bob').handle(note, () => null),
    ],
  }))
  return [world, seen]
}

const refusals = (life: Life): number =>
  life.runtime.history({ limit: 100_000 }).filter(({ refused }) => refused?.code === 'CONVERSATION_STOPPED')
    .length

/** Ann is at it in a conversation that an operator stops before she says anything. */
async function stoppedUnder(world: Simulation): Promise<Life> {
  const life = await world.boot()
  const { mail, conversations } = life.runtime
  await life.until(mail.tell('ann', note, { text: 'go' }, { conversation: 'noise' }))
  // A conversation begins with the first message of an agent.
  await world.pass(life, 500)
  await life.until(conversations.stop(CONVERSATION, { by: 'eve', reason: 'enough' }))
  return life
}

async function isCalm(life: Life): Promise<void> {
  const handle = await life.until(life.runtime.submit(note, { text: 'work' }, { agent: 'bob' }))
  expect(await life.until(handle.outcome())).toMatchObject({ status: 'completed' })
}

/** Each way to say something. */
const WAYS: Record<string, (ctx: TaskContext, n: number) => Promise<unknown>> = {
  tell: (ctx, n) => ctx.tell('bob', note, { text: `${n}` }),
  ask: (ctx, n) => ctx.ask('bob', note, { text: `${n}` }),
  broadcast: (ctx, n) => ctx.broadcast('all', note, { text: `${n}` }),
  'the same again': ctx => ctx.tell('bob', note, { text: 'hello' }),
  'all at once': async ctx => {
    const all = Array.from({ length: 100 }, async (_, n) => ctx.tell('bob', note, { text: `${n}` }))
    await Promise.all(all)
  },
}

test.each(Object.keys(WAYS))(
  'one that tries for ever leaves three refusals, and a second between its tries: %s',
  async way => {
    const [world, seen] = office(1_000, WAYS[way] as (typeof WAYS)[string])
    const life = await stoppedUnder(world)
    await world.pass(life, 30_000)
    expect(refusals(life)).toBe(3)
    expect(new Set(seen.codes)).toEqual(new Set(['CONVERSATION_STOPPED']))
    expect(seen.codes.length).toBeGreaterThan(20)
    expect(seen.codes.length).toBeLessThan(40)
    await isCalm(life)
    // Its time is over; that it heeds nothing changes nothing any more, and costs next to nothing.
    await world.pass(life, 60_000)
    expect(seen.codes).toContain('STALE_ATTEMPT')
    expect(seen.codes.length).toBeLessThan(120)
    expect(refusals(life)).toBe(3)
    await isCalm(life)
    life.die()
  },
)

test('one that tries again when the conversation goes on is heard at once', async () => {
  const [world, seen] = office(10, WAYS['tell'] as (typeof WAYS)[string])
  const life = await stoppedUnder(world)
  await world.pass(life, 5_000)
  await life.until(life.runtime.conversations.resume(CONVERSATION, { by: 'eve' }))
  await world.pass(life, 2_000)
  expect(seen.codes.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'CONVERSATION_STOPPED'))
  expect(seen.codes.slice(-2)).toEqual(['none', 'none'])
  expect(seen.codes).toHaveLength(10)
  expect(refusals(life)).toBe(3)
  await world.drain(life)
})
