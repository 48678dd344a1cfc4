/** stator as a process: the build of it, its exit codes, and what is on its two outputs. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { drafts } from '../../src/testing/journal-suite/fixtures.ts'
import { written } from '../cli/support.ts'
import { live } from './life.ts'

const root = resolve(import.meta.dirname, '../..')
const modules = join(root, 'test/cli/modules')
const folder = mkdtempSync(join(tmpdir(), 'stator-command-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** `reads`: how much is read of what it prints before the reader goes away. */
async function stator(argv: readonly string[], reads = Number.POSITIVE_INFINITY): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, 'dist/cli/main.js'), ...argv], {
    cwd: modules,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    if (out.length >= reads) child.stdout.destroy()
  })
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

test('draws a workflow of a TypeScript module', async () => {
  const { code, out, err } = await stator(['graph', 'one.ts'])
  expect([code, err]).toEqual([0, ''])
  expect(out).toMatch(/^stateDiagram-v2\n/)
})

test('ends with 2 and a coded message where it is used wrongly, or the module cannot be read', async () => {
  for (const [argv, said] of [
    [[], 'COMMAND_INVALID'],
    [['graph', 'several.ts'], 'COMMAND_INVALID'],
    [['graph', 'throws.ts'], 'MODULE_INVALID'],
    [['runs', 'nowhere.db'], 'JOURNAL_MISSING'],
  ] as const) {
    const { code, out, err } = await stator(argv)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(`${said}: `)
    expect(err).not.toMatch(/\n\s+at /)
  }
})

test('what a module prints is not in the document, and what it leaves running is not waited for', async () => {
  const { code, out, err } = await stator(['graph', 'loud.ts', '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ workflow: 'loud' })
  expect(err).toBe('loading\n')
})

test('a module in which something fails meanwhile is exit code 2, and not 1', async () => {
  const { code, out, err } = await stator(['graph', 'late.ts'])
  expect([code, out]).toEqual([2, ''])
  expect(err).toBe('Error: too late\n')
})

test('a reader that has read enough is no crash, however much was to come', async () => {
  const path = join(folder, 'many.db')
  written(path, drafts(3_000))
  const whole = await stator(['history', path, 'run-1', '--limit', '10000'])
  expect([whole.code, whole.err]).toEqual([0, ''])
  expect(whole.out.length).toBeGreaterThan(100_000)
  const { code, out, err } = await stator(['history', path, 'run-1', '--limit', '10000'], 10)
  expect([code, err]).toEqual([0, ''])
  expect(out.length).toBeLessThan(whole.out.length)
})

test('reads a journal beside the process that owns it, which notices nothing', async () => {
  const path = join(folder, 'owned.db')
  let asked: Promise<Ended[]> = Promise.resolve([])
  const ended = await live('lives-child.ts', [path, 'serve'], (line, _, kill) => {
    if (line !== 'ready') return
    asked = Promise.all([stator(['runs', path]), stator(['history', path, 'task/endless', '--json'])])
    asked.then(
      () => kill('SIGTERM'),
      () => kill('SIGKILL'),
    )
  })
  const [runs, history] = await asked
  expect([runs?.code, runs?.out]).toEqual([0, 'No runs.\n'])
  const { signals } = JSON.parse(history?.out ?? '') as { signals: { toState: string }[] }
  expect(signals.at(-1)?.toState).toBe('running')
  expect([ended.code, ended.errors, ended.lines.at(-1)]).toEqual([0, '', 'closed'])
})
