/**
 * A10, examples that run: sequential, parallel (three tasks, three times faster than in sequence), dependencies, agents from
 * personas, and three independent named tasks beside each other with live signals. `npm run examples` runs them all as processes of their own.
 */
import { afterEach, expect, test, vi } from 'vitest'

const print = vi.spyOn(console, 'log').mockImplementation(() => {})
afterEach(() => print.mockClear())

/** What the example prints. It fails by itself when its own assertions do. */
async function output(load: () => Promise<unknown>): Promise<string> {
  await load()
  return print.mock.calls.map(call => call.join(' ')).join('\n')
}

test('sequential', async () => {
  const text = await output(() => import('../../examples/sequence.ts'))
  expect(text).toContain('fox.txt has 9 words')
  expect(text).toContain('in this order: a, b, c')
})

test('parallel: three tasks, about three times faster than in sequence', async () => {
  const text = await output(() => import('../../examples/parallel.ts'))
  expect(text).toMatch(/in parallel (2\.[1-9]|3\.\d) times faster than in sequence/)
})

test('dependencies', async () => {
  const text = await output(() => import('../../examples/dependencies.ts'))
  expect(text).toContain('built: site(core.js pages.js styles.js)')
  expect(text).toContain('bindings blocked: blocked: native ended with HANDLER_FAILED')
  expect(text).toContain('CYCLE: chicken → egg → chicken')
})

test('three independent named tasks beside each other, with live signals', async () => {
  const text = await output(() => import('../../examples/named-tasks.ts'))
  const lines = text.split('\n').map(line => line.trim().split(/\s+/).slice(0, 2).join(' '))
  const names = ['invoices', 'payroll', 'taxes']
  expect(lines.slice(0, 3)).toEqual(names.map(name => `task.started task/${name}`))
  for (const name of names) expect(lines).toContain(`task.completed task/${name}`)
})

test('agents from personas', async () => {
  const text = await output(() => import('../../examples/personas.ts'))
  expect(text).toContain('critic: review, english and product, 2 at once')
  expect(text).toContain('runs can be paused → writer (Say what a change means to its users; 2 instructions)')
  expect(text).toContain('team.yaml:4:5 unknown field gaol: did you mean goal?')
})

test('agents that share what they find', async () => {
  const text = await output(() => import('../../examples/context.ts'))
  expect(text).toContain('4 findings in version 4, none lost')
  expect(text).toContain('client/bob (I saw no report) expected version 4')
  expect(text).toContain('client/ann (the run is over) had made version 5')
})
