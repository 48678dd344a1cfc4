/**
 * B5, agent communication: direct, broadcast, request/response with timeout, publish/subscribe by topic, hand-off of results between
 * agents, history; message types task, result, query, response, status, error, broadcast; four priorities.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, MAIL_TYPES, PRIORITIES, task, type StatorError } from 'stator'
import { z } from 'zod'
import { codeOf, newClock, pass, untilAborted } from './support.ts'

const note = task('note', { input: z.string() })
const sum = task('sum', { input: z.array(z.number()), output: z.number() })
const work = task('work', { input: z.unknown(), output: z.unknown() })

test('direct, with each of seven types and four priorities', async () => {
  const heard: string[] = []
  const bob = agent('bob').handle(note, (words, ctx) => void heard.push(`${ctx.mail?.type ?? ''} ${words}`))
  const ann = agent('ann').handle(work, async (_, ctx) => {
    await runtime.agents.pause('bob')
    for (const type of MAIL_TYPES) await ctx.tell('bob', note, type, { type })
    for (const priority of PRIORITIES) await ctx.tell('bob', note, priority, { priority })
    await runtime.agents.resume('bob')
  })
  await using runtime = await createRuntime({ agents: [ann, bob] })
  await (await runtime.submit(work, null)).result()
  await expect.poll(() => heard.length).toBe(11)
  const types = MAIL_TYPES.map(type => `${type} ${type}`)
  expect(heard).toEqual(['task critical', 'task high', ...types, 'task normal', 'task low'])
  expect(MAIL_TYPES.toSorted()).toEqual(
    ['task', 'result', 'query', 'response', 'status', 'error', 'broadcast'].toSorted(),
  )
})

test('a request has its response, or a timeout', async () => {
  const clock = newClock()
  const bob = agent('bob').handle(sum, numbers => numbers.reduce((a, b) => a + b, 0))
  const cid = agent('cid').handle(sum, (_, ctx) => untilAborted(ctx.signal))
  const ann = agent('ann').handle(work, async (_, ctx) => [
    await ctx.ask('bob', sum, [1, 2, 3]),
    await codeOf(ctx.ask('cid', sum, [1], { timeout: '1m' })),
  ])
  await using runtime = await createRuntime({ agents: [ann, bob, cid], host: { clock } })
  const handle = await runtime.submit(work, null)
  await pass(clock, 61_000)
  expect(await handle.result()).toEqual([6, 'ASK_TIMEOUT'])
})

test('broadcast, to all or to a role; publish and subscribe by topic, with patterns', async () => {
  const heard: string[] = []
  const hears = (id: string, role: string) =>
    agent(id, { role }).handle(note, words => void heard.push(`${id}: ${words}`))
  const ann = hears('ann', 'lead').handle(work, async (_, ctx) => [
    (await ctx.broadcast('all', note, 'all')).recipients,
    (await ctx.broadcast({ role: 'tester' }, note, 'testers')).recipients,
    (await ctx.publish('build.done', note, 'news')).recipients,
    (await ctx.publish('lunch', note, 'soup')).recipients,
  ])
  const agents = [ann, hears('bob', 'tester').subscribe('build.*', note), hears('cid', 'cook')]
  await using runtime = await createRuntime({ agents })
  expect(await (await runtime.submit(work, null)).result()).toEqual([['bob', 'cid'], ['bob'], ['bob'], []])
  await expect.poll(() => heard.length).toBe(4)
  expect(heard.toSorted()).toEqual(['bob: all', 'bob: news', 'bob: testers', 'cid: all'])
})

test('a task is handed on with its results and its history', async () => {
  const ann = agent('ann').handle(work, async (_, ctx) => {
    await ctx.do('half', () => 'done by ann')
    return ctx.handOff('bob', { note: 'the other half is yours' })
  })
  const bob = agent('bob').handle(work, async (_, ctx) => [
    await ctx.do('half', () => 'done by bob'),
    ctx.handedOver.map(({ from, note: words }) => `${from}: ${words}`),
  ])
  await using runtime = await createRuntime({ agents: [ann, bob] })
  const handle = await runtime.submit(work, null, { agent: 'ann' })
  expect(await handle.result()).toEqual(['done by ann', ['agent/ann: the other half is yours']])
})

test('history by agent and by conversation, with what became of each message', async () => {
  const bob = agent('bob').handle(sum, () => 7)
  const cid = agent('cid').handle(sum, () => {
    throw new Error('cannot count')
  })
  const ann = agent('ann').handle(work, async (_, ctx) => {
    await ctx.ask('bob', sum, [])
    return ctx.ask('cid', sum, []).catch((error: StatorError) => error.code)
  })
  await using runtime = await createRuntime({ agents: [ann, bob, cid] })
  expect(await (await runtime.submit(work, null, { id: 'w' })).result()).toBe('ASK_FAILED')
  const { messages } = runtime.mail.history({ conversation: 'task/w' })
  expect(messages).toMatchObject([
    { type: 'query', from: 'agent/ann', to: 'agent/bob', state: 'handled', answer: 7, error: null },
    {
      type: 'query',
      from: 'agent/ann',
      to: 'agent/cid',
      state: 'failed',
      error: { message: 'cannot count' },
    },
  ])
  expect(runtime.mail.history({ agent: 'bob' }).messages).toEqual(messages.slice(0, 1))
})
