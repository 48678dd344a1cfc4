/** Mailboxes: how much may wait for an agent, what becomes of more, and what is kept of what could not be handled; in virtual time. */
import { describe, expect, test } from 'vitest'
import {
  agent,
  task,
  type AgentOptions,
  type DeadLetter,
  type Limits,
  type StatorError,
  type TaskDefinition,
} from 'stator'
import type { Life, Simulation } from 'stator/testing'
import { codeOf, text, worldOf } from './support/world.ts'

interface Said {
  text: string
}
const note: TaskDefinition<Said> = task('note', { input: text })
const frail: TaskDefinition<Said> = task('frail', {
  input: text,
  retry: { maxAttempts: 2, initialInterval: 10, jitter: 'none' },
})

const SECOND = 1_000

/** One who takes a second for a note, and never manages what is frail; in the lives in which she is there. */
function office(
  options: AgentOptions = {},
  limits: Partial<Limits> = {},
  isThere: (life: number) => boolean = () => true,
): Simulation {
  return worldOf(
    life => ({
      tasks: [note, frail],
      agents: isThere(life.number)
        ? [
            agent('ann', options)
              .handle(note, async ({ text: words }) => {
                await life.wait(SECOND)
                return words
              })
              .handle(frail, () => {
                throw new Error('it cannot be done')
              }),
            agent('bob').handle(note, async ({ text: words }, ctx) => {
              await ctx.tell('ann', note, { text: words })
              return null
            }),
          ]
        : [],
    }),
    { limits },
  )
}

const send = (life: Life, ...notes: string[]): Promise<string[]> =>
  life.until(
    Promise.all(notes.map(async words => (await life.runtime.mail.tell('ann', note, { text: words })).id)),
  )

const handled = (life: Life): unknown[] =>
  life.runtime
    .history({ types: ['task.done'], limit: 1_000 })
    .map(({ data }) => (data as { output: unknown }).output)

const dead = (life: Life): DeadLetter[] => [...life.runtime.mail.deadLetters.list().letters]
const words = (letters: readonly DeadLetter[]): unknown[] =>
  letters.map(({ input }) => (input as { text: string }).text)

