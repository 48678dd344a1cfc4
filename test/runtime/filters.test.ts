/** What is asked of history and of actors: a wrong question is the caller's error, whatever the journal; a right one is answered. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { agent, createRuntime, memory, StatorError, task, type Journal, type Runtime } from 'stator'
import { readJournal, sqlite } from 'stator/sqlite'
import { codeOf } from '../ledger/support.ts'

const job = task('job')
const worker = agent('worker').handle(job, input => input)

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stator-filters-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'journal.db')
}

async function runtimeOn(journal: Journal, history = 1_000): Promise<Runtime> {
  const runtime = await createRuntime({ agents: [worker], journal, limits: { history } })
  onTestFinished(async () => runtime.close())
  for (let n = 0; n < 3; n++) await (await runtime.submit(job, n, { id: `t${n}` })).result()
  return runtime
}

/** The error with which it is refused, as text. */
function refusal(ask: () => unknown): string {
  try {
    ask()
  } catch (error) {
    if (error instanceof StatorError) return error.message
    throw error
  }
  return 'nothing was refused'
}

const WRONG: [what: string, filter: unknown][] = [
  ['object', null],
  ['object', 5],
  ['object', []],
  ['types', { types: 'task.completed' }],
  ['types', { types: [5] }],
  ['actor', { actor: 5 }],
  ['actor', { actor: 'nonsense' }],
  ['correlationId', { correlationId: null }],
  ['after', { after: 'x' }],
  ['after', { after: 1.5 }],
  ['before', { before: Number.NaN }],
  ['since', { since: new Date(0) }],
  ['until', { until: '1' }],
  ['limit', { limit: -1 }],
  ['limit', { limit: '5' }],
  ['order', { order: 'bogus' }],
  ['type', { type: 'task.completed' }],
]

describe.each([
  ['memory', () => memory()],
  ['sqlite', () => sqlite(file())],
])('with the journal in %s', (_, journal) => {
  test('a filter that is none is refused by its name, by history and by recent', async () => {
    const runtime = await runtimeOn(journal())
    for (const [what, filter] of WRONG)
      for (const ask of [() => runtime.history(filter as object), () => runtime.recent(filter as object)]) {
        expect(refusal(ask)).toMatch(/^INPUT_INVALID/)
        expect(refusal(ask)).toContain(what)
      }
  })

  test('a stream from nowhere or of nothing is refused before it is read', async () => {
    const runtime = await runtimeOn(journal())
    const wrong: [string, unknown][] = [
      ['object', null],
      ['from', { from: 5 }],
      ['!', { from: '!' }],
      ['types', { types: 'task.completed' }],
      ['task', { task: 5 }],
      ['workflow', { workflow: 'a b' }],
      ['agent', { agent: '' }],
      ['form', { form: 'start' }],
      ['one recipient', { task: 't0', agent: 'worker' }],
    ]
    for (const [what, options] of wrong) {
      const refused = refusal(() => runtime.signals(options as object))
      expect(refused).toMatch(/^INPUT_INVALID/)
      expect(refused).toContain(what)
    }
  })

  test('an actor that has no address is no actor, and no damage', async () => {
    const { actors } = await runtimeOn(journal())
    for (const address of [5, null, undefined, 'nonsense', 'task/', {}])
      expect(refusal(() => actors.get(address as never))).toMatch(/^INPUT_INVALID.*address/)
    for (const [what, filter] of [
      ['object', null],
      ['kind', { kind: 'robot' }],
      ['state', { state: 5 }],
    ] as const)
      expect(refusal(() => actors.list(filter as object))).toMatch(new RegExp(`^INPUT_INVALID.*${what}`))
  })

  test('what is undefined, or endless, bounds nothing', async () => {
    const runtime = await runtimeOn(journal())
    const all = runtime.history()
    const endless = { before: Infinity, until: Infinity, limit: Infinity, since: -Infinity }
    const absent = { types: undefined, actor: undefined, order: undefined, limit: undefined }
    expect(runtime.history(endless)).toEqual(all)
    expect(runtime.history(absent as object)).toEqual(all)
    expect(runtime.recent(endless)).toEqual(all)
    expect(runtime.history({ limit: 0 })).toEqual([])
  })

  test('once it is closed, everything that would be read says CLOSED', async () => {
    const runtime = await runtimeOn(journal())
    await runtime.close()
    for (const ask of [
      () => runtime.history(),
      () => runtime.verify(),
      () => runtime.actors.list(),
      () => runtime.actors.get('task/t1'),
      () => runtime.task('t1').status(),
      () => runtime.task('t1').outcome(),
    ])
      expect(await codeOf(ask)).toBe('CLOSED')
  })
})

test('what is recent is the latest that fit: none for a limit of 0, from either end', async () => {
  const runtime = await runtimeOn(memory())
  const all = runtime.history()
  expect(runtime.recent({ limit: 0 })).toEqual([])
  expect(runtime.recent({ limit: 2 })).toEqual(all.slice(-2))
  expect(runtime.recent({ limit: 2, order: 'desc' })).toEqual(all.slice(-2).toReversed())
  expect(runtime.recent({ order: 'desc' })).toEqual(all.toReversed())
})

test('memory of nothing has nothing recent', async () => {
  const runtime = await runtimeOn(memory(), 0)
  expect(runtime.recent()).toEqual([])
})

test('a reader of a file tells a wrong question from a damaged file', async () => {
  const path = file()
  const runtime = await runtimeOn(sqlite(path))
  const reader = readJournal(path)
  onTestFinished(() => reader.close())
  expect(reader.query({ limit: 1 })).toEqual(runtime.history({ limit: 1 }))
  for (const [what, filter] of WRONG) {
    const refused = refusal(() => reader.query(filter as object))
    expect(refused).toMatch(/^INPUT_INVALID/)
    expect(refused).toContain(what)
  }
  expect(refusal(() => reader.get(undefined as never))).toMatch(/^INPUT_INVALID/)
})

test('a reader of no file says that there is none', () => {
  const path = file()
  const refused = refusal(() => readJournal(path))
  expect(refused).toMatch(/^JOURNAL_MISSING/)
  expect(refused).toContain(path)
})
