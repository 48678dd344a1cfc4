/** What gates of workflows ask: by options, by what came before, and in workflows given as data; a form shows what an approval must say. */
import { describe, expect, test } from 'vitest'
import { agent, flow, gate, task, workflow, type Handler, type StatorError } from 'stator'
import type { Life, Setup } from 'stator/testing'
import { z } from 'zod'
import { codeOf, worldOf } from './support/world.ts'

const HOUR = 60 * 60_000
const price = task('price', { input: z.null(), output: z.object({ euros: z.number() }) })
const form = z.object({ limit: z.number() })

const buy = workflow('buy', { input: z.null() })
  .step('price', price)
  .step(
    'ok',
    gate({
      title: 'Buy?',
      reason: 'it is dear',
      form,
      approvers: ['ann'],
      strict: true,
      escalateAfter: '1h',
    }),
    {
      title: ({ outputs }) => `Buy for ${outputs.price.euros}?`,
      details: ({ outputs }) => outputs.price,
      attemptedSolutions: () => ['looked elsewhere'],
      approvers: ({ outputs }) => (outputs.price.euros > 100 ? ['bob', 'cid'] : ['ann']),
    },
  )

const setup = (life: Life): Setup => ({
  agents: [
    agent('eve').handle(price, life.handler(() => ({ euros: 400 })) as Handler<null, { euros: number }>),
  ],
  workflows: [buy] as never,
})

async function opened(life: Life, id: string): Promise<void> {
  while (life.runtime.gates.get(id) === undefined) await life.until(life.wait(10))
}

describe('a gate of a workflow', () => {
  test('asks what came before makes of its question, and gives the run what the form wants', async () => {
    const world = worldOf(setup)
    const life = await world.boot()
    const run = await life.until(life.runtime.start(buy, null, { id: 'r' }))
    await opened(life, 'r/ok')
    const { gates } = life.runtime
    expect(gates.get('r/ok')).toMatchObject({
      title: 'Buy for 400?',
      reason: 'it is dear',
      details: { euros: 400 },
      attemptedSolutions: ['looked elsewhere'],
      approvers: ['bob', 'cid'],
      assignedTo: 'bob',
      strict: true,
      form: { properties: { limit: { type: 'number' } } },
      run: 'r',
      task: null,
      chain: ['workflow/r'],
    })
    await life.until(life.wait(HOUR + 1_000))
    expect(gates.get('r/ok')).toMatchObject({ assignedTo: 'cid' })
    expect(await codeOf(life, gates.approve('r/ok', { by: 'bob', data: { limit: 1 } }))).toBe(
      'GATE_NOT_YOURS',
    )
    await life.until(gates.approve('r/ok', { by: 'cid', data: { limit: 500 } }))
    expect(await life.until(run.result())).toMatchObject({ ok: { by: 'cid', data: { limit: 500 } } })
    await world.drain(life)
  })

  test('that asks nonsense fails its run, and says which word', async () => {
    const wrong = workflow('wrong', { input: z.null() }).step('ok', gate({ expires: '1h' }), {
      approvers: () => [],
    })
    const world = worldOf(() => ({ workflows: [wrong] as never }))
    const life = await world.boot()
    const run = await life.until(life.runtime.start(wrong, null))
    const { error } = await life.until(run.outcome())
    expect(error).toMatchObject({ code: 'INPUT_INVALID' })
    expect(error?.message).toContain('approvers')
    await world.drain(life)
  })

  test('may be approved by its time', async () => {
    const free = workflow('free', { input: z.null() }).step(
      'ok',
      gate({ expires: '1h', onExpire: 'approve' }),
    )
    const world = worldOf(() => ({ workflows: [free] as never }))
    const life = await world.boot()
    const run = await life.until(life.runtime.start(free, null))
    expect(await life.until(run.result())).toEqual({
      ok: { approved: true, by: 'system/clock', reason: 'not answered within 3600000 ms' },
    })
    await world.drain(life)
  })

  test('given as data asks the same, with a JSON Schema for a form', async () => {
    const world = worldOf(setup)
    const life = await world.boot()
    const run = await life.until(
      life.runtime.startFlow(
        {
          name: 'data',
          steps: [
            { step: 'price', task: 'price' },
            {
              gate: 'ok',
              title: 'Buy?',
              approvers: ['ann'],
              form: { type: 'object', properties: { limit: { type: 'number' } }, required: ['limit'] },
              expires: '1h',
              details: { shop: 'ours' },
              bind: { euros: 'outputs.price.euros' },
            },
          ],
        },
        null,
        { id: 'd' },
      ),
    )
    await opened(life, 'd/ok')
    const { gates } = life.runtime
    expect(gates.get('d/ok')).toMatchObject({ title: 'Buy?', details: { shop: 'ours', euros: 400 } })
    expect(await codeOf(life, gates.approve('d/ok', { by: 'ann' }))).toBe('GATE_FORM_INVALID')
    await life.until(gates.approve('d/ok', { by: 'ann', data: { limit: 1 } }))
    expect(await life.until(run.result())).toMatchObject({ ok: { data: { limit: 1 } } })
    await world.drain(life)
  })

  test.each<[string, () => unknown]>([
    [
      'a form that is no schema',
      () => flow({ name: 'f', steps: [{ gate: 'ok', form: { type: 'nonsense' } }] }),
    ],
    ['a form that is no object', () => flow({ name: 'f', steps: [{ gate: 'ok', form: true }] })],
    ['nobody to ask', () => gate({ approvers: [] })],
    ['an option misspelt', () => gate({ aprovers: ['ann'] } as never)],
    ['a form that time would fill in', () => gate({ form, expires: '1h', onExpire: 'approve' })],
    ['a mapper that is none', () => workflow('w').step('ok', gate(), { title: 'Buy?' } as never)],
  ])('is refused where it is made: %s', (_what, make) => {
    let code = 'none'
    try {
      make()
    } catch (error) {
      code = (error as StatorError).code
    }
    expect(code).toBe('DEFINITION_INVALID')
  })
})
