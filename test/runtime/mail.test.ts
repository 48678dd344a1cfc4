/** Mail: what agents say to each other, through the hub: told, asked and answered once, and what a retry or a crash makes of it. */
import { describe, expect, test } from 'vitest'
import { agent, StatorError, task, type AgentOptions, type Signal, type TaskContext } from 'stator'
import type { Life, Setup, Simulation } from 'stator/testing'
import { z } from 'zod'
import { worldOf } from './support/world.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const note = task('note', { input: z.object({ words: z.string() }) })
const sum = task('sum', { input: z.object({ a: z.number(), b: z.number() }), output: z.number() })
const work = task('work', { input: z.unknown(), output: z.unknown() })
const stubborn = task('stubborn', {
  input: z.unknown(),
  output: z.unknown(),
  retry: { maxAttempts: 3, initialInterval: 0 },
})

interface Others {
  readonly add?: (ctx: TaskContext) => Promise<number> | number
  readonly heard?: (said: string, ctx: TaskContext) => unknown
}

/** What ann does at work, with bob to speak to. */
function office(
  life: Life,
  run: (ctx: TaskContext) => unknown,
  { add, heard = () => null }: Others = {},
): Setup {
  const ann = life.handler((_: unknown, ctx) => run(ctx))
  return {
    agents: [
      agent('ann').handle(work, ann).handle(stubborn, ann),
      agent('bob')
        .handle(
          note,
          life.handler(({ words }: { words: string }, ctx) => heard(words, ctx)),
        )
        .handle(
          sum,
          life.handler(({ a, b }: { a: number; b: number }, ctx) => add?.(ctx) ?? a + b),
        ),
    ],
  }
}

/** It does its work in a world of its own. */
async function worked(world: Simulation, what = work): Promise<[Life, unknown]> {
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(what, null, { id: 'w' }))
  return [life, await life.until(handle.result())]
}

/** The code with which a call of a handler is refused. */
async function refusalOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'none',
    (error: unknown) => (error as StatorError).code,
  )
}

const created = (life: Life): Signal[] =>
  life.runtime
    .history({ types: ['task.create'] })
    .filter(({ data }) => (data as { mail?: unknown }).mail !== undefined)

