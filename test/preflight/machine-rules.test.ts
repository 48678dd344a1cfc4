/** What pre-flight finds in machines: each rule finds what was planted for it, and leaves alone what only looks like it. */
import { expect, test } from 'vitest'
import { and, fromPromise, not, raise } from 'xstate'
import { preflight } from '../../src/preflight/preflight.ts'
import { inStates, machineOf, said } from './support.ts'

const end = { type: 'final' }
const work = fromPromise(async () => Promise.resolve())

test('a state that nothing leads to is found, and why nothing does', () => {
  const findings = preflight(
    machineOf({
      initial: 'a',
      states: {
        a: { after: { 1: 'end' }, on: { GO: [{ target: 'end' }, { target: 'hidden', guard: 'g' }] } },
        alone: { after: { 1: 'next' } },
        next: { after: { 1: 'end' }, initial: 'inner', states: { inner: {} } },
        hidden: { after: { 1: 'end' } },
        shadowed: { after: { 1: 'end' } },
        end,
      },
      on: { GO: '.shadowed' },
    }),
  )
  const lost = findings.filter(({ code }) => code === 'UNREACHABLE')
  expect(lost.map(({ state, message, path }) => [state, message.split('. ')[1], path])).toEqual([
    ['alone', 'No transition leads to it.', []],
    ['next', 'Only alone leads to it, and cannot be reached either.', []],
    ['hidden', 'No transition leads to it.', []],
    // Only while `a` hears GO; in no other state does the machine wait.
    ['shadowed', 'What leads to it from m is never taken.', []],
  ])
})

test('a state that only an end, a memory, a time, a region or another machine leads to is reachable', () => {
  const { length } = preflight(
    machineOf(
      {
        initial: 'a',
        states: {
          a: { initial: 'one', states: { one: { after: { 1: 'two' } }, two: end }, onDone: 'b' },
          b: {
            type: 'parallel',
            states: {
              left: { initial: 'x', states: { x: { always: 'y' }, y: end } },
              right: { initial: 'x', states: { x: { after: { 5: 'y' } }, y: end } },
            },
            onDone: 'c',
          },
          c: { invoke: { src: 'work', onDone: 'd.back', onError: 'end' } },
          d: {
            initial: 'p',
            after: { 1: 'end' },
            states: { p: { after: { 2: 'q' } }, q: {}, back: { type: 'history' } },
          },
          end,
        },
      },
      { actors: { work } },
    ),
  )
  expect(length).toBe(0)
})

test('a trap is found: a dead end, and a circle without a way out, each once and with the shortest way', () => {
  const findings = preflight(
    machineOf({
      initial: 'a',
      states: {
        a: { after: { 5: 'end' }, on: { DIE: 'dying', SPIN: 'x' } },
        dying: { after: { 1: 'dead' } },
        dead: {},
        x: { after: { 1: 'y' } },
        y: { after: { 1: { target: 'x', guard: () => true } } },
        end,
      },
    }),
  )
  expect(findings.map(({ code, state, path }) => [code, state, path])).toEqual([
    ['NO_WAY_TO_END', 'dead', ['a', 'DIE', 'dying', 'after 1', 'dead']],
    ['NO_WAY_TO_END', 'x', ['a', 'SPIN', 'x']],
  ])
  expect(findings[1]?.message).toContain('the circle with y.')
})

test('a circle that one of its states can leave, also by what is around it, is no trap', () => {
  expect(
    inStates({
      a: {
        initial: 'x',
        states: { x: { after: { 1: 'y' } }, y: { after: { 1: 'x' } } },
        after: { 9: 'end' },
      },
      end,
    }),
  ).toEqual([])
})

test('a machine without an end is told so once, and not of each state', () => {
  expect(inStates({ a: { after: { 1: 'b' } }, b: { after: { 1: 'a' } } })).toEqual(['warning NO_END m'])
})

const region = (last: object): object => ({ initial: 'x', states: { x: { after: { 1: 'y' } }, y: last } })

test('an end that needs all regions is found impossible where one of them cannot end, and the others are not blamed', () => {
  const findings = preflight(
    machineOf({
      initial: 'both',
      states: {
        both: {
          type: 'parallel',
          states: { left: region(end), right: region({ after: { 1: 'x' } }) },
          onDone: 'end',
        },
        end,
      },
    }),
  )
  expect(said(findings)).toEqual(['error UNREACHABLE end', 'error DONE_NEVER both'])
  expect(findings[1]?.message).toContain('These regions cannot: right.')
})

test('a parallel state that is left by one of its regions need not end', () => {
  const away = { after: { 1: '#m.end' } }
  expect(
    inStates({
      both: { type: 'parallel', states: { left: region({ on: { X: 'x' } }), right: region(away) } },
      end,
    }),
  ).toEqual([])
})

test('a machine of regions ends with all of them', () => {
  const machine = (last: object): string[] =>
    said(preflight(machineOf({ type: 'parallel', states: { left: region(end), right: region(last) } })))
  expect(machine(end)).toEqual([])
  expect(machine({})).toEqual(['warning NO_END m'])
})

test('what follows the end of a state that has no end is found', () => {
  expect(
    inStates({ a: { initial: 'x', states: { x: { after: { 1: '#m.end' } } }, onDone: 'end' }, end }),
  ).toEqual(['error DONE_NEVER a'])
})

const invoking = (more: object, around: object = {}): string[] =>
  said(
    preflight(
      machineOf(
        {
          initial: 'a',
          states: {
            a: {
              initial: 'x',
              states: { x: { invoke: { src: 'work', id: 'job', onDone: '#m.end', ...more } } },
            },
            end,
          },
          ...around,
        },
        { actors: { work } },
      ),
    ),
  )

