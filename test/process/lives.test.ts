/** Lives that follow each other: a handler that ends the process every time, and a process that closes gracefully. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { agent, createRuntime, task } from 'stator'
import { sqlite } from 'stator/sqlite'
import { live, type Ended } from './life.ts'

const folder = mkdtempSync(join(tmpdir(), 'stator-lives-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each([
  { how: 'exit', ends: { code: 70, signal: null } },
  { how: 'kill', ends: { code: null, signal: 'SIGKILL' } },
])('a handler that ends the process ($how) each time it runs', ({ how, ends }) => {
  test('fails with INTERRUPTED after three lives, and its neighbours complete', async () => {
    const lives: Ended[] = []
    do lives.push(await live('lives-child.ts', [join(folder, `${how}.db`), how]))
    while (lives.length < 6 && lives.at(-1)?.code !== 0)
    const last = lives.pop()
    expect(lives).toMatchObject([ends, ends, ends])
    expect(lives.map(({ lines }) => lines.filter(line => line === 'bomb').length)).toEqual([1, 1, 1])
    expect(last?.lines).toEqual([
      'outcome bomb failed INTERRUPTED',
      ...['n1', 'n2', 'n3', 'n4', 'n5'].map(id => `outcome ${id} completed`),
    ])
  })
})

describe('a process that closes on SIGTERM', () => {
  const path = join(folder, 'graceful.db')
  let first = ''

  test('ends by itself, with everything checkpointed: the next start has nothing to replay', async () => {
    const ended = await live('lives-child.ts', [path, 'serve'], (line, _, kill) => {
      if (line === 'ready') kill('SIGTERM')
    })
    expect([ended.code, ended.errors, ended.lines.at(-1)]).toEqual([0, '', 'closed'])
    first = ended.lines.find(line => line.startsWith('endless ')) ?? ''
    const journal = sqlite(path)
    const state = journal.open({ newId: () => 'unused' })
    expect([state.clean, state.tailAfter]).toEqual([true, state.last.seq])
    journal.close()
  })

  test('leaves what was still running for the next life, under the same key and as the same attempt', async () => {
    const endless = task('endless')
    const starts: string[] = []
    const worker = agent('worker', { capacity: 3 }).handle(endless, (_, ctx) => {
      starts.push(`endless ${ctx.attempt} ${ctx.idempotencyKey}`)
      return 'ended'
    })
    const runtime = await createRuntime({ journal: sqlite(path), agents: [worker] })
    expect(await runtime.task('endless').result()).toBe('ended')
    for (const id of ['n1', 'n2', 'n3', 'n4', 'n5']) expect(await runtime.task(id).result()).toBe('done')
    expect(starts).toEqual([first])
    await runtime.close()
  })
})