describe('what is told', () => {
  test('is a task of its recipient, which knows who says it, where, and on which way', async () => {
    const heard: unknown[] = []
    const world = worldOf(life =>
      office(life, ctx => ctx.tell('bob', note, { words: 'hello' }, { metadata: { urgent: true } }), {
        heard: (said, ctx) => heard.push([said, ctx.mail, ctx.metadata]),
      }),
    )
    const [life, sent] = await worked(world)
    await world.drain(life)
    const mail = { type: 'task', from: 'agent/ann', conversation: 'task/w', path: ['agent/ann'], asks: false }
    expect(heard).toEqual([['hello', mail, { urgent: true }]])
    const { id } = sent as { id: string }
    expect(life.runtime.task(id).info()).toMatchObject({
      task: 'note',
      status: 'completed',
      agent: 'agent/bob',
    })
    expect(created(life)).toMatchObject([{ from: 'agent/ann', correlationId: 'task/w', depth: 1 }])
  })

  test('waits for whoever is away, and is handled in order on return', async () => {
    const heard: string[] = []
    const world = worldOf(life => {
      const { agents = [] } = office(
        life,
        async ctx => {
          for (const words of ['one', 'two', 'three']) await ctx.tell('bob', note, { words })
          return null
        },
        { heard: said => heard.push(said) },
      )
      // In its second life only ann is there.
      return { agents: life.number === 2 ? agents.slice(0, 1) : agents, tasks: [note] }
    })
    const first = await world.boot()
    first.die()
    const second = await world.boot()
    await second.until((await second.until(second.runtime.submit(work, null))).result())
    second.die()
    const third = await world.boot()
    await world.drain(third)
    expect(heard).toEqual(['one', 'two', 'three'])
  })

  test('goes only to agents that are registered, and have code for it where they are here', async () => {
    const world = worldOf(life =>
      office(life, async ctx => [
        await refusalOf(ctx.tell('nobody', note, { words: '' })),
        await refusalOf(ctx.tell('ann', note, { words: '' })),
        await refusalOf(ctx.tell('bob', note, { words: 7 } as never)),
        await refusalOf(ctx.tell('bob', note, { words: '' }, { loud: true } as never)),
        await refusalOf(ctx.tell('bob', note, { words: '' }, { conversation: 'a/b' })),
      ]),
    )
    const [life, codes] = await worked(world)
    expect(codes).toEqual([
      'AGENT_UNKNOWN',
      'TASK_UNHANDLED',
      'INPUT_INVALID',
      'INPUT_INVALID',
      'ADDRESS_INVALID',
    ])
    expect(created(life)).toEqual([])
    await world.drain(life)
  })

  test('is told once, however many attempts say it; said twice in one attempt, it is told twice', async () => {
    const heard: string[] = []
    const ids: string[] = []
    const world = worldOf(life =>
      office(
        life,
        async ctx => {
          const sent = [
            await ctx.tell('bob', note, { words: 'once' }),
            await ctx.tell('bob', note, { words: 'twice' }),
            await ctx.tell('bob', note, { words: 'twice' }),
          ]
          ids.push(sent.map(({ id }) => id).join(' '))
          if (ctx.attempt < 3) throw new Error('again')
          return null
        },
        { heard: said => heard.push(said) },
      ),
    )
    const [life] = await worked(world, stubborn)
    await world.drain(life)
    expect(heard).toEqual(['once', 'twice', 'twice'])
    expect(ids).toHaveLength(3)
    expect(new Set(ids).size).toBe(1)
  })

  test('has the priority that it was given, one of four', async () => {
    const heard: string[] = []
    const world = worldOf(life =>
      office(
        life,
        async ctx => {
          await life.runtime.agents.pause('bob')
          for (const priority of ['low', 'normal', 'high', 'critical'] as const)
            await ctx.tell('bob', note, { words: priority }, { priority })
          await life.runtime.agents.resume('bob')
          return null
        },
        { heard: said => heard.push(said) },
      ),
    )
    const [life] = await worked(world)
    await world.drain(life)
    expect(heard).toEqual(['critical', 'high', 'normal', 'low'])
  })

  test('by clients is heard in the order in which they speak, between all else they say', async () => {
    const world = worldOf(life => office(life, () => null))
    const life = await world.boot()
    const { runtime } = life
    const told = runtime.mail.tell('bob', note, { words: 'first' })
    const submitted = runtime.submit(work, null, { id: 'w' })
    const also = runtime.mail.tell('bob', note, { words: 'last' }, { idempotencyKey: 'once' })
    const [first, { address }, last] = await life.until(Promise.all([told, submitted, also]))
    const heard = runtime.history({ types: ['task.create'] }).map(({ to }) => to)
    expect(heard).toEqual([`task/${first.id}`, address, `task/${last.id}`])
  })

  test('may look like anything, also like an agent or a task, and is another one where it says something else', async () => {
    const any = task('any', { input: z.unknown(), output: z.unknown() })
    const said = [
      { kind: 'agent', name: 'x' },
      { kind: 'task', id: 'x' },
      { kind: 'agent', id: 'bob', more: 1 },
    ]
    const world = worldOf(life => ({
      agents: [
        agent('ann').handle(
          work,
          life.handler((_: unknown, ctx) => Promise.all(said.map(words => ctx.ask('bob', any, words)))),
        ),
        agent('bob').handle(
          any,
          life.handler((words: unknown) => words),
        ),
      ],
    }))
    const [life, result] = await worked(world)
    expect(result).toEqual(said)
    const tell = (words: unknown): Promise<unknown> =>
      life.runtime.mail.tell('bob', any, words, { idempotencyKey: 'k' })
    await life.until(tell({ kind: 'agent', id: 'bob', more: 1 }))
    expect(await refusalOf(life.until(tell({ kind: 'agent', id: 'bob', more: 2 })))).toBe(
      'IDEMPOTENCY_CONFLICT',
    )
    await world.drain(life)
  })

  test('by an attempt that is over is refused', async () => {
    const late: Promise<string>[] = []
    const world = worldOf(life =>
      office(life, ctx => {
        late.push(life.wait(SECOND).then(() => refusalOf(ctx.tell('bob', note, { words: 'late' }))))
        return null
      }),
    )
    const [life] = await worked(world)
    await world.pass(life, 2 * SECOND)
    expect(await life.until(Promise.all(late))).toEqual(['STALE_ATTEMPT'])
    expect(created(life)).toEqual([])
    await world.drain(life)
  })

  test('in a run belongs to that run, one message deeper for each answer to a message', async () => {
    const paths: unknown[] = []
    const world = worldOf(life => ({
      agents: [
        agent('ann').handle(
          note,
          life.handler(async ({ words }: { words: string }, ctx) => {
            paths.push([ctx.mail?.conversation, ctx.mail?.path])
            if (words.length < 3) await ctx.tell('bob', note, { words: `${words}!` })
          }),
        ),
        agent('bob').handle(
          note,
          life.handler(async ({ words }: { words: string }, ctx) => {
            paths.push([ctx.mail?.conversation, ctx.mail?.path])
            await ctx.tell('ann', note, { words: `${words}!` })
          }),
        ),
      ],
    }))
    const life = await world.boot()
    await life.until(life.runtime.mail.tell('ann', note, { words: '' }, { conversation: 'chat' }))
    await world.drain(life)
    const [a, b] = ['agent/ann', 'agent/bob']
    expect(paths).toEqual([
      ['conversation/chat', []],
      ['conversation/chat', [a]],
      ['conversation/chat', [a, b]],
      ['conversation/chat', [a, b, a]],
      ['conversation/chat', [a, b, a, b]],
    ])
    expect(created(life).map(({ depth }) => depth)).toEqual([1, 2, 3, 4, 5])
  })
})

