/** Campaigns of fixed seeds: the second half. */
import { describe, expect, test } from 'vitest'
import { blocks, brokenAmong } from './seeds.ts'

describe('more campaigns', () => {
  test.each(blocks(100_001, 12))('$size from seed $from on keep every promise', async ({ from, size }) => {
    expect(await brokenAmong(from, size)).toEqual([])
  })
})
