/** A guarded file: whose write counts, what a refusal leaves, and what a crash in the middle can do. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fence, guardedFile } from 'stator/sqlite'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stator-guarded-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error as { code: string }).code,
  )

test('a token writes as often as it likes, until a higher one comes', async () => {
  const file = guardedFile(join(folder, 'report.md'))
  expect(await file.token()).toBe(0)
  await file.write('one', { token: 3 })
  await file.write(Buffer.from('one more'), { token: 3 })
  await file.write('two', { token: 7 })
  expect(await codeOf(file.write('late', { token: 3 }))).toBe('STALE_TOKEN')
  expect(readFileSync(file.path, 'utf8')).toBe('two')
  expect(await guardedFile(file.path).token()).toBe(7)
  expect(readdirSync(folder).toSorted()).toEqual(['report.md', 'report.md.fence'])
})

test('two threads of one process that write at once do not meet, nor whoever has died and has its number again', async () => {
  const loaded = async () => {
    vi.resetModules()
    return import('../../src/sqlite/guarded-file.ts')
  }
  const path = join(folder, 'report.md')
  const [one, two] = [await loaded(), await loaded()].map(thread => thread.guardedFile(path))
  await Promise.all([one?.write('one', { token: 1 }), two?.write('two', { token: 1 })])
  expect(['one', 'two']).toContain(readFileSync(path, 'utf8'))
  expect(readdirSync(folder).toSorted()).toEqual(['report.md', 'report.md.fence'])
})

test('a link is the same file', async () => {
  const path = join(folder, 'report.md')
  writeFileSync(path, 'old')
  symlinkSync(path, join(folder, 'link.md'))
  await guardedFile(path).write('new', { token: 2 })
  expect(await codeOf(guardedFile(join(folder, 'link.md')).write('late', { token: 1 }))).toBe('STALE_TOKEN')
  await guardedFile(join(folder, 'link.md')).write('newer', { token: 3 })
  expect(readFileSync(path, 'utf8')).toBe('newer')
})

test('whoever dies between announcing a token and writing lets no older one through', () => {
  const path = join(folder, 'thing.fence')
  expect(() =>
    fence(path).pass(5, () => {
      throw new Error('dies here')
    }),
  ).toThrow('dies here')
  expect(fence(path).highest()).toBe(5)
  expect(() => fence(path).pass(4, () => 'late')).toThrow(
    expect.objectContaining({ code: 'STALE_TOKEN' }) as Error,
  )
  expect(fence(path).pass(5, () => 'again')).toBe('again')
})

test.each([0, -1, 1.5, Number.NaN])('%s is no token', async token => {
  expect(await codeOf(guardedFile(join(folder, 'x')).write('x', { token }))).toBe('INPUT_INVALID')
})

test('a folder that is not there is said so, with a code', async () => {
  expect(await codeOf(guardedFile(join(folder, 'none', 'x')).write('x', { token: 1 }))).toBe('STORE_FAILED')
})
