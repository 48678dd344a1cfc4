/** Mail to many, and to whoever is there: broadcasts, topics, specialists, hand-offs; and what clients say and see of it. */
import { describe, expect, test } from 'vitest'
import { agent, task, type AgentDefinition, type StatorError, type TaskContext } from 'stator'
import type { Life, Setup, Simulation } from 'stator/testing'
import { z } from 'zod'
import { codeOf, worldOf } from './support/world.ts'

const SECOND = 1_000
const note = task('note', { input: z.string() })
const work = task('work', { input: z.unknown(), output: z.unknown() })
const judge = task('judge', { input: z.string(), output: z.string() })

/** Ann works; the others hear notes, and write down who heard what. */
function crew(life: Life, heard: string[], run: (ctx: TaskContext) => unknown): AgentDefinition[] {
  const hears = (id: string, options: Parameters<typeof agent>[1] = {}): AgentDefinition =>
    agent(id, options).handle(
      note,
      life.handler((words: string, ctx) => {
        heard.push(`${id}: ${words} (${ctx.mail?.type ?? ''})`)
      }),
    )
  return [
    hears('ann', { role: 'lead' }).handle(
      work,
      life.handler((_: unknown, ctx) => run(ctx)),
    ),
    hears('bob', { role: 'tester' }),
    hears('cid', { role: 'tester', skills: ['ci'] }),
    agent('dan', { role: 'tester' }),
  ]
}

async function worked(
  setup: (life: Life) => Setup,
): Promise<{ world: Simulation; life: Life; result: unknown }> {
  const world = worldOf(setup)
  const life = await world.boot()
  const result = await life.until((await life.until(life.runtime.submit(work, null, { id: 'w' }))).result())
  return { world, life, result }
}

describe('a broadcast', () => {
  test('reaches all who can do such a task, but whoever says it', async () => {
    const heard: string[] = []
    const { world, life, result } = await worked(self => ({
      agents: crew(self, heard, async ctx => [
        (await ctx.broadcast('all', note, 'to all')).recipients,
        (await ctx.broadcast({ role: 'tester' }, note, 'to testers')).recipients,
        (await ctx.broadcast({ skills: ['ci'] }, note, 'to the skilled', { type: 'status' })).recipients,
        (await ctx.broadcast({ role: 'cook' }, note, 'to nobody')).recipients,
      ]),
    }))
    expect(result).toEqual([['bob', 'cid'], ['bob', 'cid'], ['cid'], []])
    await world.drain(life)
    expect(heard.toSorted()).toEqual([
      'bob: to all (broadcast)',
      'bob: to testers (broadcast)',
      'cid: to all (broadcast)',
      'cid: to testers (broadcast)',
      'cid: to the skilled (status)',
    ])
    // One record for all of them, and one task for each.
    expect(life.runtime.history({ types: ['post.send'] })).toHaveLength(4)
    expect(life.runtime.history({ types: ['task.create'] })).toHaveLength(1 + 5)
  })

  test('goes to those who were there when it was said, whatever the next attempt would find', async () => {
    const heard: string[] = []
    const sent: string[] = []
    const stubborn = task('stubborn', {
      input: z.unknown(),
      output: z.unknown(),
      retry: { maxAttempts: 2, initialInterval: 0 },
    })
    const world = worldOf(life => {
      const say = async (ctx: TaskContext): Promise<null> => {
        const { id, recipients } = await ctx.broadcast('all', note, 'hello')
        sent.push(`${id} ${recipients.join(' ')}`)
        if (ctx.attempt > 1) return null
        await life.runtime.agents.register(
          agent('eve').handle(
            note,
            life.handler(() => null),
          ),
        )
        throw new Error('again')
      }
      const [, ...others] = crew(life, heard, () => null)
      return {
        agents: [
          ...others,
          agent('zoe').handle(
            stubborn,
            life.handler((_: unknown, ctx) => say(ctx)),
          ),
        ],
      }
    })
    const life = await world.boot()
    await life.until((await life.until(life.runtime.submit(stubborn, null))).result())
    await world.drain(life)
    expect(sent[0]).toMatch(/ bob cid$/)
    expect(sent[1]).toBe(sent[0])
    expect(heard).toHaveLength(2)
  })
})

