/** Forks of campaigns of fixed seeds. */
import { describe, expect, test } from 'vitest'
import { wrongForks } from './forks.ts'

describe('a fork at any position of a campaign', () => {
  test.each([...Array.from({ length: 10 }, (_, seed) => seed), 1033, 1831])(
    'is what the journal was, or is refused with the first that can be (seed %i)',
    async seed => {
      expect(await wrongForks(seed, position => seed > 1000 || position % 7 === seed % 7)).toEqual([])
    },
  )
})
