/**
 * Escalation: a handler cannot go on, says why and what it tried, and asks people: the first has no time, the second answers. Its agent
 * gets no other work meanwhile. What people are told here on the terminal may as well be a message or a mail.
 */
import assert from 'node:assert/strict'
import { agent, createRuntime, task, type GateInfo } from 'stator'
import { z } from 'zod'

const refused = (error: { code: string }): void => console.log('refused:', error.code)

// #region ask
const book = task('book', {
  input: z.object({ supplier: z.string(), euros: z.number() }),
  output: z.object({ account: z.string(), by: z.string() }),
})

const bookkeeper = agent('bookkeeper').handle(book, async ({ supplier, euros }, ctx) => {
  const { by, data } = await ctx.escalate({
    title: `Which account for ${supplier}?`,
    reason: 'no rule fits',
    details: { euros },
    attemptedSolutions: ['looked for the supplier in last year'],
    form: z.object({ account: z.enum(['travel', 'tools']) }),
    approvers: ['ann', 'bob'],
    strict: true,
    expires: '7d',
  })
  return { account: data.account, by }
})
// #endregion

// #region told
await using runtime = await createRuntime({
  agents: [bookkeeper],
  notify: {
    gate: ({ type, gate }) => console.log(`${type}: ${gate.title} (${gate.assignedTo} is asked)`),
  },
})
// #endregion
const handle = await runtime.submit(book, { supplier: 'Rail', euros: 42 }, { id: 'invoice-7' })

// #region answer
async function answer({ id, reason, details }: GateInfo): Promise<void> {
  console.log('because', reason, details)
  await runtime.gates.escalate(id, { by: 'ann', reason: 'I am on holiday' })
  // A strict gate takes the answer of nobody else; and what does not fit the form is not taken, either.
  await runtime.gates.approve(id, { by: 'ann', data: { account: 'tools' } }).catch(refused)
  await runtime.gates.approve(id, { by: 'bob', data: { account: 'fun' } }).catch(refused)
  console.log('meanwhile its agent is', runtime.agents.get('bookkeeper')?.state)
  await runtime.gates.approve(id, { by: 'bob', data: { account: 'travel' } })
}
runtime.gates.opened$.subscribe(gate => void answer(gate))
// #endregion

const result = await handle.result()
console.log(result)
assert.deepEqual(result, { account: 'travel', by: 'bob' })
const [gate] = runtime.gates.list({ state: 'approved' }).gates
assert.deepEqual(
  gate?.assignments.map(({ to, by }) => [to, by]),
  [
    ['ann', null],
    ['bob', 'ann'],
  ],
)
