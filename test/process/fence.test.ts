/** A guarded file among processes: a holder that was paused for longer than its lease writes late, and is refused. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { guardedFile } from 'stator/sqlite'
import { live, type Ended } from './life.ts'

const folder = mkdtempSync(join(tmpdir(), 'stator-fence-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a holder that is stopped, and goes on after the next one has written, is refused', async () => {
  const path = join(folder, 'report.md')
  const next = (): Promise<Ended> => live('fence-child.ts', [path, '2', 'in time'])
  let newer: Promise<Ended> | undefined
  const paused = live('fence-child.ts', [path, '1', 'late'], (line, _count, kill) => {
    if (line !== 'holds') return
    kill('SIGSTOP')
    newer = next().finally(() => kill('SIGCONT'))
  })
  expect((await paused).lines).toEqual(['holds', 'STALE_TOKEN'])
  expect((await newer)?.lines).toEqual(['holds', 'written'])
  expect(readFileSync(path, 'utf8')).toBe('in time')
  expect(await guardedFile(path).token()).toBe(2)
})

test('of many processes that write at once the newest stands, and nothing is left behind', async () => {
  const path = join(folder, 'many.md')
  const tokens = ['3', '1', '4', '2']
  const all = await Promise.all(tokens.map(token => live('fence-child.ts', [path, token, `by ${token}`])))
  expect(all.map(({ errors }) => errors)).toEqual(tokens.map(() => ''))
  expect(readFileSync(path, 'utf8')).toBe('by 4')
  expect(readdirSync(folder).filter(name => name.endsWith('.new'))).toEqual([])
})
