/** stator history: the signals of a run as they were recorded, and nothing that a terminal would obey. */
import { expect, test } from 'vitest'
import type { Signal } from 'stator'
import { settled } from '../ledger/support.ts'
import { call, cells, journalFile, release, service, written } from './support.ts'

interface Shown {
  run: string
  signals: Signal[]
  next: string | null
}
const shown = async (...argv: string[]): Promise<Shown> =>
  (await call('history', '--json', ...argv)).json as Shown
const places = ({ signals }: Shown): number[] => signals.map(({ seq }) => seq)

test('shows all of a run and its tasks, oldest first, as the runtime itself does', async () => {
  const file = journalFile()
  const runtime = await service(file)
  await (await runtime.start(release, null, { id: 'other' })).outcome()
  await (await runtime.start(release, null, { id: 'good' })).outcome()
  const { run, signals, next } = await shown(file, 'good')
  expect([run, next]).toEqual(['workflow/good', null])
  expect(signals).toEqual(runtime.history({ correlationId: 'workflow/good' }))
  expect(new Set(signals.map(({ to }) => to))).toEqual(
    new Set(['workflow/good', 'task/good/build', 'task/good/ship']),
  )
})

test('as a table: when, which, of whom, from which state to which', async () => {
  const file = journalFile()
  const runtime = await service(file)
  await (await runtime.start(release, null, { id: 'good' })).outcome()
  const { code, out } = await call('history', file, 'workflow/good')
  expect(code).toBe(0)
  const [head = [], ...rows] = cells(out)
  expect(head.slice(0, 6)).toEqual(['POSITION', 'TIME', 'SIGNAL', 'TO', 'FROM', 'STATE'])
  const signals = runtime.history({ correlationId: 'workflow/good' })
  expect(rows.map(([position, time, name, to, from]) => [position, time, name, to, from])).toEqual(
    signals.map(({ seq, at, name, to, from }) => [String(seq), new Date(at).toISOString(), name, to, from]),
  )
  expect(rows.at(-1)?.at(-1)).toMatch(/^running → completed$/)
})

test('as a table it says why: what failed, and which reason somebody gave', async () => {
  const file = journalFile()
  const runtime = await service(file)
  await (await runtime.start(release, null, { id: 'bad' })).outcome()
  const long = await runtime.start(release, null, { id: 'long' })
  await long.task('build').result()
  await settled()
  await long.cancel('no more')
  await long.outcome()
  const failed = cells((await call('history', file, 'bad', '--types', 'task.failed')).out)
  expect(failed.at(-1)?.at(-1)).toBe(String.raw`HANDLER_FAILED: no \u001b[31mdock\u001b[0m`)
  const cancelled = cells((await call('history', file, 'workflow/long', '--types', 'workflow.cancel')).out)
  expect(cancelled.map(row => row.at(-1))).toEqual(['WHY', 'no more'])
})

test('what users put into a message is shown by no name that it has there', async () => {
  const file = journalFile()
  const odd = [
    { error: 'text' },
    { error: null },
    { error: { message: 5 } },
    { reason: {} },
    [1],
    'text',
    null,
  ]
  written(file, odd.map(data => ({ to: 'workflow/a', correlationId: 'workflow/a', data })) as never)
  const { code, out } = await call('history', file, 'a')
  expect(code).toBe(0)
  expect(cells(out)).toHaveLength(odd.length + 1)
})

test('of a step alone, with what is below it, and of a task that is in no run', async () => {
  const file = journalFile()
  written(
    file,
    [
      { to: 'workflow/a' },
      { to: 'task/a/s' },
      { to: 'task/a/s/2' },
      { to: 'task/a/st' },
      { to: 'workflow/a/s' },
      { to: 'task/alone', correlationId: 'task/alone' },
      { to: 'workflow/a', correlationId: 'task/alone' },
    ].map(draft => ({ correlationId: 'workflow/a', ...draft }) as never),
  )
  expect(places(await shown(file, 'a'))).toEqual([1, 2, 3, 4, 5])
  expect(places(await shown(file, 'task/a/s'))).toEqual([2, 3])
  expect(places(await shown(file, 'workflow/a/s'))).toEqual([3, 5])
  expect(places(await shown(file, 'task/alone'))).toEqual([6, 7])
})

