/** docs/preflight.md says what the catalogue says, and each of its examples is so: the first has the finding, the second has not. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { runInThisContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createMachine, setup } from 'xstate'
import { fromTask, gate, preflight, PREFLIGHT_CODES, signal, task, workflow } from 'stator'
import type { Condition } from '../../src/messages/flow.ts'
import { PREFLIGHT } from '../../src/preflight/codes.ts'
import { branch, emptyWorkflow, flowOf, loop, step } from './support.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../docs/preflight.md'), 'utf8')
const [, codes = ''] = page.split('\n## Codes\n')
const sections = new Map(
  codes
    .split('\n### ')
    .slice(1)
    .map(section => [section.slice(0, section.indexOf('\n')), section.replaceAll(/\s+/g, ' ')] as const),
)
const examples = new Map(
  codes
    .split('\n### ')
    .slice(1)
    .map(section => [
      section.slice(0, section.indexOf('\n')),
      [...section.matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code),
    ]),
)

const poll = 7
/** What the examples may name. */
const scope = {
  createMachine,
  setup,
  workflow,
  fromTask,
  gate,
  ...Object.fromEntries(
    ['book', 'build', 'cancelBooking', 'deploy', 'mail', 'pay', 'quote', 'ship'].map(name => [
      name,
      task(name),
    ]),
  ),
  payment: signal('payment'),
  isSmall: () => true,
  isBig: () => true,
  poll,
  size: { from: 'input', path: ['size'] },
  branchOf: (when: Condition) => ({ ...emptyWorkflow, flow: flowOf([branch('size', [when], [undefined])]) }),
  loopWhile: (condition: Condition) => ({
    ...emptyWorkflow,
    flow: flowOf([loop('until', condition, step('poll', { index: poll }))]),
  }),
}

function findingsOf(code: string): string[] {
  const make = runInThisContext(`(({ ${Object.keys(scope).join(', ')} }) => (${code.trim()}))`) as (
    given: typeof scope,
  ) => Parameters<typeof preflight>[0]
  return preflight(make(scope)).map(finding => finding.code)
}

test('every code has its section, with the words of the catalogue', () => {
  expect([...sections.keys()].toSorted()).toEqual(PREFLIGHT_CODES.toSorted())
  for (const code of PREFLIGHT_CODES) {
    const { severity, means, suggestion } = PREFLIGHT[code]
    expect(sections.get(code)).toContain(`_${severity}_`)
    expect(sections.get(code)).toContain(means)
    expect(sections.get(code)).toContain(`_Suggestion:_ ${suggestion}`)
  }
})

test.each(PREFLIGHT_CODES)('%s: the first example has it, the second has not', code => {
  const all = examples.get(code) ?? []
  expect(all.length).toBeGreaterThanOrEqual(2)
  const found = all.map(example => findingsOf(example).includes(code))
  expect(found).toEqual(all.map((_, index) => index % 2 === 0))
})
