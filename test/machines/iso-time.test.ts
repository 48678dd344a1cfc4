/** ISO time: what machines write of a moment is what everybody else writes. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isoTime } from '../../src/machines/iso-time.ts'

test('a moment as text is the same as by a date', () => {
  const moment = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(9999, 11, 31) })
  fc.assert(
    fc.property(moment, at => {
      expect(isoTime(at)).toBe(new Date(at).toISOString())
    }),
    { seed: 1, numRuns: 2_000 },
  )
  const days = [
    '2000-02-29',
    '2024-02-29',
    '2100-02-28',
    '2100-03-01',
    '1970-01-01',
    '2030-12-31',
    '1969-12-31',
  ]
  for (const day of days) expect(isoTime(Date.parse(day))).toBe(`${day}T00:00:00.000Z`)
})
