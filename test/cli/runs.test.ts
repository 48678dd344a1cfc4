/** stator runs: what a journal says of its runs is what its runtime would say. */
import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { Address, Runtime } from 'stator'
import { checkpoint, drafts, type Draft } from '../../src/testing/journal-suite/fixtures.ts'
import { newClock, pass, settled, startOfTime } from '../ledger/support.ts'
import { call, callIn, cells, journalFile, release, service, written } from './support.ts'

interface Listed {
  runs: {
    id: string
    workflow: string
    version: string
    state: string
    alive: boolean
    started: number | null
    ended: number | null
    held: { code: string; reason: string } | null
    progress: { done: number; total: number | null } | null
  }[]
  next: string | null
}
const listed = async (...argv: string[]): Promise<Listed> =>
  (await call('runs', '--json', ...argv)).json as Listed
const ids = ({ runs }: Listed): string[] => runs.map(({ id }) => id)

const start = (id: string, rest: Draft = {}): Draft => ({
  type: 'workflow.start',
  name: 'workflow.running',
  to: `workflow/${id}`,
  correlationId: `workflow/${id}`,
  data: { workflow: 'release', version: '7', hash: 'h', input: null },
  ...rest,
})

async function three(runtime: Runtime): Promise<void> {
  await (await runtime.start(release, null, { id: 'good' })).outcome()
  await (await runtime.start(release, null, { id: 'bad' })).outcome()
  const long = await runtime.start(release, null, { id: 'long' })
  await long.task('build').result()
  await settled()
}

test('lists them newest first, beside an owner that lives and works', async () => {
  const file = journalFile()
  await three(await service(file))
  const { runs, next } = await listed(file)
  expect(
    runs.map(({ id, workflow, version, state, alive }) => [id, workflow, version, state, alive]),
  ).toEqual([
    ['long', 'release', '7', 'running', true],
    ['bad', 'release', '7', 'failed', false],
    ['good', 'release', '7', 'completed', false],
  ])
  expect(next).toBeNull()
})

test('as a table: one line a run, with when it started and how long it takes', async () => {
  const file = journalFile()
  const clock = newClock()
  const runtime = await service(file, clock)
  await (await runtime.start(release, null, { id: 'good' })).outcome()
  await pass(clock, 90_000)
  await runtime.start(release, null, { id: 'long' })
  await settled()
  const { code, out, err } = await callIn({ now: clock.now() + 3_723_000 }, 'runs', file)
  expect([code, err]).toEqual([0, ''])
  const [head = [], ...rows] = cells(out)
  expect(head.slice(0, 6)).toEqual(['RUN', 'WORKFLOW', 'VERSION', 'STATE', 'STARTED', 'DURATION'])
  expect(rows.map(row => row.slice(0, 6))).toEqual([
    ['long', 'release', '7', 'running', new Date(startOfTime + 90_000).toISOString(), '1h 2m'],
    ['good', 'release', '7', 'completed', new Date(startOfTime).toISOString(), '0ms'],
  ])
})

test('says the same after the owner closed, and of steps that are done what it counted', async () => {
  const file = journalFile()
  const runtime = await service(file)
  await three(runtime)
  const before = await listed(file)
  expect(before.runs[0]?.progress).toMatchObject({ done: 1 })
  await runtime.close()
  const after = await listed(file)
  expect(after.runs[0]?.progress).toEqual({ done: 1, total: 2 })
  expect(after.runs.map(({ id, state, ended }) => [id, state, ended])).toEqual(
    before.runs.map(({ id, state, ended }) => [id, state, ended]),
  )
})

test('lists those in one state', async () => {
  const file = journalFile()
  await three(await service(file))
  expect(ids(await listed(file, '--state', 'failed'))).toEqual(['bad'])
  expect(ids(await listed(file, '--state', 'running'))).toEqual(['long'])
  expect((await call('runs', file, '--state', 'pending')).out).toBe('No runs.\n')
})

test('one in a state that has states in it is in that state', async () => {
  const file = journalFile()
  written(file, [
    start('waits', { toState: 'running.waiting' }),
    start('other', { toState: 'runningly' }),
    start('paused', { toState: 'paused.waiting' }),
  ])
  expect(ids(await listed(file, '--state', 'running'))).toEqual(['waits'])
  expect(ids(await listed(file, '--state', 'running.waiting'))).toEqual(['waits'])
})

