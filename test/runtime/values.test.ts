/** Values at the door and in the journal: whatever comes, it is taken unchanged or refused with a code. */
import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { agent, task, workflow, type HistoryFilter, type Json, type Signal } from 'stator'
import { z } from 'zod'
import {
  checkAddress,
  checkName,
  idOf,
  KINDS,
  kindOf,
  rootOf,
  type Address,
} from '../../src/messages/address.ts'
import { toMs, type Duration } from '../../src/messages/duration.ts'
import { toJson, toText } from '../../src/messages/json.ts'
import { PRIORITIES } from '../../src/messages/message.ts'
import { matches, searchTime } from '../../src/runtime/history.ts'
import { decode, encode, intact } from '../../src/runtime/record.ts'
import { codeOf, worldOf } from './support/world.ts'

/** In the middle of a model. */
const equal = (actual: unknown, expected: unknown): void => expect(actual).toEqual(expected)

const SEEDED = { seed: 5, numRuns: 200 }

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>

describe('what a schema fills in', () => {
  const flags = z.object({ ref: z.string(), fast: z.boolean().default(true) })
  const build = task('build', { input: flags, output: flags })
  const twice = workflow('twice', { input: flags })
    .step('first', build)
    .step('second', build, ({ input }) => ({ ref: input.ref }))

  test('is there for handlers, mappers and results, and in the journal', async () => {
    const seen: unknown[] = []
    const run = (input: z.infer<typeof flags>): z.input<typeof flags> => {
      seen.push(input)
      return { ref: input.ref }
    }
    const world = worldOf(life => ({
      agents: [agent('ann').handle(build, life.handler(run))],
      workflows: [twice],
    }))
    const life = await world.boot()
    const full = { ref: 'main', fast: true }
    const handle = await life.until(life.runtime.submit(build, { ref: 'main' }, { id: 't' }))
    expect(await life.until(handle.result())).toEqual(full)
    const started = await life.until(life.runtime.start(twice, { ref: 'main' }))
    expect(await life.until(started.result())).toEqual({ first: full, second: full })
    expect(seen).toEqual([full, full, full])
    expect(life.runtime.history({ actor: 'task/t', types: ['task.create'] })[0]?.data).toMatchObject({
      input: full,
    })
  })
})

describe('nothing at all', () => {
  test('is what a schema as a whole has a default for, or null', async () => {
    const count = task('count', { input: z.number().default(7), output: z.number() })
    const plain = task('plain')
    const world = worldOf(life => ({
      agents: [
        agent('ann')
          .handle(
            count,
            life.handler(n => n),
          )
          .handle(
            plain,
            life.handler(input => input),
          ),
      ],
    }))
    const life = await world.boot()
    const counted = await life.until(life.runtime.submit(count, undefined))
    expect(await life.until(counted.result())).toBe(7)
    const nothing = await life.until(life.runtime.submit(plain, undefined))
    expect(await life.until(nothing.result())).toBeNull()
  })

  test('is another input than null, also for an idempotency key', async () => {
    const named = task('named', { input: z.string().nullable().default('x') })
    const world = worldOf(life => ({
      agents: [
        agent('ann').handle(
          named,
          life.handler(input => input),
        ),
      ],
    }))
    const life = await world.boot()
    const first = await life.until(life.runtime.submit(named, undefined, { idempotencyKey: 'k' }))
    const again = await life.until(life.runtime.submit(named, undefined, { idempotencyKey: 'k' }))
    expect(again.address).toBe(first.address)
    expect(await life.until(first.result())).toBe('x')
    const other = life.runtime.submit(named, null, { idempotencyKey: 'k' })
    expect(await codeOf(life, other)).toBe('IDEMPOTENCY_CONFLICT')
  })

  test('is no value that a schema as a whole may promise', () => {
    for (const make of [
      () => task('t', { input: z.string().optional() }),
      () => task('t', { output: z.string().optional() }),
      () => task('t', { input: z.string().optional().readonly() }),
      () => task('t', { input: z.lazy(() => z.string().optional()) }),
      () => workflow('w', { input: z.string().optional() }),
    ])
      expect(make).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }))
  })
})

