/** C5, escalation to a human: a handler that cannot go on says why, what it knows and what it tried; somebody is notified, and decides. */
import { expect, test } from 'vitest'
import { agent, createRuntime, task, type GateNotice } from 'stator'
import { z } from 'zod'

const invoice = z.object({ supplier: z.string(), euros: z.number() })
const form = z.object({ account: z.enum(['travel', 'tools']), note: z.string().default('') })
const book = task('book', { input: invoice, output: z.string() })

test('reason, details and attempted solutions reach a human, and the answer comes back typed', async () => {
  const told: GateNotice[] = []
  const bookkeeper = agent('bookkeeper').handle(book, async ({ supplier, euros }, ctx) => {
    const { by, data } = await ctx.escalate({
      title: `Which account for ${supplier}?`,
      reason: 'no rule fits',
      details: { euros },
      attemptedSolutions: ['looked for the supplier in last year', 'asked the classifier: 40 % sure'],
      form,
      approvers: ['ann'],
    })
    return `${data.account}, says ${by}${data.note}`
  })
  await using runtime = await createRuntime({
    agents: [bookkeeper],
    notify: { gate: notice => void told.push(notice) },
  })
  const handle = await runtime.submit(book, { supplier: 'Rail', euros: 42 })
  for await (const { to } of runtime.signals({ from: 'start' })) if (to.startsWith('gate/')) break
  const [gate] = runtime.gates.list({ open: true, agent: 'bookkeeper' }).gates
  expect(gate).toMatchObject({
    title: 'Which account for Rail?',
    reason: 'no rule fits',
    details: { euros: 42 },
    attemptedSolutions: ['looked for the supplier in last year', 'asked the classifier: 40 % sure'],
    assignedTo: 'ann',
    task: handle.address,
  })
  expect(runtime.agents.get('bookkeeper')?.state).toBe('paused')
  await runtime.gates.approve(gate?.id ?? '', { by: 'ann', data: { account: 'travel' } })
  expect(await handle.result()).toBe('travel, says ann')
  expect(runtime.agents.get('bookkeeper')?.state).not.toBe('paused')
  expect(told.map(({ type, gate: { id } }) => [type, id])).toEqual([
    ['opened', gate?.id],
    ['ended', gate?.id],
  ])
})
