/** Schemas of every make, by what they are: what values are made for. Checks nothing itself. */
import { z } from 'zod'
import type { Schema } from '../../src/actors/schema.ts'

const category = z.object({
  name: z.string().min(1),
  get parts() {
    return z.array(category)
  },
})

const tree = z.object({
  value: z.int(),
  get left() {
    return tree.optional()
  },
  get right() {
    return tree.nullish()
  },
})

const expression: Schema = z.lazy(() =>
  z.union([
    z.object({ op: z.enum(['+', '*']), left: expression, right: expression }),
    z.object({ call: z.string(), args: z.array(expression) }),
    z.number(),
  ]),
)

const house: Schema = z.object({ rooms: z.array(z.lazy(() => room)) })
const room: Schema = z.object({ name: z.string(), dollhouse: z.lazy(() => z.nullable(house)) })

export const recursive = {
  'a list of itself': category,
  'a tree': tree,
  expressions: expression,
  'two that have each other': house,
  JSON: z.json(),
  'an intersection of recursive ones': category.and(tree),
  'a checked one': z.lazy(() => category.refine(({ name }) => name !== 'a')),
} satisfies Record<string, Schema>

const texts: Record<string, Schema> = {
  text: z.string(),
  'a text with bounds': z.string().min(3).max(5),
  'a text of one length': z.string().length(300),
  'a trimmed text': z.string().trim().min(1).toLowerCase(),
  'a mail address': z.email(),
  'a UUID': z.uuid(),
  'a UUID of version 4': z.uuidv4(),
  'a UUID of version 7': z.uuidv7(),
  'a URL': z.url(),
  'an HTTP URL': z.httpUrl(),
  'an instant': z.iso.datetime(),
  'an instant with an offset': z.iso.datetime({ offset: true, precision: 3 }),
  'a local instant': z.iso.datetime({ local: true }),
  'a day': z.iso.date(),
  'a time of day': z.iso.time(),
  'a time to the minute': z.iso.time({ precision: -1 }),
  'a duration': z.iso.duration(),
  'an IPv4 address': z.ipv4(),
  'an IPv6 address': z.ipv6(),
  'an IPv4 range': z.cidrv4(),
  'an IPv6 range': z.cidrv6(),
  'a MAC address': z.mac(),
  'a host name': z.hostname(),
  base64: z.base64(),
  base64url: z.base64url(),
  emoji: z.emoji(),
  'a JWT': z.jwt(),
  'a JWT of one algorithm': z.jwt({ alg: 'RS256' }),
  'a nano id': z.nanoid(),
  'a CUID': z.cuid2(),
  'a ULID': z.ulid(),
  'a telephone number': z.e164(),
  hexadecimals: z.hex(),
  'a hash': z.hash('sha256'),
  'lower case': z.string().lowercase(),
  'upper case': z.string().uppercase().min(2),
  'a beginning, an end and between them': z
    .string()
    .startsWith('https://')
    .includes('@')
    .endsWith('.eu')
    .max(60),
  'a pattern': z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .max(30),
  'a pattern of one length': z
    .string()
    .regex(/^[0-9a-f]+$/)
    .length(40),
  'two patterns': z
    .string()
    .regex(/^[a-z]+$/)
    .regex(/[aeiou]/),
  'a pattern that looks ahead': z.string().regex(/^(?=.*\d)(?=.*[a-z]).{8,20}$/),
  'a pattern that looks behind': z.string().regex(/^\w+(?<!x)\bq?$/),
  'a pattern that ignores case': z.string().regex(/^(?!admin$)\w+$/i),
  'a pattern of Unicode': z.string().regex(/^\p{Lu}[\p{L}(]*$/u),
  'a pattern anywhere': z.string().regex(/foo|\)bar/),
  'a pattern named like a property': z.string().regex(/constructor/),
  'a template': z.templateLiteral(['a-', z.int(), z.enum(['x', 'y'])]),
}

const numbers: Record<string, Schema> = {
  integers: z.int(),
  'integers of 32 bits': z.int32(),
  'unsigned integers': z.uint32(),
  'integers with bounds': z.int().positive().max(100),
  'negative integers': z.int().negative(),
  numbers: z.number(),
  'numbers of 32 bits': z.float32(),
  'numbers between': z.number().gt(0).lt(1),
  'numbers far away': z.number().gt(1000),
  'the only number': z.number().min(5).max(5),
  cents: z.number().multipleOf(0.01).min(0).max(2),
  'multiples of two numbers': z.int().multipleOf(4).multipleOf(6),
  'large multiples': z.number().multipleOf(1000),
  'a number made of anything': z.coerce.number(),
  'a number without a bound': z.number().max(Infinity),
}