describe('a question', () => {
  test('is answered by what the handler of the other returns', async () => {
    const asked: unknown[] = []
    const world = worldOf(life =>
      office(life, ctx => ctx.ask('bob', sum, { a: 1, b: 2 }), {
        add: ctx => {
          asked.push(ctx.mail)
          return 3
        },
      }),
    )
    const [life, answer] = await worked(world)
    expect(answer).toBe(3)
    expect(asked).toMatchObject([{ type: 'query', asks: true, from: 'agent/ann' }])
    await world.drain(life)
  })

  test('not answered in time is called off, and a late answer refused', async () => {
    const world = worldOf(life =>
      office(life, ctx => refusalOf(ctx.ask('bob', sum, { a: 1, b: 2 }, { timeout: '1m' })), {
        add: async () => {
          await life.wait(2 * MINUTE)
          return 3
        },
      }),
    )
    const [life, code] = await worked(world)
    expect(code).toBe('ASK_TIMEOUT')
    await world.pass(life, 3 * MINUTE)
    await world.drain(life)
    const late = life.runtime.history({ types: ['task.done'] }).filter(({ refused }) => refused !== null)
    expect(late.map(({ refused }) => refused?.code)).toEqual(['STALE_ATTEMPT'])
  })

  test('has limits.askTimeout, unless it says otherwise, also while nobody is there', async () => {
    const world = worldOf(
      life => {
        const { agents = [] } = office(life, ctx => refusalOf(ctx.ask('bob', sum, { a: 1, b: 2 })))
        return { agents: life.number === 1 ? agents : agents.slice(0, 1), tasks: [sum] }
      },
      { limits: { askTimeout: MINUTE } },
    )
    const first = await world.boot()
    first.die()
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(work, null))
    await world.pass(life, MINUTE - SECOND)
    expect(handle.status()).toBe('running')
    expect(await life.until(handle.result())).toBe('ASK_TIMEOUT')
    await world.drain(life)
  })

  test('whose handler fails has failed, with the failure as cause', async () => {
    const world = worldOf(life =>
      office(
        life,
        async ctx =>
          ctx.ask('bob', sum, { a: 1, b: 2 }).catch(({ code, cause }: StatorError) => [code, String(cause)]),
        {
          add: () => {
            throw new Error('cannot count')
          },
        },
      ),
    )
    const [life, found] = await worked(world)
    expect(found).toEqual(['ASK_FAILED', 'Error: cannot count'])
    await world.drain(life)
  })

  test('whose handler fails because something else was late has failed, and is counted', async () => {
    const add = (): never => {
      throw new StatorError('TASK_EXPIRED', { task: 'task/another' })
    }
    const world = worldOf(life =>
      office(life, ctx => refusalOf(ctx.ask('bob', sum, { a: 1, b: 2 })), { add }),
    )
    const [life, result] = await worked(world)
    expect(result).toBe('ASK_FAILED')
    await world.drain(life)
    expect(life.runtime.agents.get('bob')).toMatchObject({ failed: 1 })
  })

  test('that was answered is not asked again by a later attempt; one that failed is asked anew', async () => {
    let asked = 0
    const answers: unknown[] = []
    const world = worldOf(life =>
      office(
        life,
        async ctx => {
          answers.push(await ctx.ask('bob', sum, { a: 1, b: 2 }).catch(({ code }: StatorError) => code))
          if (ctx.attempt < 3) throw new Error('again')
          return null
        },
        {
          add: () => {
            if (++asked === 1) throw new Error('cannot count')
            return asked
          },
        },
      ),
    )
    const [life] = await worked(world, stubborn)
    await world.drain(life)
    expect(answers).toEqual(['ASK_FAILED', 2, 2])
  })

  test('is not counted in the time of whoever asks', async () => {
    const slow = task('slow', { input: z.unknown(), output: z.unknown(), timeout: '1m' })
    const world = worldOf(life => {
      const { agents = [] } = office(life, () => null, {
        add: async () => {
          await life.wait(5 * MINUTE)
          return 3
        },
      })
      return {
        agents: [
          ...agents,
          agent('cid').handle(
            slow,
            life.handler((_: unknown, ctx) => ctx.ask('bob', sum, { a: 1, b: 2 })),
          ),
        ],
      }
    })
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(slow, null))
    expect(await life.until(handle.result())).toBe(3)
    await world.drain(life)
  })

  test('is called off when whoever asked is cancelled', async () => {
    const world = worldOf(life =>
      office(life, ctx => ctx.ask('bob', sum, { a: 1, b: 2 }, { timeout: '1h' }), {
        add: async () => {
          await life.wait(30 * MINUTE)
          return 3
        },
      }),
    )
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(work, null))
    await world.pass(life, MINUTE)
    await life.until(handle.cancel())
    const [question] = created(life)
    expect(life.runtime.task(question?.to.slice('task/'.length) ?? '').info()).toMatchObject({
      status: 'cancelled',
      error: { message: 'nobody waits for the answer any more' },
    })
    await world.pass(life, 60 * MINUTE)
    await world.drain(life)
  })

  test('goes on over a crash, and is answered to the attempt that comes after', async () => {
    let asked = 0
    const world = worldOf(life =>
      office(life, ctx => ctx.ask('bob', sum, { a: 1, b: 2 }, { timeout: '1h' }), {
        add: async () => {
          await life.wait(10 * MINUTE)
          return ++asked
        },
      }),
    )
    const first = await world.boot()
    await first.until(first.runtime.submit(work, null, { id: 'w' }))
    await world.pass(first, MINUTE)
    first.die()
    const second = await world.boot()
    expect(await second.until(second.runtime.task('w').result())).toBe(1)
    expect(created(second)).toHaveLength(1)
    await world.drain(second)
  })
})