describe('what is published', () => {
  const hearing = (life: Life, id: string, patterns: string[], heard: string[]): AgentDefinition =>
    agent(id).subscribe(
      patterns,
      note,
      life.handler((words: string, ctx) => {
        heard.push(`${id}: ${words} about ${ctx.mail?.topic ?? ''}`)
      }),
    )

  test('reaches each subscriber once, by its patterns, also one that is away', async () => {
    const heard: string[] = []
    const world = worldOf(life => ({
      agents: [
        hearing(life, 'ann', ['build.*', 'build.done'], heard),
        hearing(life, 'bob', ['**'], heard),
        ...(life.number === 2 ? [] : [hearing(life, 'cid', ['build.**'], heard)]),
        hearing(life, 'dan', ['test.*'], heard),
      ],
    }))
    const first = await world.boot()
    first.die()
    const second = await world.boot()
    const { mail } = second.runtime
    const recipients = async (topic: string): Promise<readonly string[]> =>
      (await second.until(mail.publish(topic, note, 'news'))).recipients
    expect(await recipients('build.done')).toEqual(['ann', 'bob', 'cid'])
    expect(await recipients('build')).toEqual(['bob', 'cid'])
    expect(await recipients('build.done.late')).toEqual(['bob', 'cid'])
    expect(await codeOf(second, mail.publish('build..done', note, 'news'))).toBe('INPUT_INVALID')
    second.die()
    const third = await world.boot()
    await world.drain(third)
    expect(heard.filter(line => line.startsWith('cid'))).toEqual([
      'cid: news about build.done',
      'cid: news about build',
      'cid: news about build.done.late',
    ])
    expect(heard.filter(line => line.startsWith('ann'))).toEqual(['ann: news about build.done'])
  })

  test('that nobody wants reaches nobody, and is no error', async () => {
    const world = worldOf(life => ({ agents: [hearing(life, 'ann', ['build.*'], [])] }))
    const life = await world.boot()
    expect((await life.until(life.runtime.mail.publish('lunch', note, 'soup'))).recipients).toEqual([])
    await world.drain(life)
  })

  test('a subscription that names no topics, or that there is no code for, is refused', () => {
    const words =
      (pattern: string): (() => AgentDefinition) =>
      () =>
        agent('ann').subscribe(pattern, note, () => null)
    for (const pattern of ['', 'a.', '**.a', 'a b', 'a.*b'])
      expect(words(pattern)).toThrow('DEFINITION_INVALID')
    expect(() => agent('ann').subscribe('a', note)).toThrow('DEFINITION_INVALID')
    const both = agent('ann')
      .handle(note, () => null)
      .subscribe(['a', 'a', 'b.**'], note)
    expect(both.subscriptions).toEqual([
      { pattern: 'a', task: 'note' },
      { pattern: 'a', task: 'note' },
      { pattern: 'b.**', task: 'note' },
    ])
  })
})

describe('a consultation', () => {
  const specialist = (life: Life, id: string, ms: number, seen: unknown[]): AgentDefinition =>
    agent(id, { role: 'lawyer', skills: ['patents'] }).handle(
      judge,
      life.handler(async (_: string, ctx) => {
        seen.push(ctx.mail?.asker)
        await life.wait(ms)
        return `${id} says so`
      }),
    )

  test('goes to whoever is free first, and what the asker is at goes along', async () => {
    const seen: unknown[] = []
    const { world, life, result } = await worked(self => ({
      agents: [
        agent('ann').handle(
          work,
          self.handler((_: unknown, ctx) =>
            Promise.all([
              ctx.consult({ skill: 'patents' }, judge, 'a', { context: { draft: 1 } }),
              ctx.consult({ role: 'lawyer' }, judge, 'b'),
              ctx.consult({ role: 'lawyer', skills: ['patents'] }, judge, 'c'),
            ]),
          ),
        ),
        specialist(self, 'bob', 10 * SECOND, seen),
        specialist(self, 'cid', SECOND, seen),
      ],
    }))
    expect(result).toEqual(['bob says so', 'cid says so', 'cid says so'])
    expect(seen[0]).toEqual({ task: 'task/w', metadata: {}, context: { draft: 1 } })
    expect(life.runtime.mail.consultations().messages).toMatchObject([
      { to: 'agent/bob', state: 'handled', answer: 'bob says so' },
      { to: 'agent/cid', state: 'handled', answer: 'cid says so' },
      { to: 'agent/cid', state: 'handled', answer: 'cid says so' },
    ])
    await world.drain(life)
  })

  test('is never given to whoever asks', async () => {
    const { world, life, result } = await worked(self => ({
      agents: [
        agent('ann', { role: 'lawyer', capacity: 5 })
          .handle(
            work,
            self.handler((_: unknown, ctx) => ctx.consult({ role: 'lawyer' }, judge, 'a')),
          )
          .handle(
            judge,
            self.handler(() => 'ann says so'),
          ),
        specialist(self, 'bob', SECOND, []),
      ],
    }))
    expect(result).toBe('bob says so')
    await world.drain(life)
  })

  test('of nobody who is there is refused at once, with who would fit, and why they cannot', async () => {
    const { world, life, result } = await worked(self => ({
      agents: [
        agent('ann', { role: 'lawyer' }).handle(
          work,
          self.handler(async (_: unknown, ctx) => {
            await self.runtime.agents.pause('bob')
            const refused = (whom: object): Promise<unknown> =>
              ctx
                .consult(whom, judge, 'a')
                .catch(({ code, details }: StatorError) => [code, details['fitting']])
            return [await refused({ role: 'lawyer' }), await refused({ role: 'cook' })]
          }),
        ),
        specialist(self, 'bob', SECOND, []),
      ],
    }))
    expect(result).toEqual([
      ['CONSULT_UNAVAILABLE', [{ agent: 'bob', state: 'paused' }]],
      ['CONSULT_UNAVAILABLE', []],
    ])
    await world.drain(life)
  })

  test('not answered in time is called off', async () => {
    const world = worldOf(life => ({ agents: [specialist(life, 'bob', 10 * SECOND, [])] }))
    const life = await world.boot()
    const asked = life.runtime.mail.consult({ role: 'lawyer' }, judge, 'a', { timeout: '5s' })
    expect(await codeOf(life, asked)).toBe('ASK_TIMEOUT')
    expect(life.runtime.mail.consultations().messages).toMatchObject([{ state: 'failed', asks: true }])
    await world.pass(life, 10 * SECOND)
    await world.drain(life)
  })
})

