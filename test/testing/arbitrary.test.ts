/** Values for a schema: what they promise, over schemas of every make. */
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { StatorError } from 'stator'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { Schema } from '../../src/actors/schema.ts'
import { toJson } from '../../src/messages/json.ts'
import { arbitraryOf } from '../../src/testing/arbitrary/index.ts'
import { recursive, schemas } from './schemas.ts'

const SEED = 7

function sample<T extends Schema>(schema: T, numRuns = 200, seed = SEED): z.input<T>[] {
  return fc.sample(arbitraryOf(schema), { numRuns, seed })
}

function codeOf(work: () => unknown): { code?: string; details?: unknown } {
  try {
    work()
    return {}
  } catch (error) {
    return error instanceof StatorError ? { code: error.code, details: error.details } : { details: error }
  }
}

/** What is wrong with a value, or nothing. */
function fault(schema: Schema, value: unknown): string | undefined {
  const parsed = schema.safeParse(value)
  if (!parsed.success) return parsed.error.message
  const text = JSON.stringify(value)
  if (!isDeepStrictEqual(JSON.parse(text), value)) return 'is another value as JSON'
  // JSON writes half of a surrogate pair as an escape.
  if (/\\ud[89a-f]/.test(text)) return 'has half of a character'
  return isDeepStrictEqual(structuredClone(toJson(value, 64)), value) ? undefined : 'is not admitted as it is'
}

/** The smallest value that fails, by the same way as a property of a user finds it. */
function smallest<T extends Schema>(
  schema: T,
  holds: (value: z.input<T>) => boolean,
  seed = SEED,
): z.input<T> {
  const property = fc.property(arbitraryOf(schema), holds)
  const { counterexample } = fc.check(property, { seed, numRuns: 5000 })
  if (counterexample === null) throw new Error('nothing failed')
  return counterexample[0]
}

describe('a value', () => {
  test.each(Object.entries(schemas))('of %s is taken, and is JSON that the runtime admits', (_, schema) => {
    const faults = sample(schema).flatMap(value => fault(schema, value) ?? [])
    expect(faults).toEqual([])
  })

  test('of any composition is taken, and is JSON that the runtime admits', () => {
    const { any } = fc.letrec<{ any: Schema; object: z.ZodObject }>(tie => ({
      any: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaves, ...composed(tie('any')), tie('object')),
      object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fields(tie('any'))).map(z.object),
    }))
    fc.assert(
      fc.property(any, schema => {
        expect(sample(schema, 10).flatMap(value => fault(schema, value) ?? [])).toEqual([])
      }),
      { seed: SEED, numRuns: 300 },
    )
  })

  test('has the type of what a caller gives', () => {
    const schema = z.object({ name: z.string(), loud: z.boolean().default(false) })
    expectTypeOf(arbitraryOf(schema)).toEqualTypeOf<
      fc.Arbitrary<{ name: string; loud?: boolean | undefined }>
    >()
  })

  test('is the same for the same seed', () => {
    for (const schema of Object.values(schemas)) expect(sample(schema, 20)).toEqual(sample(schema, 20))
    expect(sample(z.string(), 20, 1)).not.toEqual(sample(z.string(), 20, 2))
  })

  test('lacks now and then what it may lack', () => {
    const values = sample(z.object({ must: z.int(), may: z.int().optional(), has: z.int().default(3) }))
    const kinds = new Set(values.map(value => Object.keys(value).join()))
    expect([...kinds].sort()).toEqual(['must', 'must,has', 'must,may', 'must,may,has'])
  })

  test('has more keys than are named where a schema says so, and only there', () => {
    const keys = (schema: Schema): number =>
      Math.max(...sample(schema).map(value => Object.keys(value as object).length))
    expect(keys(z.looseObject({ a: z.null() }))).toBeGreaterThan(1)
    expect(keys(z.object({ a: z.null() }).catchall(z.int()))).toBeGreaterThan(1)
    expect(keys(z.object({ a: z.null() }))).toBe(1)
    expect(keys(z.strictObject({ a: z.null() }))).toBe(1)
  })

  test('comes from every branch of a union', () => {
    const values = sample(z.union([z.literal('a'), z.int(), z.array(z.null()), z.null()]))
    expect(new Set(values.map(value => (Array.isArray(value) ? 'array' : typeof value)))).toEqual(
      new Set(['string', 'number', 'array', 'object']),
    )
  })
})

