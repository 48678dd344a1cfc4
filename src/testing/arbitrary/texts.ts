/**
 * Texts of a shape: short ones, now and then with what breaks code that takes text for granted, and of the greatest
 * length allowed. No half of a surrogate pair: it does not outlive UTF-8.
 */
import * as fc from 'fast-check'
import { FORMATS } from './formats.ts'
import { inOrder, matching, matchingAll } from './patterns.ts'
import { patternsOf } from './merge.ts'
import type { Shape } from './shape.ts'
import { varied } from './varied.ts'

/** So much longer than it must be is a text, but for edge cases. */
const USUAL = 10
/** The longest text that is made because it is the longest allowed. */
const LONGEST = 1000

const [A, Z, SPACE, TILDE] = [97, 122, 32, 126]
const [SURROGATES, SURROGATE_COUNT, CODE_POINTS] = [0xd800, 0x800, 0x110000]

/** Any character; it shrinks to an a. */
const character = fc.integer({ min: 0, max: CODE_POINTS - SURROGATE_COUNT - 1 }).map(characterAt, placeOf)

const unit = varied(character, [
  [16, fc.integer({ min: SPACE, max: TILDE }).map(code => String.fromCodePoint(code))],
  [4, fc.integer({ min: A, max: Z }).map(code => String.fromCodePoint(code))],
  [1, fc.constantFrom('\0', '\n', '\t', '\u007f', '\u2028', '\u202e', '\ufeff', 'ß', 'é', 'İ', '😀', '中')],
  [1, character],
])

/** What code mistakes for something else. */
const ODD = [
  '',
  ' ',
  '0',
  '-1',
  'null',
  'true',
  '{}',
  '"',
  '__proto__',
  '\\',
  '%00',
  '../',
  '<b>',
  'e\u0301',
  '👨‍👩‍👧',
]

/** Undefined where no text fits. @throws StatorError ARBITRARY_UNKNOWN, for a pattern that is beyond us */
export function texts(shape: Shape, at: string): fc.Arbitrary<string> | undefined {
  const { minLength: min = 0, maxLength: max = Infinity, format = '', flags } = shape
  if (min > max) return undefined
  const patterns = inOrder([...new Set(patternsOf(shape))])
  const usual = FORMATS.get(format)?.()
  const flagsOf = new Map(flags)
  if (patterns.length === 0) return usual ?? free(min, max)
  const exact = matchingAll(
    patterns.map(source => matching(source, flagsOf.get(source) ?? '', [min, max], at)),
  )
  // A pattern may know of more than its format, and a version of it may know of less.
  const both = [
    { weight: 4, arbitrary: usual ?? exact },
    { weight: 1, arbitrary: exact },
  ]
  return usual ? fc.oneof({ withCrossShrink: true }, ...both) : exact
}

function free(min: number, max: number): fc.Arbitrary<string> {
  const long = (from: number, to: number): fc.Arbitrary<string> =>
    fc.string({ unit, minLength: from, maxLength: to, size: 'max' })
  const usual = Math.min(max, min + USUAL)
  const odd = ODD.filter(text => lengthOf(text) >= min && lengthOf(text) <= max)
  return varied(long(min, Math.max(usual, Math.min(max, LONGEST))), [
    [16, long(min, usual)],
    [2, long(min, min)],
    ...(max <= LONGEST ? [[2, long(max, max)] as const] : []),
    ...(odd.length > 0 ? [[1, fc.constantFrom(...odd)] as const] : []),
  ])
}

/** In characters, as zod counts. */
const lengthOf = (text: string): number => Array.from(text).length

/** The letters change places with what has the lowest code points: the simplest text is all a. */
function characterAt(place: number): string {
  const swapped = place <= Z - A ? place + A : place >= A && place <= Z ? place - A : place
  return String.fromCodePoint(swapped < SURROGATES ? swapped : swapped + SURROGATE_COUNT)
}

function placeOf(text: unknown): number {
  const code = typeof text === 'string' ? text.codePointAt(0) : undefined
  if (code === undefined || text !== String.fromCodePoint(code)) return -1
  if (code <= Z - A) return code + A
  if (code >= A && code <= Z) return code - A
  if (code < SURROGATES) return code
  return code < SURROGATES + SURROGATE_COUNT ? -1 : code - SURROGATE_COUNT
}
