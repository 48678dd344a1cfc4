/** stator upgrade-check: what it says of living runs, and its exit code, are those of upgradeCheck(). */
import { expect, test } from 'vitest'
import type { UpgradeReport } from '../../src/runtime/upgrade-check.ts'
import { settled } from '../ledger/support.ts'
import { call, cells, journalFile, release, service } from './support.ts'

/** A journal with a run that has ended, and one that has not. */
async function living(): Promise<string> {
  const file = journalFile()
  const runtime = await service(file)
  await (await runtime.start(release, null, { id: 'good' })).outcome()
  const run = await runtime.start(release, null, { id: 'long' })
  await run.task('build').result()
  await settled()
  await runtime.close()
  return file
}

test.each([
  { module: 'seven.ts', verdict: 'same', code: 0 },
  { module: 'both.ts', verdict: 'pinned', code: 0 },
  { module: 'eight.ts', verdict: 'refused', code: 1 },
])('of a run on version 7, $module: $verdict, and exit code $code', async ({ module, verdict, code }) => {
  const called = await call('upgrade-check', await living(), module, '--json')
  expect([called.code, called.err]).toEqual([code, ''])
  const report = called.json as UpgradeReport
  expect(report.runs).toMatchObject([{ run: 'workflow/long', workflow: 'release', version: '7', verdict }])
  expect(report.ok).toBe(code === 0)
})

test('as a table, with every reason of who would be held', async () => {
  const file = await living()
  const { json } = await call('upgrade-check', file, 'eight.ts', '--json')
  const { out } = await call('upgrade-check', file, 'eight.ts')
  expect(cells(out).slice(0, 2)).toEqual([
    ['RUN', 'WORKFLOW', 'VERSION', 'VERDICT', 'GOES ON AS'],
    ['workflow/long', 'release', '7', 'refused'],
  ])
  const { runs } = json as UpgradeReport
  expect(runs[0]?.reasons.length).toBeGreaterThan(0)
  for (const reason of runs[0]?.reasons ?? []) expect(out).toContain(reason)
  expect(out).toMatch(/1 would be held\.\n$/)
})

test('where nothing lives everything can go on', async () => {
  const file = journalFile()
  await service(file)
  const { code, out } = await call('upgrade-check', file, 'eight.ts')
  expect(code).toBe(0)
  expect(out).toMatch(/^No living runs\.\n[^]*All can go on\.\n$/)
})

test('beside an owner that works on, it says what it can tell then', async () => {
  const file = journalFile()
  const runtime = await service(file)
  await (await runtime.start(release, null, { id: 'long' })).task('build').result()
  expect((await call('upgrade-check', file, 'seven.ts')).code).toBe(0)
  expect((await call('upgrade-check', file, 'eight.ts')).code).toBe(1)
  expect(runtime.held()).toEqual([])
})

test.each([
  { what: 'a journal that is not there', argv: ['nowhere.db', 'seven.ts'], code: 'JOURNAL_MISSING' },
  { what: 'a module that is not there', argv: ['', 'nowhere.ts'], code: 'MODULE_INVALID' },
  { what: 'one workflow twice, with two meanings', argv: ['', 'twice.ts'], code: 'ALREADY_REGISTERED' },
])('$what is exit code 2 with $code', async ({ argv: [file, module = ''], code }) => {
  const called = await call('upgrade-check', file === '' ? await living() : String(file), module)
  expect([called.code, called.out]).toEqual([2, ''])
  expect(called.err).toMatch(new RegExp(`^${code}: `))
})