describe('values', () => {
  test('reach every bound', () => {
    const reached = <T>(schema: Schema<unknown, T>, read: (value: T) => number): number[] => {
      const found = sample(schema).map(read)
      return [Math.min(...found), Math.max(...found)]
    }
    const itself = (value: number): number => value
    const length = (value: { length: number }): number => value.length
    expect(reached(z.int().min(-3).max(100_000), itself)).toEqual([-3, 100_000])
    expect(reached(z.int().gt(3).lt(9), itself)).toEqual([4, 8])
    expect(reached(z.int32(), itself)).toEqual([-(2 ** 31), 2 ** 31 - 1])
    expect(reached(z.number().min(0.5).max(2.25), itself)).toEqual([0.5, 2.25])
    expect(reached(z.number().multipleOf(0.25).min(1).max(3), itself)).toEqual([1, 3])
    expect(reached(z.string().min(2).max(200), length)[0]).toBe(2)
    expect(Math.max(...sample(z.string().max(200)).map(text => Array.from(text).length))).toBe(200)
    expect(reached(z.string().regex(/^\w+$/).max(40), length)).toEqual([1, 40])
    expect(reached(z.array(z.boolean()).min(1).max(40), length)).toEqual([1, 40])
    expect(reached(z.tuple([z.int(), z.int().optional(), z.int().optional()]), length)).toEqual([1, 3])
  })

  test('are small where nothing bounds them', () => {
    const share = (found: readonly unknown[], small: (value: never) => boolean): number =>
      found.filter(value => small(value as never)).length / found.length
    expect(share(sample(z.int()), (n: number) => Math.abs(n) <= 1000)).toBeGreaterThan(0.8)
    expect(share(sample(z.number()), (n: number) => Math.abs(n) <= 1000)).toBeGreaterThan(0.8)
    expect(share(sample(z.string()), (text: string) => text.length <= 16)).toBe(1)
    expect(share(sample(z.array(z.unknown())), (list: unknown[]) => list.length <= 5)).toBe(1)
  })

  test('have texts that code takes for something else', () => {
    const texts = sample(z.string(), 2000)
    const some = (pattern: RegExp): boolean => texts.some(text => pattern.test(text))
    const wanted = [/^$/, /\p{Extended_Pictographic}/u, /[\0\n]/, /^__proto__$/, /[\u{10000}-\u{10ffff}]/u]
    expect(wanted.filter(pattern => !some(pattern))).toEqual([])
  })

  test('are seldom null where that is only allowed, as often as others where it is one of them', () => {
    const nulls = (schema: Schema): number => sample(schema, 1000).filter(value => value === null).length
    expect(nulls(z.boolean().nullable())).toBeLessThan(330)
    expect(nulls(z.union([z.boolean(), z.null()]))).toBeGreaterThan(330)
  })

  test('are not one and the same', () => {
    const few = Object.entries(schemas).filter(
      ([name, schema]) =>
        !name.startsWith('the only') && new Set(sample(schema).map(value => JSON.stringify(value))).size < 2,
    )
    expect(few.map(([name]) => name)).toEqual([])
  })
})

