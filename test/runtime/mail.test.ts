/** Mail: what agents say to each other, through the hub: told, asked, answered once, and what a crash or a retry makes of it. */
import { describe, expect, test } from 'vitest'
import { agent, task, type Signal, type StatorError } from 'stator'
import type { Life, Setup, Simulation } from 'stator/testing'
import { z } from 'zod'
import { codeOf, worldOf } from './support/world.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const words = z.object({ words: z.string() })
const note = task('note', { input: words })
const sum = task('sum', { input: z.object({ a: z.number(), b: z.number() }), output: z.number() })
const work = task('work', { input: z.unknown(), output: z.unknown() })

type Ctx = Parameters<Parameters<ReturnType<typeof agent>['handle']>[1]>[1]

/** What one does at work, with two others to speak to. */
function office(
  life: Life,
  run: (ctx: Ctx, life: Life) => unknown,
  others: { add?: (ctx: Ctx) => Promise<number> | number; heard?: (said: string, ctx: Ctx) => unknown } = {},
): Setup {
  const { add, heard = () => null } = others
  return {
    agents: [
      agent('ann').handle(
        work,
        life.handler((_, ctx) => run(ctx, life)),
      ),
      agent('bob')
        .handle(
          note,
          life.handler(({ words: said }: { words: string }, ctx) => heard(said, ctx)),
        )
        .handle(
          sum,
          life.handler(({ a, b }: { a: number; b: number }, ctx) => add?.(ctx) ?? a + b),
        ),
    ],
  }
}

async function worked(world: Simulation): Promise<[Life, unknown]> {
  const life = await world.boot()
  const handle = await life.until(life.runtime.submit(work, null, { id: 'w' }))
  return [life, await life.until(handle.result())]
}

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
    expect(heard).toEqual([
      [
        'hello',
        { type: 'task', from: 'agent/ann', conversation: 'task/w', path: ['agent/ann'], asks: false },
        { urgent: true },
      ],
    ])
    const { id } = sent as { id: string }
    expect(life.runtime.task(id).info()).toMatchObject({
      task: 'note',
      status: 'completed',
      agent: 'agent/bob',
    })
    const [created] = life.runtime.history({ actor: `task/${id}` }) as [Signal]
    expect(created).toMatchObject({ from: 'agent/ann', correlationId: 'task/w', depth: 1 })
  })
})

describe('a question', () => {
  test('is answered by what the handler of the other returns', async () => {
    const world = worldOf(life => office(life, ctx => ctx.ask('bob', sum, { a: 1, b: 2 })))
    const [life, answer] = await worked(world)
    expect(answer).toBe(3)
    await world.drain(life)
  })

  test('not answered in time is called off, and a late answer refused', async () => {
    const world = worldOf(life =>
      office(life, ctx => codeOf(life, ctx.ask('bob', sum, { a: 1, b: 2 }, { timeout: '1m' })), {
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
})
