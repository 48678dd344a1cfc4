/**
 * Names of locks: any text, such as the path of a file, and the address that stands for it. Reversible: what an address cannot hold is
 * written as `_` and two hexadecimal digits a byte. A part that does not begin with a letter or a digit gets `0__` before it; one that
 * is too long goes on behind `/1__`. Neither can come of a name itself, for `_` is always escaped.
 */
import { StatorError } from '../errors.ts'
import { idOf, type Address } from './address.ts'

const PLAIN = /[^A-Za-z0-9.:@-]/gu
const FIRST = '0__'
const MORE = '1__'
const MAX_PART = 180
const MAX_ID = 1_000

/** @throws StatorError INPUT_INVALID: no text, an empty one, one that is no Unicode or whose address would have more than 1,000 characters */
export function lockAddress(name: unknown): Address {
  if (typeof name !== 'string' || name === '' || !isUnicode(name))
    throw new StatorError('INPUT_INVALID', { name, expected: 'the name of a lock: a text' })
  const id = name.split('/').map(encoded).join('/')
  if (id.length > MAX_ID)
    throw new StatorError('INPUT_INVALID', { name, expected: `a name of at most ${MAX_ID} characters` })
  return `lock/${id}`
}

/** The name that an address stands for. */
export function lockName(address: Address): string {
  const parts = idOf(address).replaceAll(`/${MORE}`, '').split('/')
  return parts.map(decoded).join('/')
}

function isUnicode(name: string): boolean {
  try {
    return encodeURIComponent(name) !== ''
  } catch {
    return false
  }
}

function encoded(part: string): string {
  const plain = part.replace(PLAIN, escaped)
  const whole = /^[A-Za-z0-9]/.test(plain) ? plain : FIRST + plain
  const cuts = Array.from({ length: Math.ceil(whole.length / MAX_PART) }, (_, index) =>
    whole.slice(index * MAX_PART, (index + 1) * MAX_PART),
  )
  return cuts.join(`/${MORE}`)
}

/** Of one character, byte by byte. */
function escaped(character: string): string {
  const bytes = encodeURIComponent(character)
  const all = bytes.startsWith('%') ? bytes : `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  return all.replaceAll('%', '_').toLowerCase()
}

function decoded(part: string): string {
  const plain = part.startsWith(FIRST) ? part.slice(FIRST.length) : part
  return decodeURIComponent(plain.replaceAll('_', '%'))
}