describe('a mailbox', () => {
  test('keeps what comes for an agent that is busy, and gives it out in order', async () => {
    const world = office()
    const life = await world.boot()
    await send(life, '1', '2', '3', '4')
    await world.pass(life, 10 * SECOND)
    expect(handled(life)).toEqual(['1', '2', '3', '4'])
    await world.drain(life)
  })

  test('keeps it while the code of the agent is away, over process lives', async () => {
    const world = office({ mailbox: { limit: 3 } }, {}, number => number !== 2)
    const first = await world.boot()
    await send(first, '1')
    first.die()
    const second = await world.boot()
    await send(second, '2', '3')
    // What was handled when the process died waits again: the policy is in the record of the agent, whose code is not here.
    expect(await codeOf(second, second.runtime.mail.tell('ann', note, { text: '4' }))).toBe('MAILBOX_FULL')
    second.die()
    const third = await world.boot()
    await world.pass(third, 10 * SECOND)
    expect(handled(third)).toEqual(['1', '2', '3'])
    await world.drain(third)
  })

  test('that is full refuses whoever sends, and says how full it is', async () => {
    const world = office({ mailbox: { limit: 2 } })
    const life = await world.boot()
    await send(life, 'now', '1', '2')
    const error = await life.until(
      life.runtime.mail.tell('ann', note, { text: '3' }).then(
        () => undefined,
        (refused: unknown) => refused,
      ),
    )
    expect(error).toMatchObject({ code: 'MAILBOX_FULL', details: { agent: 'ann', limit: 2, waiting: 2 } })
    expect(dead(life)).toEqual([])
    await world.pass(life, 2 * SECOND)
    await send(life, '3')
    await world.pass(life, 10 * SECOND)
    expect(handled(life)).toEqual(['now', '1', '2', '3'])
    await world.drain(life)
  })

  test('drops who has waited longest, where its agent says so', async () => {
    const world = office({ mailbox: { limit: 2, overflow: 'drop-oldest' } })
    const life = await world.boot()
    const [, first] = await send(life, 'now', '1', '2', '3')
    expect(dead(life)).toMatchObject([
      {
        id: first,
        agent: 'ann',
        from: 'client/local',
        task: 'note',
        input: { text: '1' },
        reason: 'overflow',
        error: { code: 'MAILBOX_FULL' },
      },
    ])
    await world.pass(life, 10 * SECOND)
    expect(handled(life)).toEqual(['now', '2', '3'])
    await world.drain(life)
  })

  test('drops what comes, where its agent says so; a question is refused instead', async () => {
    const world = office({ mailbox: { limit: 1, overflow: 'drop-newest' } })
    const life = await world.boot()
    await send(life, 'now', '1', '2')
    expect(words(dead(life))).toEqual(['2'])
    const asked = life.runtime.mail.ask('ann', note, { text: '?' })
    expect(await codeOf(life, asked)).toBe('MAILBOX_FULL')
    await world.pass(life, 10 * SECOND)
    expect(handled(life)).toEqual(['now', '1'])
    await world.drain(life)
  })

  test('lets a question that gave way fail at once, and whoever asks hears why', async () => {
    const world = office({ mailbox: { limit: 1, overflow: 'drop-oldest' } })
    const life = await world.boot()
    await send(life, 'now')
    const asked = life.runtime.mail.ask('ann', note, { text: '?' }).then(
      () => undefined,
      (error: unknown) => error as { code: string; cause: { code: string } },
    )
    await send(life, '1')
    expect(await life.until(asked)).toMatchObject({ code: 'ASK_FAILED', cause: { code: 'MAILBOX_FULL' } })
    expect(dead(life)).toEqual([])
    await world.drain(life)
  })

  test('is not filled beyond that by hand-offs: whoever has the message hears it, unless the oldest gives way', async () => {
    const handed = async (overflow: 'refuse' | 'drop-oldest' | 'drop-newest'): Promise<unknown> => {
      const world = worldOf(life => ({
        agents: [
          agent('ann', { mailbox: { limit: 1, overflow } }).handle(note, async () => {
            await life.wait(SECOND)
          }),
          agent('bob').handle(note, (_, ctx) =>
            ctx.handOff('ann').catch((error: unknown) => {
              if ((error as StatorError).code !== 'MAILBOX_FULL') throw error
              return 'kept'
            }),
          ),
        ],
      }))
      const life = await world.boot()
      await send(life, '1', '2')
      await life.until(life.runtime.mail.tell('bob', note, { text: '3' }))
      await world.pass(life, SECOND / 2)
      const { messages } = life.runtime.mail.history()
      await world.drain(life)
      return messages.map(({ to, state, answer }) => [to, state, answer])
    }
    const before = ['agent/ann', 'running', null]
    const kept = [before, ['agent/ann', 'waiting', null], ['agent/bob', 'handled', 'kept']]
    expect(await handed('refuse')).toEqual(kept)
    expect(await handed('drop-newest')).toEqual(kept)
    const given = [before, ['agent/ann', 'dead', null], ['agent/ann', 'waiting', null]]
    expect(await handed('drop-oldest')).toEqual(given)
  })

  test('gives those of higher priority first', async () => {
    const world = office()
    const life = await world.boot()
    await send(life, 'now', 'later')
    await life.until(life.runtime.mail.tell('ann', note, { text: 'urgent' }, { priority: 'critical' }))
    await world.pass(life, 10 * SECOND)
    expect(handled(life)).toEqual(['now', 'urgent', 'later'])
    await world.drain(life)
  })
})