describe('JSON at the door', () => {
  test('copies what JSON can carry, as JSON would, and freezes it', () => {
    fc.assert(
      fc.property(json, value => {
        const copy = toJson(value, 64)
        expect(copy).toEqual(JSON.parse(JSON.stringify(value)))
        expect(JSON.stringify(copy)).toBe(JSON.stringify(JSON.parse(JSON.stringify(copy))))
        equal(Object.isFrozen(copy), true)
      }),
      SEEDED,
    )
  })

  test('either gives a value that survives JSON unchanged, or refuses with a code', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
      withObjectString: true,
      withBoxedValues: true,
    })
    fc.assert(
      fc.property(anything, value => {
        let copy: Json
        try {
          copy = toJson(value, 64)
        } catch (error) {
          equal(['NOT_JSON', 'MESSAGE_TOO_DEEP'].includes((error as { code: string }).code), true)
          return
        }
        expect(JSON.parse(JSON.stringify(copy))).toEqual(copy)
      }),
      { ...SEEDED, numRuns: 1_000 },
    )
  })

  test('a value that is met many times counts as often, so that little cannot become very much', () => {
    let value: unknown = 'x'
    for (let i = 0; i < 40; i++) value = [value, value]
    expect(() => toJson(value, 64)).toThrow('MESSAGE_TOO_LARGE')
    expect(() =>
      toJson(
        Array.from({ length: 11 }, () => 0),
        64,
        10,
      ),
    ).toThrow('MESSAGE_TOO_LARGE')
  })

  test('a getter that throws is refused, with the place', () => {
    const value = {
      steps: [
        {
          get input() {
            throw new Error('no')
          },
        },
      ],
    }
    expect(() => toJson(value, 64)).toThrow('$.steps[0].input')
  })

  test('counts bytes as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat(120), (value, limit) => {
        const bytes = Buffer.byteLength(JSON.stringify(value))
        const refused = ((): boolean => {
          try {
            toText(value, limit)
            return false
          } catch {
            return true
          }
        })()
        expect(refused).toBe(bytes > limit)
      }),
      SEEDED,
    )
  })
})

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,12}$/)
const address = fc
  .tuple(fc.constantFrom(...KINDS), fc.array(name, { minLength: 1, maxLength: 3 }))
  .map(([kind, parts]): Address => `${kind}/${parts.join('/')}`)

