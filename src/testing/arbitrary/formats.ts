/** Formats: texts that no pattern describes, or that look better than what a pattern makes. Knows no schema. */
import * as fc from 'fast-check'

/** Of the years that ISO 8601 writes with four digits. */
const instants = (): fc.Arbitrary<string> =>
  fc
    .date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    })
    .map(date => date.toISOString())

const jwts = (): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom('HS256', 'RS256', 'ES256', 'none'), fc.nat(), fc.string())
    .map(([alg, sub, seal]) => [JSON.stringify({ typ: 'JWT', alg }), JSON.stringify({ sub }), `.${seal}`])
    .map(parts => parts.map(part => Buffer.from(part).toString('base64url')).join('.'))

/** By the names of JSON Schema, made where they are wanted: that of a URL takes half a second. Whatever else a schema demands, it checks. */
export const FORMATS: ReadonlyMap<string, () => fc.Arbitrary<string>> = new Map(
  Object.entries({
    uri: () => fc.webUrl({ size: 'xsmall' }),
    jwt: jwts,
    uuid: () => fc.uuid(),
    'date-time': instants,
    date: () => instants().map(text => text.slice(0, 10)),
  }),
)