describe('a circle of questions', () => {
  const ping = task('ping', { input: z.string(), output: z.unknown() })

  /** Each asks the next one. */
  const ring = (life: Life, ids: readonly string[], options: AgentOptions = {}): Setup => ({
    agents: ids.map((id, index) =>
      agent(id, options).handle(
        ping,
        life.handler(async (left: string, ctx) => {
          if (left === '') return 'pong'
          const next = ids[(index + 1) % ids.length] ?? ''
          return ctx
            .ask(next, ping, left.slice(1))
            .catch(({ code, details }: StatorError) => ({ code, loop: details['loop'] }))
        }),
      ),
    ),
  })
  const asked = async (setup: (life: Life) => Setup, left: string): Promise<unknown> => {
    const world = worldOf(setup)
    const life = await world.boot()
    const answer = await life.until(life.runtime.mail.ask('ann', ping, left))
    await world.drain(life)
    return answer
  }

  test('of two, or of five, is refused at once, with the loop named', async () => {
    const two = await asked(life => ring(life, ['ann', 'bob']), 'xx')
    expect(two).toEqual({ code: 'ASK_CYCLE', loop: ['bob', 'ann', 'bob'] })
    const five = await asked(life => ring(life, ['ann', 'bob', 'cid', 'dan', 'eve']), 'xxxxx')
    expect(five).toEqual({ code: 'ASK_CYCLE', loop: ['eve', 'ann', 'bob', 'cid', 'dan', 'eve'] })
  })

  test('with oneself is refused as well', async () => {
    expect(await asked(life => ring(life, ['ann']), 'x')).toEqual({ code: 'ASK_CYCLE', loop: ['ann', 'ann'] })
  })

  test('of tasks that fill an agent together is refused to the last of them', async () => {
    const world = worldOf(life => ({
      agents: [
        agent('ann', { capacity: 2 }).handle(
          ping,
          life.handler(async (left: string, ctx) => {
            if (left === '') return 'pong'
            // Both have begun by then.
            await life.wait(SECOND)
            return ctx.ask('ann', ping, '').catch(({ code, details }: StatorError) => [code, details['loop']])
          }),
        ),
      ],
    }))
    const life = await world.boot()
    const both = [1, 2].map(() => life.runtime.mail.ask('ann', ping, 'x'))
    const answers = await life.until(Promise.all(both))
    expect(answers).toContain('pong')
    expect(answers).toContainEqual(['ASK_CYCLE', ['ann', 'ann']])
    await world.drain(life)
  })

  test('is one as well where a role may do no more at once', async () => {
    const answer = await asked(
      life => ({ ...ring(life, ['ann', 'bob'], { role: 'critic' }), roles: { critic: { concurrency: 1 } } }),
      'x',
    )
    expect(answer).toEqual({ code: 'ASK_CYCLE', loop: ['ann', 'bob', 'ann'] })
  })

  test('is none as long as somebody asked has room for one more', async () => {
    expect(await asked(life => ring(life, ['ann', 'bob'], { capacity: 2 }), 'xx')).toBe('pong')
  })
})
