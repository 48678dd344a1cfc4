// Asking at the terminal: what counts as an answer, and what leaves the question open.
// Never in here: what an answer does.
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { terminalAsker } from '../../examples/audit/ask.ts'
import type { Answer } from '../../examples/audit/ask.ts'

const never = new AbortController().signal

const asked = async (typed: string): Promise<{ answer: Answer | undefined; shown: string }> => {
  const [input, output] = [new PassThrough(), new PassThrough()]
  input.end(typed)
  const answer = await terminalAsker(input, output)('Publish it?', never)
  return { answer, shown: String(output.read() ?? '') }
}

test.each<[string, Answer | undefined]>([
  ['y\n\n', { approved: true }],
  ['Yes\nlooks fine \n', { approved: true, note: 'looks fine' }],
  ['n\ntoo early\n', { approved: false, reason: 'too early' }],
  ['NO\n\n', { approved: false, reason: 'no reason given' }],
  ['y', { approved: true }],
  ['', undefined],
  ['perhaps\n', undefined],
])('%j comes to %j', async (typed, answer) => {
  expect((await asked(typed)).answer).toEqual(answer)
})

test('what is no answer is asked again', async () => {
  const { answer, shown } = await asked('what?\n\ny\n\n')
  expect(answer).toEqual({ approved: true })
  expect(shown.split('Publish it? (y/n) ')).toHaveLength(4)
})

test('whoever stops while it is asked has not answered, and lets go of the terminal', async () => {
  const input = new PassThrough()
  const stop = new AbortController()
  const answer = terminalAsker(input, new PassThrough())('Publish it?', stop.signal)
  stop.abort(new Error('Ctrl-C'))
  await expect(answer).rejects.toThrow('Ctrl-C')
  expect(input.listenerCount('data')).toBe(0)
})
