/** stator preflight: what it finds is what preflight() finds, and its exit code says whether that is to stop a release. */
import { expect, test } from 'vitest'
import { preflight } from '../../src/preflight/preflight.ts'
import { lost, waiting } from './modules/findings.ts'
import { call } from './support.ts'

interface Checked {
  ok: boolean
  workflows: { workflow: string; version: string; findings: { code: string }[] }[]
}

test.each([
  { name: 'fine', strict: false, code: 0 },
  { name: 'fine', strict: true, code: 0 },
  { name: 'waiting', strict: false, code: 0 },
  { name: 'waiting', strict: true, code: 1 },
  { name: 'lost', strict: false, code: 1 },
])('of $name, strict: $strict, the exit code is $code', async ({ name, strict, code }) => {
  const called = await call('preflight', 'findings.ts', name, '--json', ...(strict ? ['--strict'] : []))
  expect([called.code, called.err]).toEqual([code, ''])
  const { ok, workflows } = called.json as Checked
  expect([ok, workflows.map(each => each.workflow)]).toEqual([code === 0, [name]])
})

test('without a name all workflows are checked, with the findings of preflight()', async () => {
  const { code, json } = await call('preflight', 'findings.ts', '--json')
  expect(code).toBe(1)
  const { workflows } = json as Checked
  const found = new Map(workflows.map(({ workflow, findings }) => [workflow, findings]))
  expect(found.get('waiting')).toEqual(preflight(waiting))
  expect(found.get('lost')).toEqual(preflight(lost))
  expect(found.get('fine')).toEqual([])
  expect(found.get('waiting')?.length).toBeGreaterThan(0)
})

test('for people: each finding with its code, where, the way there, and what to do', async () => {
  const { out } = await call('preflight', 'findings.ts')
  for (const { severity, code, state, path, message, suggestion } of [
    ...preflight(waiting),
    ...preflight(lost),
  ]) {
    expect(out).toContain(`  ${severity} ${code} at ${state}: ${message}\n`)
    expect(out).toContain(`reached by ${path.join(' > ')}\n`)
    expect(out).toContain(`    ${suggestion}\n`)
  }
  expect(out).toContain('fine@1: nothing to say\n')
})

test('a name that none has is refused, with those there are', async () => {
  const { code, err } = await call('preflight', 'findings.ts', 'nobody')
  expect(code).toBe(2)
  expect(err).toMatch(/^COMMAND_INVALID: .*there is no workflow nobody.*waiting@1/)
})

test('a module that does not load is refused', async () => {
  const { code, err } = await call('preflight', 'throws.ts')
  expect(code).toBe(2)
  expect(err).toMatch(/^MODULE_INVALID: .*no database here/)
})
