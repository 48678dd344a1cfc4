/**
 * Every planted bug is found by the invariant that has to see it, within a stated number of campaigns, and the source as it is
 * passes all of them. What was found is a page of the documents.
 */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { INVARIANTS } from '../../src/testing/invariants/index.ts'
import { CATALOGUE } from '../planted/catalogue.ts'
import { hunt, huntAll } from '../planted/hunt.ts'
import type { Mutant } from '../planted/mutant.ts'
import { pageOf, runOf } from '../planted/page.ts'
import type { Hunted } from '../planted/worker.ts'

const root = resolve(import.meta.dirname, '../..')
/** Campaigns within which each bug must be found. */
const MOST = 500

describe('the catalogue', () => {
  test.each(CATALOGUE)('$name: its place is there, and only once', ({ file, find, replace }) => {
    const source = readFileSync(resolve(root, file), 'utf8')
    expect(source.split(find)).toHaveLength(2)
    expect(replace).not.toBe(find)
  })

  test('has something for every invariant whose part is built', () => {
    const built = INVARIANTS.filter(({ watch }) => watch !== null).map(({ number }) => number)
    const planted = new Set(CATALOGUE.map(({ invariant }) => invariant))
    expect([...planted].toSorted((a, b) => a - b)).toEqual(built.toSorted((a, b) => a - b))
    expect(new Set(CATALOGUE.map(({ name }) => name)).size).toBe(CATALOGUE.length)
  })
})

describe('the hunt', () => {
  let found: ReadonlyMap<Mutant, Hunted>
  let plain: Hunted

  beforeAll(async () => {
    const threads = Math.max(2, availableParallelism())
    const all = huntAll(CATALOGUE, MOST, threads)
    plain = await hunt(null, MOST)
    found = await all
  }, 1_200_000)

  test('finds nothing in the source as it is', () => {
    expect(plain).toEqual({ runs: MOST, seen: [] })
  })

  test.each(CATALOGUE)('finds by invariant $invariant: $name', mutant => {
    const hunted = found.get(mutant) ?? { runs: 0, seen: [] }
    const said = hunted.seen.map(({ promise, run, detail }) => `${promise} in run ${run}: ${detail}`)
    expect(runOf(mutant, hunted) <= MOST ? 'found' : ['not found', ...said].join('\n')).toBe('found')
  })

  test('is told in docs/planted-bugs.md', async () => {
    await expect(await pageOf(found)).toMatchFileSnapshot(resolve(root, 'docs/planted-bugs.md'))
  })
})