test('of one that was brought to another version, that version: while it lives, and after its end', async () => {
  const file = journalFile()
  const migrated = (id: string, version: string, rest: Draft = {}): Draft => ({
    type: 'hub.migrate',
    name: 'workflow.migrated',
    to: `workflow/${id}`,
    correlationId: `workflow/${id}`,
    data: { to: { name: 'release', version, hash: 'h' } },
    toState: 'running',
    ...rest,
  })
  const refused = { code: 'VERSION_MISSING', message: 'no', allowed: [] }
  written(
    file,
    [
      start('over'),
      start('alive'),
      start('same'),
      migrated('over', '8'),
      migrated('alive', '8'),
      migrated('over', '9'),
      migrated('same', '8', { refused }),
      end('over', 'completed'),
      end('same', 'failed'),
    ],
    [checkpoint('workflow/alive', { definition: { name: 'release', version: '8', hash: 'h' }, seq: 5 })],
  )
  const { runs } = await listed(file)
  expect(runs.map(({ id, version }) => [id, version])).toEqual([
    ['same', '7'],
    ['alive', '8'],
    ['over', '9'],
  ])
  const { runs: ended } = await listed(file, '--state', 'completed')
  expect(ended.map(({ id, version }) => [id, version])).toEqual([['over', '9']])
})

test('one that waits for an operator says which step of it, and why, also after it was paused', async () => {
  const file = journalFile()
  const error = { name: 'Error', message: 'the bank is closed', code: 'HANDLER_FAILED' }
  const stopped = (id: string, data: NonNullable<Draft['data']>): Draft => ({
    type: 'step.done',
    name: 'workflow.held',
    to: `workflow/${id}`,
    correlationId: `workflow/${id}`,
    from: `task/${id}/pay/undo`,
    fromState: 'compensating',
    toState: 'held',
    data,
  })
  const again: Draft = { to: 'workflow/undo', type: 'workflow.resume', fromState: 'paused', toState: 'held' }
  written(file, [
    start('undo'),
    start('step'),
    stopped('undo', { undo: true, error }),
    again,
    stopped('step', {}),
  ])
  expect((await listed(file)).runs.map(({ id, state, held }) => [id, state, held])).toEqual([
    ['step', 'held', { code: 'STEP_HELD', reason: 'task/step/pay/undo: no reason was given' }],
    ['undo', 'held', { code: 'COMPENSATION_HELD', reason: 'task/undo/pay/undo: the bank is closed' }],
  ])
})

test('a page at a time, without a gap and without a double', async () => {
  const file = journalFile()
  const names = Array.from({ length: 450 }, (_, index) => `r${index}`)
  written(
    file,
    names.map(id => start(id)),
  )
  const found: string[] = []
  let pages = 0
  for (let after: string[] = []; ; pages++) {
    const page = await listed(file, '--limit', '97', ...after)
    found.push(...ids(page))
    if (page.next === null) break
    expect(page.runs).toHaveLength(97)
    after = ['--after', page.next]
  }
  expect(found).toEqual(names.toReversed())
  expect(pages).toBe(4)
})

const end = (id: string, state: string): Draft => ({
  type: 'step.done',
  name: `workflow.${state}`,
  to: `workflow/${id}`,
  correlationId: `workflow/${id}`,
  toState: state,
  final: true,
})

test('those that ended in one state, a page at a time, the newest end first', async () => {
  const file = journalFile()
  const names = Array.from({ length: 30 }, (_, index) => `r${index}`)
  written(file, [
    ...names.map(id => start(id)),
    ...names.map((id, index) => end(id, index % 3 === 0 ? 'failed' : 'completed')),
    { ...end('r1', 'failed'), to: 'task/x', final: false },
  ])
  const found: string[] = []
  for (let after: string[] = []; ;) {
    const page = await listed(file, '--state', 'failed', '--limit', '4', ...after)
    found.push(...ids(page))
    if (page.next === null) break
    after = ['--after', page.next]
  }
  expect(found).toEqual(names.filter((_, index) => index % 3 === 0).toReversed())
})

test('one that ended after a page began, or in a state of its own, has ended all the same', async () => {
  const file = journalFile()
  written(file, [start('own'), start('late'), end('own', 'archived'), start('new'), end('late', 'failed')])
  const { runs, next } = await listed(file, '--limit', '1')
  expect(runs).toMatchObject([{ id: 'new', alive: true }])
  const older = await listed(file, '--after', String(next))
  expect(older.runs.map(({ id, state, alive, ended }) => [id, state, alive, ended])).toEqual([
    ['late', 'failed', false, 1_050],
    ['own', 'archived', false, 1_030],
  ])
})

test('a page that ends with the last run says that it was all', async () => {
  const file = journalFile()
  written(file, [start('a'), start('b')])
  expect((await listed(file, '--limit', '2')).next).toBeNull()
  const { out } = await call('runs', file, '--limit', '1')
  const { next } = await listed(file, '--limit', '1')
  expect(out).toContain(`--after ${next}`)
})

test('runs that are steps of others are listed when that is asked for', async () => {
  const file = journalFile()
  written(file, [start('a'), start('a/sub', { correlationId: 'workflow/a' })])
  expect(ids(await listed(file))).toEqual(['a'])
  expect(ids(await listed(file, '--all'))).toEqual(['a/sub', 'a'])
})

