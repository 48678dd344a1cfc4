/** task(): defaults, and what is refused with which code. */
import { task, type TaskOptions } from 'stator'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Schema } from '../../src/actors/schema.ts'
import { parse } from '../../src/actors/schema.ts'

const code = (value: string): unknown => expect.objectContaining({ code: value })

describe('task()', () => {
  it('keeps its name, its schemas and only the policies that were given', () => {
    const plain = task('build')
    expect([plain.kind, plain.name, plain.spec]).toEqual(['task', 'build', {}])
    const full = task('build', {
      role: 'devops',
      retry: { maxAttempts: 3 },
      timeout: '10m',
      onInterrupted: 'hold',
    })
    expect(full.spec).toEqual({
      role: 'devops',
      retry: {
        maxAttempts: 3,
        initialInterval: 1000,
        backoff: 2,
        maxInterval: 60_000,
        jitter: 'full',
      },
      timeout: 600_000,
      onInterrupted: 'hold',
    })
  })

  it('takes durations in words in its retry policy', () => {
    const { spec } = task('build', {
      retry: { maxAttempts: 2, initialInterval: '5s', backoff: 3, maxInterval: '2h', jitter: 'equal' },
    })
    expect(spec.retry).toEqual({
      maxAttempts: 2,
      initialInterval: 5000,
      backoff: 3,
      maxInterval: 7_200_000,
      jitter: 'equal',
    })
  })

  it.each(['', 'a/b', '-a', 'a b', 'x'.repeat(201), 'é'])('refuses the name %j', name => {
    expect(() => task(name)).toThrow(code('ADDRESS_INVALID'))
  })

  it.each(['a', 'build.v2', 'a_b:c@d-e', 'x'.repeat(200)])('takes the name %j', name => {
    expect(task(name).name).toBe(name)
  })

  it('refuses a role that could not be part of an address', () => {
    expect(() => task('build', { role: 'dev ops' })).toThrow(code('ADDRESS_INVALID'))
  })

  it.each<[string, TaskOptions<Schema, Schema>]>([
    ['no attempt at all', { retry: { maxAttempts: 0 } }],
    ['half an attempt', { retry: { maxAttempts: 1.5 } }],
    ['a factor that shrinks', { retry: { maxAttempts: 2, backoff: 0.5 } }],
    ['an endless interval', { retry: { maxAttempts: 2, initialInterval: Infinity } }],
    ['an interval below nothing', { retry: { maxAttempts: 2, maxInterval: -1 } }],
    ['an unknown jitter', { retry: { maxAttempts: 2, jitter: 'some' as 'full' } }],
    ['a timeout in unknown units', { timeout: '3 weeks' as '3d' }],
    ['a timeout below nothing', { timeout: -1 }],
    ['no retry policy', { retry: null as never }],
    ['a retry policy in words', { retry: 'often' as never }],
    [
      'a timeout that cannot be shown',
      { timeout: Object.assign(Object.create(null) as object, { a: 1n }) as never },
    ],
    ['a timeout in a list', { timeout: ['5s'] as never }],
    ['an input that is nothing', { input: null as never }],
    ['options that are none', null as never],
    ['an unknown meaning of a crash', { onInterrupted: 'ignore' as 'hold' }],
  ])('refuses %s', (_what, options) => {
    expect(() => task('build', options)).toThrow(code('DEFINITION_INVALID'))
  })
})

describe('the schema of a task', () => {
  it.each<[string, Schema]>([
    ['a date', z.date()],
    ['a coerced date', z.coerce.date()],
    ['a date inside', z.object({ when: z.union([z.string(), z.date()]) })],
    ['a map', z.map(z.string(), z.string())],
    ['a set', z.set(z.string())],
    ['a bigint', z.bigint()],
    ['undefined', z.undefined()],
    ['a function', z.function() as unknown as Schema],
    ['a class', z.instanceof(URL)],
    ['a file', z.file()],
    ['a promise', z.promise(z.string())],
    ['a transform', z.string().transform(Number)],
    ['a transform whose result is checked', z.string().transform(Number).pipe(z.number())],
    [
      'a transform inside of a pipe',
      z.object({ a: z.string().transform(Number) }).pipe(z.object({ a: z.number() })),
    ],
    ['a transform before the check', z.preprocess(Number, z.number())],
    ['a codec', z.stringbool()],
    ['something else', { parse: () => 1 } as unknown as Schema],
  ])('cannot be %s, neither for its input nor for its output', (_what, schema) => {
    expect(() => task('t', { input: schema })).toThrow(code('DEFINITION_INVALID'))
    expect(() => task('t', { output: schema })).toThrow(code('DEFINITION_INVALID'))
  })

  it.each<[string, Schema]>([
    ['defaults', z.object({ a: z.string().default('x') })],
    ['refinements', z.string().refine(value => value.length > 1)],
    ['coerced numbers', z.coerce.number()],
    ['trimmed text', z.string().trim()],
    ['pipes that only check', z.string().pipe(z.email())],
    ['recursion', z.lazy(() => z.array(z.string()))],
    ['dates as text', z.iso.datetime()],
    ['anything', z.unknown()],
  ])('may have %s', (_what, schema) => {
    expect(task('t', { input: schema, output: schema }).input).toBe(schema)
  })
})

describe('a value that does not fit', () => {
  it('is refused with each path that is wrong', () => {
    const schema = z.object({ a: z.object({ b: z.number() }), c: z.string() })
    expect(() => parse(schema, { a: { b: 'x' } }, 'INPUT_INVALID', 'input of t')).toThrow(
      expect.objectContaining({
        code: 'INPUT_INVALID',
        details: {
          what: 'input of t',
          issues: [
            expect.objectContaining({ path: 'a.b' }) as unknown,
            expect.objectContaining({ path: 'c' }) as unknown,
          ],
        },
      }) as Error,
    )
    expect(() => parse(z.string(), 1, 'OUTPUT_INVALID', 'o')).toThrow(/OUTPUT_INVALID.*\(root\)/)
  })

  it('is refused with a code where the schema itself throws or turns out to be asynchronous', () => {
    const throwing = z.string().refine(() => {
      throw new Error('no such table')
    })
    const late = z.string().refine(async () => Promise.resolve(true))
    expect(() => parse(throwing, 'x', 'INPUT_INVALID', 'input')).toThrow(/INPUT_INVALID.*no such table/)
    expect(() => parse(late, 'x', 'OUTPUT_INVALID', 'output')).toThrow(code('OUTPUT_INVALID'))
  })
})