describe('a hand-off', () => {
  const handing = (
    life: Life,
    run: (ctx: TaskContext) => unknown,
    last: (ctx: TaskContext) => unknown = () => 'done',
  ): AgentDefinition[] => [
    agent('ann', { role: 'lead' }).handle(
      work,
      life.handler((_: unknown, ctx) => run(ctx)),
    ),
    agent('bob', { role: 'tester' }).handle(
      work,
      life.handler((_: unknown, ctx) => last(ctx)),
    ),
  ]
  const start = async (world: Simulation): Promise<{ life: Life; result: unknown }> => {
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(work, null, { id: 'w', agent: 'ann' }))
    return { life, result: await life.until(handle.result()) }
  }

  test('goes on with another agent, which has the results, the note and who had it; the attempt is none', async () => {
    const world = worldOf(life => ({
      agents: handing(
        life,
        async ctx => {
          await ctx.do('look', () => 'seen by ann')
          return ctx.handOff('bob', { note: 'you know it better' })
        },
        async ctx => [
          await ctx.do('look', () => 'seen by bob'),
          ctx.attempt,
          ctx.handedOver.map(({ from, note: said }) => [from, said]),
        ],
      ),
    }))
    const { life, result } = await start(world)
    expect(result).toEqual(['seen by ann', 1, [['agent/ann', 'you know it better']]])
    expect(life.runtime.task('w').attempts()).toMatchObject([
      { number: 1, agent: 'agent/ann', outcome: 'handed over', error: null },
      { number: 1, agent: 'agent/bob', outcome: 'completed' },
    ])
    await world.drain(life)
  })

  test('to a role goes to anybody else of it', async () => {
    const world = worldOf(life => ({
      agents: [
        ...handing(life, ctx => ctx.handOff({ role: 'lead' })),
        agent('eve', { role: 'lead' }).handle(
          work,
          life.handler((_: unknown, ctx) => ctx.agent),
        ),
      ],
    }))
    const { life, result } = await start(world)
    expect(result).toBe('agent/eve')
    await world.drain(life)
  })

  test('whoever handed it on is not heard any more', async () => {
    const codes: string[] = []
    const world = worldOf(life => ({
      agents: handing(life, async ctx => {
        const codeIn = async (call: Promise<unknown>): Promise<void> => {
          await call.catch(({ code }: StatorError) => codes.push(code))
        }
        await codeIn(ctx.handOff('bob'))
        await codeIn(ctx.do('late', () => 1))
        await codeIn(ctx.tell('bob', note, 'late'))
        expect(ctx.signal.aborted).toBe(true)
        return 'mine after all'
      }),
    }))
    const { life, result } = await start(world)
    await world.drain(life)
    expect(result).toBe('done')
    expect(codes).toEqual(['STALE_ATTEMPT', 'STALE_ATTEMPT', 'STALE_ATTEMPT'])
    const refused = life.runtime.history({ types: ['task.done'] }).filter(signal => signal.refused !== null)
    expect(refused.map(signal => signal.refused?.code)).toEqual(['STALE_ATTEMPT'])
  })

  test('goes to somebody who is there and has code for it, and not for ever', async () => {
    const world = worldOf(
      life => ({
        agents: handing(
          life,
          async ctx => {
            const codes: string[] = []
            const tries = [
              () => ctx.handOff('nobody'),
              () => ctx.handOff({ role: 'cook' }),
              () => ctx.handOff('cid'),
            ]
            for (const again of tries) await again().catch(({ code }: StatorError) => codes.push(code))
            expect(codes).toEqual(['AGENT_UNKNOWN', 'TASK_UNHANDLED', 'TASK_UNHANDLED'])
            return ctx.handOff('bob')
          },
          ctx =>
            ctx
              .handOff('ann')
              .catch((error: StatorError) => (ctx.handedOver.length < 3 ? never(error) : error.code)),
        ).concat(agent('cid')),
      }),
      { limits: { handOffs: 3 } },
    )
    const { life, result } = await start(world)
    expect(result).toBe('HANDED_TOO_OFTEN')
    await world.drain(life)
  })

  test('of a question is answered by whoever has it then', async () => {
    const world = worldOf(life => ({
      agents: [
        agent('ann').handle(
          judge,
          life.handler((_: string, ctx) => ctx.handOff('bob')),
        ),
        agent('bob').handle(
          judge,
          life.handler(() => 'bob says so'),
        ),
      ],
    }))
    const life = await world.boot()
    expect(await life.until(life.runtime.mail.ask('ann', judge, 'a'))).toBe('bob says so')
    await world.drain(life)
  })
})

