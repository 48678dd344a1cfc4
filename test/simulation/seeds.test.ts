/** Campaigns of fixed seeds: the first half. The second is in another file, so that two workers share them. */
import { describe, expect, test } from 'vitest'
import { campaign } from './campaign.ts'
import { blocks, brokenAmong } from './seeds.ts'

describe('campaigns', () => {
  test.each(blocks(1, 12))('$size from seed $from on keep every promise', async ({ from, size }) => {
    expect(await brokenAmong(from, size)).toEqual([])
  })

  test('the same seed is the same campaign', async () => {
    const seeds = Array.from({ length: 60 }, (_, index) => 7 * index)
    const played = async (): Promise<number[]> => {
      const traces: number[] = []
      for (const seed of seeds) traces.push((await campaign(seed)).trace)
      return traces
    }
    const once = await played()
    expect(await played()).toEqual(once)
    expect(new Set(once).size).toBe(seeds.length)
  })
})
