/** What pre-flight finds in flows: each rule finds what was planted for it, and leaves alone what only looks like it. */
import { expect, test } from 'vitest'
import type { FlowNode } from '../../src/messages/flow.ts'
import { branch, inFlow, is, loop, parallel, said, sequence, step } from './support.ts'

const undo = true
const pivot = true
const found = (...body: FlowNode[]): string[] => said(inFlow(body))

test('an effect that cannot be undone, in a saga whose later steps may fail, is warned of; before a pivot it is an error', () => {
  expect(found(step('book', { undo }), step('mail'), step('pay'))).toEqual([
    'warning EFFECT_WITHOUT_UNDO mail',
  ])
  expect(found(step('book', { undo }), step('mail'), step('pay', { pivot }))).toEqual([
    'error EFFECT_WITHOUT_UNDO mail',
  ])
  expect(found(step('mail'), step('pay', { pivot }))).toEqual(['error EFFECT_WITHOUT_UNDO mail'])
})

test('no gap: what comes last, the pivot, what follows it, and a flow that undoes nothing', () => {
  expect(found(step('book', { undo }), step('mail'))).toEqual([])
  expect(found(step('book', { undo }), step('pay', { pivot }), step('mail'), step('file'))).toEqual([])
  expect(found(step('book'), step('mail'), step('pay'))).toEqual([])
  const sleep: FlowNode = { kind: 'wait', name: 'sleep', step: 5, for: 10 }
  expect(found(step('book', { undo }), step('mail'), sleep)).toEqual([])
})

test('a gap is seen beside others, in a loop, in a map, in a branch and in a sub-workflow', () => {
  const book = step('book', { undo })
  const child = (undoable: boolean): FlowNode => ({
    kind: 'workflow',
    name: 'sub',
    step: 6,
    workflow: 'other',
    version: '1',
    undoable,
  })
  const gap = (name: string): string[] => [`warning EFFECT_WITHOUT_UNDO ${name}`]
  expect(found(book, parallel('both', step('mail'), step('call', { undo })))).toEqual(gap('mail'))
  expect(found(parallel('both', sequence('one', book, step('mail')), sequence('two')))).toEqual([])
  expect(found(book, loop('again', 'code', step('mail')))).toEqual(gap('mail'))
  expect(
    found(book, {
      kind: 'map',
      name: 'each',
      step: 1,
      each: { kind: 'step', name: 'mail', step: 1, task: 'm' },
    }),
  ).toEqual(gap('mail'))
  expect(found(book, branch('which', ['code', step('mail')], [undefined]), step('pay', { undo }))).toEqual(
    gap('mail'),
  )
  expect(found(book, branch('which', ['code', step('mail'), step('pay', { undo })], [undefined]))).toEqual(
    gap('mail'),
  )
  expect(found(book, child(false), step('pay', { undo }))).toEqual(gap('sub'))
  expect(found(book, child(true), step('pay', { undo }))).toEqual([])
})

test('what undoes a step after the pivot is never used; after a pivot that may not be reached it is', () => {
  expect(found(step('pay', { pivot }), step('ship', { undo }))).toEqual(['warning UNDO_NEVER_USED ship'])
  expect(found(sequence('first', step('pay', { pivot })), parallel('rest', step('ship', { undo })))).toEqual([
    'warning UNDO_NEVER_USED ship',
  ])
  expect(
    found(
      branch('how', ['code', step('pay', { pivot })], [undefined]),
      step('ship', { undo }),
      step('end', { undo }),
    ),
  ).toEqual([])
})

test('a second pivot is found, and one in another case is none', () => {
  expect(found(step('pay', { pivot }), step('sign', { pivot }))).toEqual(['warning PIVOT_TWICE sign'])
  expect(
    found(branch('how', ['code', step('pay', { pivot })], [undefined, step('sign', { pivot })])),
  ).toEqual([])
})

test('a wait for a signal without a time, and a gate that never expires, are warned of', () => {
  const wait = { kind: 'wait', name: 'ask', step: 1 } as const
  const gate = { kind: 'gate', name: 'ok', step: 2 } as const
  expect(said(inFlow([{ ...wait, signal: 'go' }, gate], ['go']))).toEqual([
    'warning WAIT_WITHOUT_TIMEOUT ask',
    'warning GATE_WITHOUT_EXPIRY ok',
  ])
  expect(
    said(
      inFlow(
        [
          { ...wait, signal: 'go', for: 5 },
          { ...gate, expires: 5 },
        ],
        ['go'],
      ),
    ),
  ).toEqual([])
  expect(found({ ...wait, until: 'mapper' })).toEqual([])
})

