/** Who waits for whom: circles through holders and through places in a line, and none where there is none. */
import { expect, test } from 'vitest'
import { NEW_LOCK, type LockContext, type LockWaiter } from '../../src/machines/lock-context.ts'
import { Standings } from '../../src/runtime/lock/standings.ts'

const waiter = (owner: string): LockWaiter => ({
  owner,
  turn: 1,
  ask: '1',
  agent: null,
  note: null,
  lease: 10,
  since: 0,
  timeout: null,
})
const held = (by: string, ...line: string[]): LockContext => ({
  ...NEW_LOCK,
  holder: { ...waiter(by), until: 10, asks: ['1'] },
  line: line.map(waiter),
})
const asker = (owner: string) => ({ owner, turn: 1 })

test('who comes after another in a line waits for that one, too', () => {
  const standings = new Standings()
  standings.set('lock/x', held('p', 'a'))
  standings.set('lock/y', held('q', 'b'))
  expect(standings.circle(asker('b'), 'lock/x')).toBeUndefined()
  standings.set('lock/x', held('p', 'a', 'b'))
  // Whoever gets y first, a gets it after b; and x b after a.
  expect(standings.circle(asker('a'), 'lock/y')).toBe(
    'a comes first for x, waits for y → b comes first for y, waits for x',
  )
})

test('who has nothing, and waits for nothing, closes no circle; nor does another attempt of the same task', () => {
  const standings = new Standings()
  standings.set('lock/x', held('a', 'b'))
  standings.set('lock/y', held('b'))
  expect(standings.circle(asker('c'), 'lock/x')).toBeUndefined()
  expect(standings.circle({ owner: 'a', turn: 2 }, 'lock/y')).toBeUndefined()
  expect(standings.circle(asker('a'), 'lock/y')).toBe('a holds x, waits for y → b holds y, waits for x')
  standings.set('lock/x', { ...NEW_LOCK, token: 1 })
  expect(standings.circle(asker('a'), 'lock/y')).toBeUndefined()
  expect(standings.locks().size).toBe(1)
})