test('a failure that nothing handles is warned of, and one that is handled sometimes', () => {
  expect(invoking({})).toEqual(['warning FAILURE_UNHANDLED a.x'])
  expect(invoking({ onError: { target: '#m.end', guard: () => true } })).toEqual([
    'warning FAILURE_UNHANDLED a.x',
  ])
})

test.each([
  ['by the invoke', { onError: '#m.end' }, {}],
  [
    'by the invoke, last without a guard',
    { onError: [{ target: '#m.end', guard: () => true }, '#m.end'] },
    {},
  ],
  ['around it, by name', {}, { on: { 'xstate.error.actor.job': '.end' } }],
  ['around it, by a part of the name', {}, { on: { 'xstate.error.*': '.end' } }],
  ['around it, as anything', {}, { on: { '*': '.end' } }],
])('a failure is handled %s', (_, more, around) => {
  expect(invoking(more, around)).toEqual([])
})

test('a failure is handled where each state within does, and not where one does not', () => {
  const inside = (second: object): string[] =>
    said(
      preflight(
        machineOf(
          {
            initial: 'a',
            states: {
              a: {
                invoke: { src: 'work', id: 'job', onDone: 'end' },
                initial: 'x',
                states: { x: { on: { 'xstate.error.actor.job': '#m.end', GO: 'y' } }, y: second },
              },
              end,
            },
          },
          { actors: { work } },
        ),
      ),
    )
  expect(inside({ on: { 'xstate.error.actor.job': '#m.end' } })).toEqual([])
  expect(inside({})).toEqual(['warning FAILURE_UNHANDLED a'])
})

test('a wait without a timeout is found, with what it waits for', () => {
  const [finding] = preflight(
    machineOf({ initial: 'a', states: { a: { on: { YES: 'end', NO: 'end' } }, end } }),
  )
  expect(finding).toMatchObject({
    code: 'WAIT_WITHOUT_TIMEOUT',
    state: 'a',
    severity: 'warning',
    path: ['a'],
  })
  expect(finding?.message).toContain('It waits for YES, NO.')
})

test.each([
  ['a time', { after: { 1000: 'end' } }],
  ['a task', { invoke: { src: work, onDone: 'end', onError: 'end' } }],
  ['a timer that it sets itself', { entry: raise({ type: 'YES' }, { delay: 5 }) }],
])('no wait without a timeout: %s ends it', (_, more) => {
  expect(inStates({ a: { on: { YES: 'end' }, ...more }, end })).toEqual([])
  expect(
    inStates({
      a: { initial: 'x', states: { x: { on: { YES: '#m.end' } } }, ...more },
      end,
    }),
  ).toEqual([])
})

test('what the machine raises itself, or ends in another region, is no wait for somebody outside', () => {
  expect(inStates({ a: { entry: raise({ type: 'YES' }), on: { YES: 'end' } }, end })).toEqual([])
  const waiting = { initial: 'x', states: { x: { on: { YES: 'y' } }, y: end } }
  const timed = { initial: 'x', states: { x: { after: { 9: '#m.end' } } } }
  expect(inStates({ a: { type: 'parallel', states: { waiting, timed } }, end })).toEqual([])
})

test('a state that only chooses, and may find nothing, is found', () => {
  const guard = 'big'
  const choice = (always: unknown, more: object = {}): string[] =>
    said(
      preflight(
        machineOf(
          { initial: 'a', states: { a: { always, ...more }, end } },
          { guards: { big: () => true, small: () => true } },
        ),
      ),
    )
  const target = 'end'
  expect(
    choice([
      { guard, target },
      { guard: 'small', target },
    ]),
  ).toEqual(['error BRANCH_MATCHES_NOTHING a'])
  expect(
    choice([
      { guard, target },
      { guard: not('small'), target },
    ]),
  ).toEqual(['error BRANCH_MATCHES_NOTHING a'])
  expect(choice([{ guard, target }, { target }])).toEqual([])
  expect(
    choice([
      { guard, target },
      { guard: not('big'), target },
    ]),
  ).toEqual([])
  expect(choice([{ guard, target }], { after: { 5: 'end' } })).toEqual([])
})

test('names that mean nothing are found, each with its sort, also in conditions of conditions', () => {
  const findings = preflight(
    machineOf(
      {
        initial: 'a',
        states: {
          a: {
            entry: ['known', 'unknown', { type: 'with', params: 1 }],
            invoke: { src: 'nobody', onDone: 'end', onError: 'end' },
            after: { soon: 'end', later: 'end' },
            on: { X: { guard: and(['is', not('isNot')]), target: 'end' } },
          },
          end,
        },
      },
      { actions: { known: () => {} }, delays: { later: 5 }, guards: { is: () => true } },
    ),
  )
  expect(findings.map(({ code, message }) => [code, message.split('. ')[1]])).toEqual(
    [
      'soon, of delays',
      'isNot, of guards',
      'unknown, of actions',
      'with, of actions',
      'nobody, of actors',
    ].map(name => ['IMPLEMENTATION_MISSING', `It is ${name}.`]),
  )
})

test('a transition behind one that is always taken is found', () => {
  const guard = (): boolean => true
  const found = (X: unknown): string[] => inStates({ a: { after: { 1: 'end' }, on: { X } }, end })
  expect(found([{ target: 'end' }, { target: 'end', guard }])).toEqual(['warning TRANSITION_NEVER_TAKEN a'])
  expect(found([{ target: 'end', guard }, { target: 'end' }])).toEqual([])
})