test('a signal that is declared and never awaited is warned of', () => {
  expect(said(inFlow([step('a')], ['go']))).toEqual(['warning SIGNAL_NEVER_AWAITED go'])
})

test('a branch that may match nothing is warned of; a last case, or two that leave nothing out, are enough', () => {
  expect(found(branch('b', ['code', step('a')], [is('eq', 1), step('c')]))).toEqual([
    'warning BRANCH_MATCHES_NOTHING b',
  ])
  expect(found(branch('b', ['code', step('a')], [undefined]))).toEqual([])
  expect(found(branch('b', [is('eq', 1)], [is('ne', 1)]))).toEqual([])
  expect(found(branch('b', [is('exists')], [{ not: is('exists') }]))).toEqual([])
  // Neither holds where there is no number.
  expect(found(branch('b', [is('lt', 5)], [is('gte', 5)]))).toEqual(['warning BRANCH_MATCHES_NOTHING b'])
})

test('a case behind one that always holds, the same again, and one that asks for more than an earlier one are never taken', () => {
  expect(found(branch('b', [undefined], ['code', step('a')]))).toEqual(['error CASE_NEVER_TAKEN b.case1'])
  expect(found(branch('b', [is('eq', 1)], [is('eq', 1)], [undefined]))).toEqual([
    'error CASE_NEVER_TAKEN b.case1',
  ])
  const more = { all: [is('gt', 3, 'y'), is('eq', 1)] }
  expect(found(branch('b', [is('eq', 1)], [more], [undefined]))).toEqual(['error CASE_NEVER_TAKEN b.case1'])
  expect(found(branch('b', [{ any: [is('eq', 1), is('eq', 2)] }], [is('eq', 2)], [undefined]))).toEqual([
    'error CASE_NEVER_TAKEN b.case1',
  ])
  expect(found(branch('b', [more], [is('eq', 1)], ['code'], ['code'], [undefined]))).toEqual([])
})

test('a condition that contradicts itself is found', () => {
  const never = { all: [is('eq', 1), is('eq', 2)] }
  expect(found(branch('b', [never], [undefined]))).toEqual(['error CONDITION_NEVER_HOLDS b.case0'])
  expect(found(branch('b', [{ all: [is('eq', 1), is('eq', 2, 'y')] }], [undefined]))).toEqual([])
})

test('a loop whose condition its body cannot change is found', () => {
  const body = step('poll', { index: 7 })
  const asks = (index: number) => ({ ref: { from: { step: index } }, is: 'eq', value: 1 }) as const
  expect(found(loop('again', is('eq', 1), body))).toEqual(['error LOOP_CONSTANT again'])
  expect(found(step('before', { index: 3 }), loop('again', asks(3), body))).toEqual([
    'error LOOP_CONSTANT again',
  ])
  expect(found(loop('again', { all: [] }, body))).toEqual(['error LOOP_CONSTANT again'])
  expect(found(loop('again', asks(7), sequence('in', parallel('deep', body))))).toEqual([])
  expect(found(loop('again', 'code', body))).toEqual([])
})

test('the way to a node is told by the names of what comes before it and around it', () => {
  const [finding] = inFlow([
    step('first'),
    parallel(
      'both',
      step('left'),
      branch('which', ['code', step('x'), { kind: 'gate', name: 'ok', step: 4 }], [undefined]),
    ),
  ])
  expect(finding?.path).toEqual(['first', 'both', 'which', 'case0', 'x', 'ok'])
})

test('of a long way the middle is left out', () => {
  const names = Array.from({ length: 500 }, (_, index) => `s${index}`)
  const [finding] = inFlow([...names.map(name => step(name)), { kind: 'gate', name: 'ok', step: 1 }])
  expect(finding?.path.slice(0, 3)).toEqual(['s0', '…', 's463'])
  expect(finding?.path).toHaveLength(40)
  expect(finding?.path.at(-1)).toBe('ok')
})
