/**
 * D3, mailboxes: a buffer for each agent that is offline or busy, bounded, with a stated overflow policy; what cannot be delivered lands in
 * dead letters, with the reason, and can be replayed.
 */
import { expect, test } from 'vitest'
import { agent, createRuntime, memory, task, type AgentDefinition } from 'stator'
import { z } from 'zod'
import { codeOf } from './support.ts'

const note = task('note', { input: z.string() })
const heard: string[] = []
const ann = (mailbox = {}): AgentDefinition =>
  agent('ann', { mailbox }).handle(note, words => {
    heard.push(words)
  })

test('mail is kept while an agent is away or paused, bounded, and handled in order when it is back', async () => {
  const journal = memory()
  const first = await createRuntime({ journal, agents: [ann({ limit: 3 })] })
  await first.agents.pause('ann')
  for (const words of ['1', '2']) await first.mail.tell('ann', note, words)
  await first.close()
  const away = await createRuntime({ journal, tasks: [note] })
  await away.mail.tell('ann', note, '3')
  expect(await codeOf(away.mail.tell('ann', note, '4'))).toBe('MAILBOX_FULL')
  await away.close()
  const back = await createRuntime({ journal, agents: [ann({ limit: 3 })] })
  await back.agents.resume('ann')
  await back.tasks.queue('default').drain()
  const waiting = back.mail.history({ agent: 'ann' }).messages
  for (const { id } of waiting) await back.tasks.get(id).outcome()
  expect(heard).toEqual(['1', '2', '3'])
  await back.close()
})

test('what finds no room lies among the dead, with the reason; it is replayed, or discarded', async () => {
  heard.length = 0
  const runtime = await createRuntime({ agents: [ann({ limit: 1, overflow: 'drop-newest' })] })
  const { deadLetters } = runtime.mail
  await runtime.agents.pause('ann')
  for (const words of ['1', '2', '3']) await runtime.mail.tell('ann', note, words)
  const { letters } = deadLetters.list({ agent: 'ann' })
  expect(letters.map(({ input, reason }) => [input, reason])).toEqual([
    ['2', 'overflow'],
    ['3', 'overflow'],
  ])
  await runtime.agents.resume('ann')
  const [two, three] = letters.map(({ id }) => id)
  const [{ id: one } = { id: '' }] = runtime.mail.history({ agent: 'ann' }).messages
  await runtime.tasks.get(one).outcome()
  await deadLetters.replay(two ?? '')
  await runtime.tasks.get(two ?? '').outcome()
  await deadLetters.discard(three ?? '', { by: 'eve', reason: 'old' })
  expect(heard).toEqual(['1', '2'])
  expect(deadLetters.list().letters).toEqual([])
  await runtime.close()
})