describe('an address', () => {
  test('is taken apart and put together again', () => {
    fc.assert(
      fc.property(address, value => {
        expect(checkAddress(value, 'to')).toBe(value)
        expect(`${kindOf(value)}/${idOf(value)}`).toBe(value)
      }),
      SEEDED,
    )
  })

  test('of what is below a run belongs to that run; every other one to itself', () => {
    expect(rootOf('task/run/step')).toBe('workflow/run')
    expect(rootOf('task/run/step/part')).toBe('workflow/run')
    expect(rootOf('gate/run/ship/2')).toBe('workflow/run')
    expect(rootOf('workflow/run/sub')).toBe('workflow/run')
    expect(rootOf('workflow/run')).toBe('workflow/run')
    expect(rootOf('task/alone')).toBe('task/alone')
    expect(rootOf('gate/alone')).toBe('gate/alone')
    expect(rootOf('agent/a')).toBe('agent/a')
  })

  test('is refused with a code, whatever else it is', () => {
    const bad = fc.oneof(
      fc.constantFrom(
        '',
        '/',
        'task/',
        'task//a',
        'task/a/',
        'Task/a',
        'task/../a',
        'task/a b',
        `task/${'x'.repeat(201)}`,
      ),
      fc.anything().filter(value => typeof value !== 'string'),
      fc.string().filter(text => !/^(agent|task|workflow|gate|lock|context|client|system)\//.test(text)),
    )
    fc.assert(
      fc.property(bad, value => {
        expect(() => checkAddress(value, 'to')).toThrow('ADDRESS_INVALID')
        expect(() => checkName(typeof value === 'string' ? `${value}/` : value, 'name')).toThrow(
          'ADDRESS_INVALID',
        )
      }),
      SEEDED,
    )
  })
})

describe('a duration', () => {
  test('is milliseconds, or a number with a unit', () => {
    const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
    fc.assert(
      fc.property(fc.nat(1000), fc.constantFrom('ms', 's', 'm', 'h', 'd'), (count, unit) => {
        expect(toMs(`${count}${unit}`, 'wait')).toBe(count * units[unit])
        expect(toMs(count, 'wait')).toBe(count)
      }),
      SEEDED,
    )
    expect(toMs('1.5s', 'wait')).toBe(1500)
  })

  test.each([
    '',
    '5',
    's',
    '-1s',
    '1 s',
    '1S',
    '1e3ms',
    'Infinitys',
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    {},
  ])('is refused as %s', value => {
    expect(() => toMs(value as Duration, 'wait')).toThrow('DEFINITION_INVALID')
  })
})

const state = fc.option(fc.constantFrom('ready', 'a.b|c', 'ünïcode'), { nil: null })
const refusal = fc.record({ code: fc.string(), message: fc.string(), allowed: fc.array(fc.string()) })
const signal: fc.Arbitrary<Signal> = fc.record({
  seq: fc.nat(),
  at: fc.nat(),
  type: fc.string(),
  name: fc.string(),
  to: address,
  from: address,
  priority: fc.constantFrom(...PRIORITIES),
  correlationId: fc.string(),
  causationId: fc.nat(),
  output: fc.nat(),
  hops: fc.nat(),
  depth: fc.nat(),
  stamp: fc.option(fc.record({ agent: fc.string() }), { nil: null }),
  data: json.map(value => JSON.parse(JSON.stringify(value)) as Json),
  fromState: state,
  toState: state,
  refused: fc.option(refusal, { nil: null }),
  final: fc.boolean(),
})

describe('a record', () => {
  test('is the signal again when read', () => {
    fc.assert(
      fc.property(signal, fc.nat(), (value, previous) => {
        const record = encode(value, previous)
        expect(decode(record)).toEqual(value)
        expect(encode(decode(record), previous)).toEqual(record)
        expect(intact(record, previous)).toBe(true)
        expect(intact({ ...record, data: null }, previous)).toBe(true)
      }),
      SEEDED,
    )
  })

  test('is known as damaged whatever changes in it', () => {
    fc.assert(
      fc.property(signal, fc.nat(2 ** 31), fc.nat(), (value, previous, where) => {
        const record = encode(value, previous)
        const flip = (text: string): string => {
          const index = where % text.length
          return (
            text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ 1) + text.slice(index + 1)
          )
        }
        expect(intact({ ...record, head: flip(record.head) }, previous)).toBe(false)
        expect(intact({ ...record, data: flip(record.data ?? '') }, previous)).toBe(false)
        expect(intact({ ...record, at: record.at + 1 }, previous)).toBe(false)
        expect(intact({ ...record, seq: record.seq + 1 }, previous)).toBe(false)
        expect(intact(record, previous + 1)).toBe(false)
      }),
      SEEDED,
    )
  })
})

describe('history', () => {
  test('finds by conditions joined by "and"', () => {
    const filter = fc.record(
      {
        types: fc.array(fc.string(), { maxLength: 2 }),
        actor: address,
        after: fc.nat(20),
        before: fc.nat(20),
        since: fc.nat(20),
        until: fc.nat(20),
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<HistoryFilter>
    fc.assert(
      fc.property(signal, filter, (value, { types, actor, after, before, since, until }) => {
        const conditions = [
          types === undefined || types.includes(value.type) || types.includes(value.name),
          actor === undefined || actor === value.to,
          after === undefined || value.seq > after,
          before === undefined || value.seq < before,
          since === undefined || value.at >= since,
          until === undefined || value.at <= until,
        ]
        const given = Object.entries({ types, actor, after, before, since, until }).filter(
          ([, v]) => v !== undefined,
        )
        expect(matches(value, Object.fromEntries(given))).toBe(conditions.every(Boolean))
      }),
      SEEDED,
    )
  })

  test('finds the first at or after a time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 40 }), fc.nat(22), (times, time) => {
        const ordered = times.toSorted((a, b) => a - b)
        const expected = ordered.findIndex(at => at >= time)
        const found = searchTime(ordered.length, index => ordered[index] ?? 0, time)
        expect(found).toBe(expected < 0 ? ordered.length : expected)
      }),
      SEEDED,
    )
  })
})
