/** A budget: three questions to a model that must not cost more than was allowed, and the fourth that finds nothing left. */
import assert from 'node:assert/strict'
import { agent, createRuntime, task } from 'stator'
import { z } from 'zod'

const ask = task('ask', { input: z.object({ question: z.string(), tokens: z.int() }), output: z.string() })

/** A model that says what it used. */
const model = (question: string, tokens: number): { text: string; used: number } => ({
  text: `${question} 42.`,
  used: tokens,
})

const scholar = agent('scholar').handle(ask, ({ question, tokens }, ctx) =>
  ctx.do('model', () =>
    ctx.budget.use({ tokens: 400 }, meter => {
      const { text, used } = model(question, tokens)
      meter.add({ tokens: used })
      return text
    }),
  ),
)

await using runtime = await createRuntime({ agents: [scholar] })
await runtime.budgets.open('june', { tokens: 1_000 })

for (const [question, tokens] of [
  ['Why?', 300],
  ['How?', 350],
  ['When?', 100],
] as const) {
  const asked = await runtime.submit(ask, { question, tokens }, { budget: 'june' })
  const outcome = await asked.outcome()
  const { spent, left } = runtime.budgets.get('june') ?? {}
  console.log(
    question,
    outcome.output ?? outcome.error?.code,
    'spent',
    spent?.['tokens'],
    'left',
    left?.['tokens'],
  )
}
assert.equal(runtime.budgets.get('june')?.spent['tokens'], 650)

await runtime.budgets.raise('june', { tokens: 1_500 }, { by: 'ada', reason: 'one more question' })
const again = await runtime.submit(ask, { question: 'When?', tokens: 100 }, { budget: 'june' })
console.log(await again.result(), 'spent', runtime.budgets.get('june')?.spent['tokens'])
assert.equal(runtime.budgets.get('june')?.spent['tokens'], 750)
