/**
 * A journal of every version that was released is opened by the code of today: whole, replayed without a difference, everybody where
 * they stood, and what they were at comes to the end that it had then.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { upgradeCheck, type Address, type AnyWorkflow } from 'stator'
import { readJournal, sqlite } from 'stator/sqlite'
import { VirtualClock } from 'stator/testing'
import { assemble } from '../../src/runtime/assemble.ts'
import { recover } from '../../src/runtime/recovery.ts'
import { startOfTime } from '../ledger/support.ts'
import { LEFT, playOn, type JournalWorld, type Left, type Manifest } from './journal-world.ts'

const versions = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(({ name }) => name)
const cases = versions.flatMap(version => LEFT.map(left => [version, left] as const))

/** A copy that may be written. */
function copyOf(version: string, left: Left): string {
  const folder = mkdtempSync(join(tmpdir(), 'stator-corpus-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'journal.db')
  writeFileSync(path, gunzipSync(readFileSync(join(import.meta.dirname, version, `${left}.db.gz`))))
  return path
}

const manifestOf = (version: string): Manifest =>
  JSON.parse(readFileSync(join(import.meta.dirname, version, 'manifest.json'), 'utf8')) as Manifest

const worldOf = async (version: string): Promise<JournalWorld> =>
  ((await import(`./${version}/world.ts`)) as { world: JournalWorld }).world

test('there is a journal of a release', () => {
  expect(versions.length).toBeGreaterThan(0)
})

describe.each(cases)('%s, %s', (version, left) => {
  test('is whole, and an upgrade check lets it through', async () => {
    const { workflows = [] } = (await worldOf(version)).definitions(true)
    const reader = readJournal(copyOf(version, left))
    expect(reader.verify()).toBeNull()
    const report = upgradeCheck(reader, workflows as readonly AnyWorkflow[])
    expect(report.runs.length).toBeGreaterThan(0)
    expect(report).toMatchObject({ others: [], ok: true })
    reader.close()
  })

  test('is replayed without a difference, and everybody stands where they stood', async () => {
    const { definitions } = await worldOf(version)
    const journal = sqlite(copyOf(version, left))
    const host = { clock: new VirtualClock(startOfTime) }
    const { parts } = assemble({ ...definitions(true), preflight: 'off', journal, host })
    const { population, dispatcher, deciders, kernel } = parts
    const { delivery, timers } = kernel
    const state = journal.open({ newId: () => 'unused' })
    const { replayed } = recover(
      { journal, population, delivery, dispatcher, deciders, timers },
      state,
      Number.POSITIVE_INFINITY,
    )
    // What was closed has no tail but for the word of the close; what was killed has one.
    expect(replayed > 0).toBe(left === 'killed')
    expect([...population.stranded()]).toEqual([])
    const standing = manifestOf(version).standing[left]
    const now = Object.keys(standing).map(address => [
      address,
      population.look(address as Address)?.state ?? 'gone',
    ])
    expect(Object.fromEntries(now)).toEqual(standing)
    const alive = [...population.cells()].map(({ address }) => address)
    expect(alive.filter(address => standing[address] === undefined)).toEqual([])
    journal.close()
  })

  test('goes on to the end that it had', async () => {
    const ends = await playOn(await worldOf(version), sqlite(copyOf(version, left)))
    expect(ends).toEqual(manifestOf(version).ends[left])
  })
})