test('a start that was refused is no run, nor is one whose data was erased', async () => {
  const file = journalFile()
  const refused = { code: 'EVENT_REFUSED', message: 'no', allowed: [] }
  const { journal } = written(file, [
    start('refused', { refused }),
    start('erased', { final: true }),
    start('kept'),
  ])
  journal.prune({ correlationIds: ['workflow/erased'], dropTo: 0 })
  expect(ids(await listed(file))).toEqual(['kept'])
})

test('one that lives on after the record of its start was dropped is still listed', async () => {
  const file = journalFile()
  const address: Address = 'workflow/old'
  const scribe = written(
    file,
    [start('old'), ...drafts(20, () => ({ to: 'task/x', correlationId: 'task/x' })), start('new')],
    [checkpoint(address, { definition: { name: 'release', version: '7', hash: 'h' }, createdSeq: 1 })],
  )
  scribe.write([], { tailAfter: 20 })
  scribe.journal.prune({ correlationIds: [], dropTo: 20 })
  const { runs } = await listed(file)
  expect(runs.map(({ id, workflow, state, started }) => [id, workflow, state, started])).toEqual([
    ['new', 'release', 'running', 1_220],
    ['old', 'release', 'running', null],
  ])
  const { next } = await listed(file, '--limit', '1')
  expect(ids(await listed(file, '--limit', '1', '--after', String(next)))).toEqual(['old'])
})

test('the words that came after an end change nothing', async () => {
  const file = journalFile()
  const refused = { code: 'RECIPIENT_UNKNOWN', message: 'nobody lives at that address', allowed: [] }
  const late = { to: 'workflow/a', type: 'step.done', toState: null, refused } as const
  written(file, [start('a'), end('a', 'completed'), ...drafts(50, () => late)])
  expect((await listed(file)).runs[0]).toMatchObject({ state: 'completed', alive: false, ended: 1_020 })
})

test('one that is held says why, until it is released', async () => {
  const file = journalFile()
  const held = { code: 'MACHINE_FAULT', reason: 'stormy', signal: 1 }
  const scribe = written(
    file,
    [start('kept'), start('tail'), start('moved')],
    [checkpoint('workflow/kept', { held, seq: 3 })],
  )
  const refused = { code: 'MACHINE_FAULT', message: 'windy', allowed: ['workflow.cancel'] }
  const told = { code: 'MACHINE_FAULT', message: 'told', allowed: ['fault'] }
  scribe.write([
    { to: 'workflow/tail', type: 'step.done', refused },
    { to: 'workflow/moved', type: 'step.done', refused: told },
  ])
  const states = async (): Promise<unknown[]> =>
    (await listed(file)).runs.map(({ id, state, held: why }) => [id, state, why?.reason])
  expect(await states()).toEqual([
    ['moved', 'running', undefined],
    ['tail', 'held', 'windy'],
    ['kept', 'held', 'stormy'],
  ])
  expect((await call('runs', file)).out).toContain('MACHINE_FAULT: stormy')
  const releaseOf = (address: string): Draft => ({ to: 'system/hub', type: 'hub.release', data: { address } })
  scribe.write([releaseOf('workflow/tail'), releaseOf('workflow/kept')])
  expect(await states()).toEqual([
    ['moved', 'running', undefined],
    ['tail', 'running', undefined],
    ['kept', 'running', undefined],
  ])
})

test.each([
  { what: 'no such file', code: 'JOURNAL_MISSING', make: () => {} },
  {
    what: 'no journal',
    code: 'JOURNAL_DAMAGED',
    make: (file: string) => writeFileSync(file, 'something else'),
  },
  {
    what: 'a newer journal',
    code: 'JOURNAL_NEWER',
    make: (file: string) => {
      written(file, []).journal.close()
      const db = new DatabaseSync(file)
      db.exec('PRAGMA user_version = 1000')
      db.close()
    },
  },
  {
    what: 'a damaged journal',
    code: 'JOURNAL_DAMAGED',
    make: (file: string) => {
      written(file, [start('a')]).journal.close()
      const db = new DatabaseSync(file)
      db.exec(`UPDATE records SET head = '["workflow.start",'`)
      db.close()
    },
  },
])('$what is exit code 2, with $code and what to do', async ({ code, make }) => {
  const file = journalFile()
  make(file)
  const called = await call('runs', file)
  expect([called.code, called.out]).toEqual([2, ''])
  const [first, second = ''] = called.err.trimEnd().split('\n')
  expect(first).toMatch(new RegExp(`^${code}: `))
  expect(second.length).toBeGreaterThan(10)
  expect((await call('runs', file, '--json')).json).toMatchObject({ error: { code } })
})
