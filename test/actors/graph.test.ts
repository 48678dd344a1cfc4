/** graph(), parallel(), sequence(): plans, and what is refused with which code. */
import * as fc from 'fast-check'
import { graph, parallel, sequence, task, type GraphOptions, type GraphStep } from 'stator'
import { describe, expect, it } from 'vitest'
import { findCycle } from '../../src/actors/plan.ts'

const code = (value: string): unknown => expect.objectContaining({ code: value })
const build = task('build', { role: 'devops' })
const step = (id: string, more: Partial<GraphStep> = {}): GraphStep => ({ id, task: build, ...more })

describe('graph()', () => {
  it('turns names into a plan of numbers', () => {
    const { kind, plan } = graph(
      [
        step('b', { after: ['a'], group: 'checks', role: 'qa', timeout: '1s', retry: { maxAttempts: 2 } }),
        step('a', { input: { ref: 'main' } }),
        step('c', { input: { x: 1 }, after: ['a'], bind: { one: 'a', many: ['b', 'a'] } }),
      ],
      { limit: 5, groups: { checks: { limit: 2 } }, onFailure: 'cancel' },
    )
    expect(kind).toBe('graph')
    expect(plan).toEqual({
      lanes: [5, 2],
      onFailure: 'cancel',
      steps: [
        {
          name: 'b',
          task: 'build',
          after: [1],
          lanes: [0, 1],
          group: 'checks',
          role: 'qa',
          timeout: 1000,
          retry: { maxAttempts: 2, initialInterval: 1000, backoff: 2, maxInterval: 60_000, jitter: 'full' },
        },
        { name: 'a', task: 'build', after: [], lanes: [0], input: { ref: 'main' } },
        {
          name: 'c',
          task: 'build',
          after: [1, 0],
          lanes: [0],
          input: { x: 1 },
          bind: { one: 1, many: [0, 1] },
        },
      ],
    })
  })

  it('runs all that does not depend on a failure, unless told otherwise', () => {
    expect(graph([step('a')]).plan).toMatchObject({ onFailure: 'continue', lanes: [] })
  })

  it.each([graph, parallel, sequence])('may have no steps', make => {
    expect(make([]).plan).toEqual({ steps: [], lanes: [], onFailure: 'continue' })
  })

  it.each<[string, readonly GraphStep[], GraphOptions, string]>([
    ['a bad id', [step('a b')], {}, 'ADDRESS_INVALID'],
    ['an id used twice', [step('a'), step('a')], {}, 'DEFINITION_INVALID'],
    ['an unknown dependency', [step('a', { after: ['b'] })], {}, 'DEPENDENCY_UNKNOWN'],
    ['a binding to an unknown step', [step('a', { bind: { x: ['b'] } })], {}, 'DEPENDENCY_UNKNOWN'],
    [
      'a binding into text',
      [step('b'), step('a', { input: 'x', bind: { x: 'b' } })],
      {},
      'DEFINITION_INVALID',
    ],
    [
      'a binding into a list',
      [step('b'), step('a', { input: [], bind: { x: 'b' } })],
      {},
      'DEFINITION_INVALID',
    ],
    ['a bad group', [step('a', { group: 'x y' })], {}, 'ADDRESS_INVALID'],
    ['a bad role', [step('a', { role: '' })], {}, 'ADDRESS_INVALID'],
    ['a bad timeout', [step('a', { timeout: -1 })], {}, 'DEFINITION_INVALID'],
    ['a bad retry policy', [step('a', { retry: { maxAttempts: 0 } })], {}, 'DEFINITION_INVALID'],
    ['a limit of none', [step('a')], { limit: 0 }, 'DEFINITION_INVALID'],
    ['a limit of a half', [step('a')], { limit: 0.5 }, 'DEFINITION_INVALID'],
    ['a group limit of none', [step('a')], { groups: { g: { limit: 0 } } }, 'DEFINITION_INVALID'],
  ])('refuses %s', (_what, steps, options, expected) => {
    expect(() => graph(steps, options)).toThrow(code(expected))
  })

  it.each<[string, unknown, unknown]>([
    ['no steps', undefined, undefined],
    ['steps by name', { a: step('a') }, {}],
    ['a step that is nothing', [null], {}],
    ['a step without a task', [{ id: 'a' }], {}],
    ['a step with the name of a task', [{ id: 'a', task: 'build' }], {}],
    ['one dependency instead of a list', [step('b'), { ...step('a'), after: 'b' }], {}],
    ['a dependency by number', [step('b'), { ...step('a'), after: [0] }], {}],
    ['a binding by number', [step('b'), { ...step('a'), bind: { x: 5 } }], {}],
    ['bindings in a list', [step('b'), { ...step('a'), bind: ['b'] }], {}],
    ['no retry policy', [{ ...step('a'), retry: null }], {}],
    ['options that are none', [step('a')], null],
    ['a group that is nothing', [step('a')], { groups: { g: null } }],
    ['groups in a list', [step('a')], { groups: [1] }],
    ['an unknown word on failures', [step('a')], { onFailure: 'bogus' }],
  ])('refuses %s, in any form', (_what, steps, options) => {
    for (const make of [graph, parallel, sequence])
      expect(() => make(steps as GraphStep[], options as GraphOptions)).toThrow(code('DEFINITION_INVALID'))
  })

  it.each<[string, readonly GraphStep[]]>([
    ['a → a', [step('a', { after: ['a'] })]],
    ['a → b → a', [step('a', { after: ['b'] }), step('b', { after: ['a'] })]],
    [
      // Work goes from a to b to c and back.
      'a → b → c → a',
      [step('a', { after: ['c'] }), step('b', { after: ['a'] }), step('c', { after: ['b'] })],
    ],
    ['b → c → b', [step('a'), step('b', { after: ['a', 'c'] }), step('c', { bind: { x: 'b' } })]],
  ])('spells a cycle out in the order of work: %s', (cycle, steps) => {
    expect(() => graph(steps)).toThrow(
      expect.objectContaining({ code: 'CYCLE', details: { cycle } }) as unknown as Error,
    )
  })
})