describe('what fails shrinks', () => {
  test.each<[string, Schema, unknown]>([
    ['to nothing', z.string(), ''],
    ['to zero', z.number(), 0],
    ['to the bound next to zero', z.int().min(-90).max(-7), -7],
    ['to the shortest', z.string().min(2), 'aa'],
    ['to the first of several', z.enum(['b', 'a']), 'b'],
    ['to null where that is allowed', z.object({ a: z.string() }).nullable(), null],
    ['to the simplest branch', z.union([z.array(z.int()), z.string()]), ''],
    ['to fewest elements', z.array(z.int()).min(1), [0]],
    ['to what is required', z.looseObject({ a: z.boolean(), b: z.int().optional() }), { a: false }],
    ['to no key', z.record(z.string(), z.int()), {}],
    ['to the shortest tuple', z.tuple([z.int(), z.int().optional()]), [0]],
    ['to the end of a recursion', recursive.expressions, 0],
    ['to an instant that is easy to read', z.iso.datetime(), '1970-01-01T00:00:00.000Z'],
    [
      'to what a check takes, whatever is around it',
      z.object({
        a: z
          .int()
          .refine(n => n % 7 === 3)
          .default(3),
      }),
      {},
    ],
    ['to what a check takes', z.int().refine(n => n % 7 === 3), 3],
  ])('%s', (_, schema, expected) => {
    for (const seed of [1, 2, 3, 4, 5]) expect(smallest(schema, () => false, seed)).toEqual(expected)
  })

  test('to the smallest value that still fails, and no farther', () => {
    expect(smallest(z.int(), n => n < 350)).toBe(350)
    expect(smallest(z.int().max(1_000_000), n => n < 999_000)).toBe(999_000)
    expect(smallest(z.number(), n => n > -12)).toBe(-12)
    expect(smallest(z.string().max(300), text => text.length < 7)).toBe('aaaaaaa')
    expect(smallest(z.string(), text => !text.includes('b'))).toBe('b')
    expect(smallest(z.array(z.int()).max(30), list => list.length < 4)).toEqual([0, 0, 0, 0])
    const order = z.object({ note: z.string().optional(), lines: z.array(z.object({ count: z.int() })) })
    expect(smallest(order, ({ lines }) => lines.every(({ count }) => count < 100))).toEqual({
      lines: [{ count: 100 }],
    })
  })

  test('and is found again by its seed and path', () => {
    const schema = z.object({
      n: z.int().refine(n => n % 7 === 3),
      list: z.array(z.string().max(90)).max(20),
    })
    const property = fc.property(arbitraryOf(schema), ({ n, list }) => n < 500 || list.join('').length < 9)
    const { counterexample, counterexamplePath } = fc.check(property, { seed: SEED, numRuns: 5000 })
    const again = fc.check(property, { seed: SEED, path: counterexamplePath ?? '', endOnFailure: true })
    expect(counterexample?.[0].list.join('')).toBe('aaaaaaaaa')
    expect(again.counterexample).toEqual(counterexample)
  })

  test.each(Object.entries(schemas))('stays what the schema takes on the way: %s', (_, schema) => {
    const faults: string[] = []
    let runs = 0
    const property = fc.property(arbitraryOf(schema), value => {
      faults.push(...[fault(schema, value) ?? []].flat())
      return ++runs % 3 !== 0
    })
    fc.check(property, { seed: SEED, numRuns: 20 })
    expect(faults).toEqual([])
  })
})

describe('recursion', () => {
  test.each(Object.entries(recursive))('of %s ends, and is not always over at once', (_, schema) => {
    const depths = sample(schema).map(value => depthOf(value))
    expect(Math.max(...depths)).toBeLessThan(20)
    expect(new Set(depths).size).toBeGreaterThan(2)
    const sizes = sample(schema).map(value => JSON.stringify(value).length)
    expect(Math.max(...sizes)).toBeLessThan(10_000)
  })

  test('that cannot end has no value', () => {
    const endless = z.object({
      get next() {
        return endless
      },
    })
    expect(codeOf(() => arbitraryOf(endless))).toMatchObject({ code: 'ARBITRARY_UNKNOWN' })
  })
})