describe('a dead letter', () => {
  test('is what no attempt could handle; replayed it has all its attempts again', async () => {
    const world = office()
    const life = await world.boot()
    const { deadLetters } = life.runtime.mail
    const { id } = await life.until(life.runtime.mail.tell('ann', frail, { text: 'oops' }))
    await world.pass(life, SECOND)
    expect(dead(life)).toMatchObject([{ id, reason: 'failed', error: { message: 'it cannot be done' } }])
    await life.until(deadLetters.replay(id))
    await world.pass(life, SECOND)
    expect(life.runtime.history({ actor: `task/${id}`, types: ['task.started'] })).toHaveLength(4)
    expect(dead(life)).toHaveLength(1)
    await world.drain(life)
  })

  test('is what nobody handled in its time', async () => {
    const world = office()
    const life = await world.boot()
    await send(life, 'now', 'next')
    await life.until(life.runtime.mail.tell('ann', note, { text: 'soon' }, { expires: '1s' }))
    await world.pass(life, 5 * SECOND)
    expect(dead(life)).toMatchObject([{ reason: 'expired', error: { code: 'QUEUE_TIMEOUT' } }])
    await world.drain(life)
  })

  test('is what waits for an agent that is unregistered, and what comes for it later is refused', async () => {
    const world = office()
    const life = await world.boot()
    await life.until(life.runtime.agents.pause('ann'))
    const ids = await send(life, '1', '2')
    await life.until(life.runtime.agents.unregister('ann'))
    expect(dead(life)).toMatchObject(
      ids.map(id => ({ id, reason: 'agent-stopped', error: { code: 'AGENT_UNKNOWN' } })),
    )
    expect(await codeOf(life, life.runtime.mail.deadLetters.replay(ids[0] ?? ''))).toBe('AGENT_UNKNOWN')
    await world.drain(life)
  })

  test('stays over process lives, parked or not, until somebody discards it for a reason', async () => {
    const world = office({ mailbox: { limit: 1, overflow: 'drop-newest' } }, { liveActors: 1, idle: 10 })
    const first = await world.boot()
    await send(first, 'now', '1', '2', '3')
    await world.pass(first, 5 * SECOND)
    first.die()
    const second = await world.boot()
    expect(words(dead(second))).toEqual(['2', '3'])
    const { deadLetters } = second.runtime.mail
    const [letter] = dead(second)
    await second.until(deadLetters.discard(letter?.id ?? '', { by: 'ann', reason: 'old news' }))
    expect(words(dead(second))).toEqual(['3'])
    expect(second.runtime.history({ actor: `task/${letter?.id}`, types: ['task.cancelled'] })).toMatchObject([
      { data: { by: 'ann', reason: 'old news' } },
    ])
    expect(await codeOf(second, deadLetters.replay(letter?.id ?? ''))).toBe('NOT_FOUND')
    await world.drain(second)
  })

  test('is found by its agent and its reason, a page at a time', async () => {
    const world = office({ mailbox: { limit: 1, overflow: 'drop-newest' } })
    const life = await world.boot()
    await send(life, 'now', '1', '2', '3', '4')
    const { deadLetters } = life.runtime.mail
    const page = deadLetters.list({ agent: 'ann', reason: 'overflow', limit: 2 })
    expect(words(page.letters)).toEqual(['2', '3'])
    const last = deadLetters.list({ limit: 2, cursor: page.next ?? '' })
    expect([words(last.letters), last.next]).toEqual([['4'], null])
    expect(deadLetters.list({ reason: 'expired' }).letters).toEqual([])
    expect(deadLetters.list({ agent: 'bob' }).letters).toEqual([])
    expect(() => deadLetters.list({ reason: 'boredom' as never })).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    )
    await world.drain(life)
  })

  test('beyond as many as are kept of an agent, the oldest is discarded, and that is recorded', async () => {
    const world = office({ mailbox: { limit: 1, overflow: 'drop-newest' } }, { deadLetters: 2 })
    const life = await world.boot()
    const ids = await send(life, 'now', '1', '2', '3', '4')
    expect(words(dead(life))).toEqual(['3', '4'])
    expect(life.runtime.history({ actor: `task/${ids[2]}`, types: ['task.cancelled'] })).toMatchObject([
      { data: { by: 'system/postmaster', reason: 'more than 2 dead letters of ann' } },
    ])
    await world.drain(life)
  })

  test('is not replayed into a mailbox that is full', async () => {
    const world = office({ mailbox: { limit: 1 } })
    const life = await world.boot()
    const { id } = await life.until(life.runtime.mail.tell('ann', frail, { text: 'oops' }))
    await world.pass(life, SECOND)
    await send(life, 'now', '1')
    expect(await codeOf(life, life.runtime.mail.deadLetters.replay(id))).toBe('MAILBOX_FULL')
    await world.drain(life)
  })
})
