/** Vector: an array that keeps its old versions. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Vector } from '../../src/machines/vector.ts'

/** Lengths around the edges of the trie: 32 to a node, 1,024 to a node of nodes. */
const length = fc.oneof(
  fc.integer({ min: 0, max: 70 }),
  fc.constantFrom(31, 32, 33, 1023, 1024, 1025, 32_768, 32_769),
)
const values = (size: number): number[] => Array.from({ length: size }, (_, i) => i * 7)
const edits = fc.array(fc.tuple(fc.nat(), fc.integer()), { maxLength: 30 })

describe('vector', () => {
  it('holds the numbers that it was made from', () => {
    fc.assert(
      fc.property(length, size => {
        const vector = Vector.from(values(size))
        expect(vector).toHaveLength(size)
        expect(vector.toJSON()).toEqual(values(size))
        for (const index of [0, size >> 1, size - 1].filter(i => i >= 0 && i < size))
          expect(vector.get(index)).toBe(index * 7)
      }),
    )
  })

  it('changes like an array, and every older version stays as it was', () => {
    fc.assert(
      fc.property(length, edits, (size, changes) => {
        let vector = Vector.filled(size, 3)
        let array = Array.from({ length: size }, () => 3)
        const versions = [{ vector, array }]
        for (const [at, value] of changes) {
          if (size === 0) break
          vector = vector.set(at % size, value)
          array = array.with(at % size, value)
          versions.push({ vector, array })
        }
        for (const version of versions) expect(version.vector.toJSON()).toEqual(version.array)
      }),
      { numRuns: 60 },
    )
  })

  it('survives JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 100 }), array => {
        const parsed = JSON.parse(JSON.stringify({ vector: Vector.from(array) })) as { vector: number[] }
        expect(Vector.from(parsed.vector).toJSON()).toEqual(array)
      }),
    )
  })

  it('is 0 before its start and beyond its end, whatever its length', () => {
    fc.assert(
      fc.property(length, fc.integer({ min: 0, max: 2000 }), (size, beyond) => {
        const vector = Vector.filled(size, 9)
        expect([vector.get(size + beyond), vector.get(-1 - beyond)]).toEqual([0, 0])
      }),
    )
  })

  it('takes no number outside of its length', () => {
    const vector = Vector.filled(40, 1)
    expect(vector.set(40, 5)).toBe(vector)
    expect(vector.set(-1, 5)).toBe(vector)
  })

  it('takes no part in later changes of the array that it was made from', () => {
    const array = [1, 2, 3]
    const vector = Vector.from(array)
    array[0] = 9
    expect(vector.get(0)).toBe(1)
  })
})