describe('what has no value is said, not looked for without end', () => {
  test.each<[string, Schema]>([
    ['never', z.never()],
    ['an object that needs never', z.object({ a: z.object({ b: z.never() }) })],
    ['bounds that cross', z.number().min(5).max(3)],
    ['lengths that cross', z.string().min(5).max(3)],
    ['an intersection of strangers', z.string().and(z.number())],
    ['an enum of nothing', z.enum([])],
    ['numbers between two neighbours', z.number().gt(0).lt(5e-324)],
    ['a key that the runtime refuses', z.object({ prototype: z.string() })],
    ['a pattern that refers back', z.string().regex(/^(a|b)\1$/)],
  ])('%s, at once', (_, schema) => {
    expect(codeOf(() => arbitraryOf(schema))).toMatchObject({ code: 'ARBITRARY_UNKNOWN' })
  })

  test.each<[string, Schema, string]>([
    ['a check that nothing passes', z.string().refine(() => false, 'too plain'), '$'],
    [
      'a check deep inside',
      z.object({ list: z.array(z.int().refine(() => false, 'too plain')) }),
      '$.list[]',
    ],
    [
      'keys that nothing passes',
      z.record(
        z.string().refine(() => false, 'too plain'),
        z.int(),
      ),
      '${}',
    ],
  ])('%s, with its place and the reason, when a value is asked for', (_, schema, at) => {
    const arbitrary = arbitraryOf(schema)
    const refusal = codeOf(() =>
      fc.assert(
        fc.property(arbitrary, () => true),
        { seed: SEED },
      ),
    )
    expect(refusal).toEqual({
      code: 'ARBITRARY_UNKNOWN',
      details: { at, tried: 2000, reason: 'it: too plain' },
    })
  })

  test('a check that throws refuses, and one that is asynchronous is named as the reason', () => {
    const throwing = z.string().refine(text => {
      if (text.includes('a')) throw new TypeError('no a')
      return true
    })
    expect(sample(throwing).filter(text => text.includes('a'))).toEqual([])
    const late = z.string().refine(() => Promise.resolve(true))
    expect(codeOf(() => sample(late))).toMatchObject({
      code: 'ARBITRARY_UNKNOWN',
      details: { reason: expect.stringContaining('Promise') as string },
    })
  })

  test('a branch or an option without a value is left out', () => {
    const schema = z.object({
      a: z.union([z.never(), z.int()]),
      b: z.never().optional(),
      c: z.array(z.never()),
    })
    for (const value of sample(schema)) expect(value).toEqual({ a: expect.any(Number) as number, c: [] })
  })

  test.each<[string, Schema]>([
    ['a date', z.date()],
    ['a transform', z.string().transform(Number)],
    ['nothing at all', z.string().optional()],
    ['no schema', {} as Schema],
  ])('what no definition may have is no schema here: %s', (_, schema) => {
    expect(codeOf(() => arbitraryOf(schema))).toMatchObject({ code: 'DEFINITION_INVALID' })
  })
})

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

const bounds = (most: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.nat(most), fc.nat(most)).map(([one, other]) => [Math.min(one, other), Math.max(one, other)])

const leaves: fc.Arbitrary<Schema> = fc.oneof(
  fc.constantFrom<Schema>(z.string(), z.boolean(), z.null(), z.literal('x'), z.enum(['a', 'b']), z.unknown()),
  bounds(40).map(([min, max]) => z.string().min(min).max(max)),
  bounds(5000).map(([min, max]) => z.int().min(-min).max(max)),
  bounds(9).map(([min, max]) =>
    z
      .number()
      .gt(min)
      .lt(max + 1),
  ),
)

const fields = (any: fc.Arbitrary<Schema>): fc.Arbitrary<z.ZodType> =>
  fc.oneof(
    any,
    any.map(schema => schema.optional()),
    any.map(schema => z.lazy(() => schema.nullish())),
  )

function composed(any: fc.Arbitrary<Schema>): fc.Arbitrary<Schema>[] {
  const objects = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fields(any), { maxKeys: 3 })
  return [
    fc.tuple(any, bounds(4)).map(([item, [min, max]]) => z.array(item).min(min).max(max)),
    fc.tuple(any, any, any).map(([one, other, rest]) => z.tuple([one, other.optional()], rest)),
    any.map(value => z.record(z.string().min(1), value)),
    fc.array(any, { minLength: 1, maxLength: 3 }).map(options => z.union(options)),
    any.map(schema => schema.nullable().readonly()),
    objects.map(shape => z.strictObject(shape).and(z.looseObject({ z: z.int() }))),
    fc.tuple(objects, leaves).map(([shape, rest]) => z.object({ ...shape, q: z.null() }).catchall(rest)),
  ]
}