const objects: Record<string, Schema> = {
  'an object': z.object({
    a: z.string(),
    b: z.int().optional(),
    c: z.boolean().default(true),
    d: z.never().optional(),
    e: z.string().nullish(),
  }),
  'a strict object': z.strictObject({ a: z.string() }),
  'a loose object': z.looseObject({ a: z.string() }),
  'an object with a catchall': z.object({ a: z.string() }).catchall(z.int()),
  'an order': z.object({
    id: z.uuid(),
    items: z
      .array(
        z.object({ sku: z.string().min(1), count: z.int().positive(), tags: z.array(z.string()).max(3) }),
      )
      .min(1),
    note: z.string().max(200).nullish(),
    at: z.iso.datetime(),
  }),
  'a record': z.record(z.string(), z.int()),
  'a record of all names': z.record(z.enum(['a', 'b']), z.int()),
  'a record of some names': z.partialRecord(z.enum(['a', 'b']), z.int()),
  'a record by number': z.record(z.number(), z.string()),
  'a record by large number': z.record(z.int().min(3), z.string()),
  'a record by UUID': z.record(z.uuid(), z.null()),
  'a record by template': z.record(z.templateLiteral(['k', z.int()]), z.boolean()),
  'a record by choice': z.record(z.union([z.literal('a'), z.string().regex(/^x-/)]), z.int()),
  'a record with checked keys': z.record(
    z.string().refine(key => key.length % 2 === 0),
    z.int(),
  ),
  'a loose record': z.looseRecord(z.string().regex(/^x-/), z.int()),
  'a record of anything': z.record(z.string(), z.unknown()),
}

const lists: Record<string, Schema> = {
  'a list': z.array(z.int()),
  'a list of one or more': z.array(z.string()).nonempty(),
  'a list with bounds': z.array(z.int()).min(2).max(30),
  'a list of one length': z.array(z.object({ a: z.string() })).length(12),
  'a list with gaps': z.array(z.string().optional()),
  'a tuple': z.tuple([z.string(), z.int().optional()]),
  'a tuple with a rest': z.tuple([z.string()], z.int()),
  'the only tuple': z.tuple([]),
  'the only list': z.array(z.never()),
}

const combined: Record<string, Schema> = {
  booleans: z.boolean(),
  'the only null': z.null(),
  'the only literal': z.literal('x'),
  'literals with zeros': z.literal([-0, 'a', null, true]),
  'an enum of numbers': z.enum({ A: 0, B: 'b' }),
  anything: z.any(),
  'something unknown': z.unknown(),
  'a union': z.union([z.string(), z.int(), z.null()]),
  'a union told apart': z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('a'), count: z.int() }),
    z.object({ kind: z.literal('b'), name: z.string() }),
  ]),
  'one or the other': z.xor([z.object({ a: z.string() }), z.object({ b: z.string() })]),
  'an intersection': z.object({ a: z.string() }).and(z.object({ b: z.int() })),
  'an intersection of strict ones': z.strictObject({ a: z.string() }).and(z.strictObject({ b: z.int() })),
  'an intersection of bounds': z.number().min(3).and(z.number().max(5)),
  'an intersection of values': z.enum(['a', 'b', 'c']).and(z.enum(['b', 'c', 'd'])),
  'an intersection on one key': z
    .object({ id: z.string().min(3), kind: z.string() })
    .and(z.object({ id: z.string().max(6), kind: z.literal('q') })),
  'an intersection with a union': z
    .object({ x: z.int() })
    .and(z.union([z.object({ t: z.literal('a') }), z.object({ t: z.literal('b'), r: z.array(z.int()) })])),
  'an intersection with a record': z.record(z.string(), z.int()).and(z.object({ a: z.int().min(900) })),
  'an intersection of lists': z.array(z.int()).and(z.array(z.number().min(3)).min(2)),
  'a readonly object': z.object({ a: z.int() }).readonly(),
  'a number or whatever is caught': z.number().catch(3),
  'a text that may be filled in': z.string().min(2).prefault('abc'),
  'an option that is none': z.object({ a: z.string().optional().nonoptional() }),
  'a branded text': z.string().brand('x'),
  'a text with a title': z.string().min(2).meta({ title: 'x', pattern: 'never looked at' }),
  'a pipe to an enum': z.string().pipe(z.enum(['aa', 'bb'])),
  'a pipe to a narrow range': z.coerce.number().pipe(z.int().min(10_000).max(10_003)),
  'a checked number': z.int().refine(n => n % 7 === 3),
  'a checked object': z.object({ low: z.int(), high: z.int() }).refine(({ low, high }) => low <= high),
  'a list of checked ones': z.array(z.int().refine(n => n % 2 === 1)).min(9),
}

export const schemas: Record<string, Schema> = {
  ...texts,
  ...numbers,
  ...objects,
  ...lists,
  ...combined,
  ...recursive,
}
