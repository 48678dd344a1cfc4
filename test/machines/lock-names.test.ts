/** Names of locks and their addresses: any text there and back, one address a name, and addresses that are valid. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkAddress } from '../../src/messages/address.ts'
import { lockAddress, lockName } from '../../src/messages/lock-name.ts'

const names = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
  fc
    .array(fc.constantFrom('/', '_', '0', '1', '.', 'a', ' ', '-'), { minLength: 1, maxLength: 40 })
    .map(all => all.join('')),
  fc.string({ unit: fc.constantFrom('a', '/', '0', '_'), minLength: 150, maxLength: 400 }),
)

describe('the name of a lock', () => {
  it('is had back from its address, whatever it is', () => {
    fc.assert(
      fc.property(names, name => {
        const address = lockAddress(name)
        expect(checkAddress(address, 'lock')).toBe(address)
        expect(lockName(address)).toBe(name)
      }),
      { numRuns: 2_000, seed: 20261121 },
    )
  })

  it('has an address that people can read, where it is a path', () => {
    expect(lockAddress('src/index.ts')).toBe('lock/src/index.ts')
    expect(lockAddress('/etc/my file')).toBe('lock/0__/etc/my_20file')
  })

  it.each([[''], ['\ud800'], [7], ['x'.repeat(2_000)]])('is refused where none can stand for it', name => {
    expect(() => lockAddress(name)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }) as Error)
  })
})