describe('sequence()', () => {
  it('puts each step after the one before it, beside what it asks for itself', () => {
    const { plan } = sequence([step('a'), step('b'), step('c', { after: ['a'] })])
    expect(plan.steps.map(({ after }) => after)).toEqual([[], [0], [0, 1]])
  })
})

describe('parallel()', () => {
  it('puts no step after another, within its limit', () => {
    const { plan } = parallel([step('a'), step('b')], { limit: 1 })
    expect(plan).toMatchObject({
      lanes: [1],
      steps: [
        { after: [], lanes: [0] },
        { after: [], lanes: [0] },
      ],
    })
  })
})

describe('the search for a cycle', () => {
  const names = (size: number): string[] => Array.from({ length: size }, (_, i) => `s${i}`)

  it('gets through a chain of a hundred thousand, and through one that is closed', () => {
    const size = 100_000
    const chain = Array.from({ length: size }, (_, i) => (i === 0 ? [] : [i - 1]))
    expect(findCycle(names(size), chain)).toBeNull()
    expect(findCycle(names(size), [[size - 1], ...chain.slice(1)])).toHaveLength(size + 1)
  })

  it('looks at each dependency once', () => {
    let looks = 0
    const after = Array.from({ length: 300 }, (_, i) => {
      const before = Array.from({ length: i }, (_unused, k) => k)
      return new Proxy(before, {
        get: (list, key) => {
          if (typeof key === 'string' && /^\d+$/.test(key)) looks++
          return Reflect.get(list, key) as unknown
        },
      })
    })
    expect(findCycle(names(300), after)).toBeNull()
    // Every edge, and once the end of each list.
    expect(looks).toBe((300 * 299) / 2 + 300)
  })

  it('finds one exactly where no order of work exists, and what it names is one', () => {
    const graphs = fc
      .integer({ min: 1, max: 8 })
      .chain(size =>
        fc.array(fc.array(fc.nat({ max: size - 1 }), { maxLength: 3 }), { minLength: size, maxLength: size }),
      )
    fc.assert(
      fc.property(graphs, after => {
        const cycle = findCycle(names(after.length), after)
        expect(cycle === null).toBe(hasOrder(after))
        const steps = (cycle ?? []).map(name => Number(name.slice(1)))
        expect(steps.at(0)).toBe(steps.at(-1))
        // Each one waits for the one before it.
        expect(steps.slice(1).filter((current, i) => !after[current]?.includes(steps[i] ?? -1))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})

/** Kahn's way: take away what waits for nothing, again and again. */
function hasOrder(after: readonly (readonly number[])[]): boolean {
  const left = new Set(after.keys())
  for (let before = -1; before !== left.size;) {
    before = left.size
    for (const one of left) if (!after[one]?.some(other => left.has(other))) left.delete(one)
  }
  return left.size === 0
}