test('only the types that are asked for, by type or by name', async () => {
  const file = journalFile()
  const runtime = await service(file)
  await (await runtime.start(release, null, { id: 'good' })).outcome()
  const names = async (types: string[]): Promise<string[]> =>
    (await shown(file, 'good', ...types)).signals.map(({ name }) => name)
  expect(await names(['--types', 'task.completed'])).toEqual(['task.completed', 'task.completed'])
  expect(await names(['--types', 'task.completed,workflow.completed'])).toEqual([
    'task.completed',
    'task.completed',
    'workflow.completed',
  ])
  expect(await names(['--types', 'task.completed', '--types', 'workflow.completed'])).toHaveLength(3)
  expect((await call('history', file, 'good', '--types', 'nothing')).out).toBe(
    'No such signals of workflow/good.\n',
  )
})

test('a page at a time: what follows begins after the cursor', async () => {
  const file = journalFile()
  written(
    file,
    Array.from({ length: 25 }, () => ({})),
  )
  const first = await shown(file, 'run-1', '--limit', '10')
  const second = await shown(file, 'run-1', '--limit', '10', '--after', String(first.next))
  const third = await shown(file, 'run-1', '--limit', '10', '--after', String(second.next))
  expect([...places(first), ...places(second), ...places(third)]).toEqual(
    Array.from({ length: 25 }, (_, index) => index + 1),
  )
  expect(third.next).toBeNull()
  expect((await call('history', file, 'run-1', '--limit', '10')).out).toContain(`--after ${first.next}`)
})

test('refusals are shown, and their control characters as text', async () => {
  const file = journalFile()
  const refused = { code: 'EVENT_REFUSED', message: 'a\u001B]0;title\u0007\nb \u202Ec', allowed: [] }
  written(file, [{ refused }])
  const { out } = await call('history', file, 'run-1')
  expect(out).toContain(String.raw`EVENT_REFUSED: a\u001b]0;title\u0007 b \u202ec`)
  expect(Array.from(out).filter(letter => letter !== '\n' && letter < ' ')).toEqual([])
})

test('a run whose owner works on is shown as far as it came', async () => {
  const file = journalFile()
  const runtime = await service(file)
  const run = await runtime.start(release, null, { id: 'long' })
  await run.task('build').result()
  await settled()
  const before = await shown(file, 'long')
  expect(before.signals.at(-1)?.final).toBe(false)
  await run.cancel()
  await run.outcome()
  const { signals } = await shown(file, 'long', '--after', String(before.next ?? 'start'))
  expect(signals.length).toBeGreaterThan(before.signals.length)
  expect(signals.at(-1)).toMatchObject({ to: 'workflow/long', toState: 'cancelled', final: true })
})

test.each([
  { what: 'a run that never was', argv: ['nobody'], code: 'NOT_FOUND' },
  { what: 'no id', argv: ['not an id'], code: 'ADDRESS_INVALID' },
  { what: 'no cursor', argv: ['run-1', '--after', 'UP!'], code: 'INPUT_INVALID' },
  { what: 'a wrong limit', argv: ['run-1', '--limit', 'all'], code: 'COMMAND_INVALID' },
  { what: 'an empty type', argv: ['run-1', '--types', 'a,,b'], code: 'COMMAND_INVALID' },
])('$what is refused with $code', async ({ argv, code }) => {
  const file = journalFile()
  written(file, [{}])
  const called = await call('history', file, ...argv)
  expect([called.code, called.out]).toEqual([2, ''])
  expect(called.err).toMatch(new RegExp(`^${code}: `))
})
