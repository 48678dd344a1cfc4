/** D5, specialist consultation: ask the first available specialist of a type; tracked; answered or timed out; a clear answer when none is available. */
import { expect, test } from 'vitest'
import { agent, createRuntime, task, type StatorError } from 'stator'
import { z } from 'zod'
import { codeOf, latch, newClock, pass, untilAborted } from './support.ts'

const judge = task('judge', { input: z.string(), output: z.string() })
const work = task('work', { input: z.unknown(), output: z.unknown() })

test('the first of them that is available answers, and knows what whoever asks is at', async () => {
  const gate = latch()
  const busy = agent('bob', { role: 'lawyer' }).handle(judge, async () => {
    await gate.opened
    return 'bob'
  })
  const free = agent('cid', { role: 'lawyer' }).handle(judge, (_, ctx) =>
    JSON.stringify([ctx.mail?.asker?.metadata, ctx.mail?.asker?.context]),
  )
  const ann = agent('ann').handle(work, (_, ctx) =>
    ctx.consult({ role: 'lawyer' }, judge, 'may we?', { context: { draft: 1 } }),
  )
  await using runtime = await createRuntime({ agents: [ann, busy, free] })
  const first = runtime.mail.ask('bob', judge, 'keep him busy')
  const handle = await runtime.submit(work, null, { metadata: { case: 7 } })
  expect(await handle.result()).toBe('[{"case":7},{"draft":1}]')
  expect(runtime.mail.consultations().messages).toMatchObject([
    { from: 'agent/ann', to: 'agent/cid', state: 'handled' },
  ])
  gate.open()
  expect(await first).toBe('bob')
})

test('not answered in time, it is over; where none is available, it is refused at once, with who would fit', async () => {
  const clock = newClock()
  const bob = agent('bob', { role: 'lawyer' }).handle(judge, (_, ctx) => untilAborted(ctx.signal))
  await using runtime = await createRuntime({ agents: [bob], host: { clock } })
  const asked = codeOf(runtime.mail.consult({ role: 'lawyer' }, judge, 'may we?', { timeout: '1m' }))
  await pass(clock, 61_000)
  expect(await asked).toBe('ASK_TIMEOUT')
  await runtime.agents.pause('bob')
  const refused = await runtime.mail
    .consult({ role: 'lawyer' }, judge, 'may we?')
    .catch(({ code, details }: StatorError) => [code, details['fitting']])
  expect(refused).toEqual(['CONSULT_UNAVAILABLE', [{ agent: 'bob', state: 'paused' }]])
  expect(await codeOf(runtime.mail.consult({ role: 'cook' }, judge, 'soup?'))).toBe('CONSULT_UNAVAILABLE')
})