/** What ended the attempt goes on. */
const never = (error: StatorError): never => {
  throw error
}

describe('what clients see', () => {
  test('who said what to whom, by agent, conversation and type, a page at a time', async () => {
    const world = worldOf(life => ({ agents: crew(life, [], () => null) }))
    const life = await world.boot()
    const { mail } = life.runtime
    await life.until(mail.tell('bob', note, 'one', { conversation: 'chat' }))
    await life.until(mail.tell('cid', note, 'two', { type: 'result' }))
    await life.until(mail.broadcast({ role: 'tester' }, note, 'three', { conversation: 'chat' }))
    await life.until(life.runtime.agents.pause('bob'))
    await life.until(mail.tell('bob', note, 'four', { from: life.runtime.client('console').slice(7) }))
    await world.pass(life, SECOND)
    const said = (options: Parameters<typeof mail.history>[0]): unknown =>
      mail
        .history(options)
        .messages.map(({ to, input, state }) => `${input as string} to ${to ?? ''}: ${state}`)
    expect(said({ agent: 'bob' })).toEqual([
      'one to agent/bob: handled',
      'three to agent/bob: handled',
      'four to agent/bob: waiting',
    ])
    expect(said({ conversation: 'conversation/chat' })).toEqual([
      'one to agent/bob: handled',
      'three to agent/bob: handled',
      'three to agent/cid: handled',
    ])
    expect(said({ type: 'result' })).toEqual(['two to agent/cid: handled'])
    const first = mail.history({ limit: 2 })
    expect(first.messages).toHaveLength(2)
    expect(mail.history({ limit: 10, cursor: first.next ?? '' }).messages.map(({ from }) => from)).toEqual([
      'client/local',
      'client/local',
      'client/console',
    ])
    await life.until(life.runtime.agents.resume('bob'))
    await world.drain(life)
  })

  test('a client says something once for a key, in a name that is known', async () => {
    const heard: string[] = []
    const world = worldOf(life => ({ agents: crew(life, heard, () => null) }))
    const life = await world.boot()
    const { mail } = life.runtime
    const key = { idempotencyKey: 'k' }
    const first = await life.until(mail.tell('bob', note, 'once', key))
    expect(await life.until(mail.tell('bob', note, 'once', key))).toEqual(first)
    expect(await codeOf(life, mail.tell('bob', note, 'other', key))).toBe('IDEMPOTENCY_CONFLICT')
    expect(await codeOf(life, mail.tell('bob', note, 'x', { from: 'stranger' }))).toBe('SENDER_UNKNOWN')
    expect(await codeOf(life, mail.tell('nobody', note, 'x'))).toBe('AGENT_UNKNOWN')
    await world.drain(life)
    expect(heard).toEqual(['bob: once (task)'])
  })
})
