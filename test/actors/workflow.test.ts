/** workflow(): plans, branches of one builder, and what is refused with which code. */
import { task, workflow, type WorkflowDefinition } from 'stator'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const code = (value: string): unknown => expect.objectContaining({ code: value })
const t = task('t')
const u = task('u')

/** Which step waits for which, by name. */
const shape = ({ plan }: Pick<WorkflowDefinition, 'plan'>): object =>
  Object.fromEntries(
    plan.steps.map(({ name, after }) => [name, after.map(i => plan.steps[i]?.name ?? '?').join(' ')]),
  )

describe('workflow()', () => {
  it('puts each step after the one before it', () => {
    const made = workflow('w').step('a', t).step('b', u).step('c', t)
    expect(shape(made)).toEqual({ a: '', b: 'a', c: 'b' })
    expect(made.plan.steps.map(step => step.task)).toEqual(['t', 'u', 't'])
  })

  it('runs the steps of a parallel group beside each other, and what follows waits for all of them', () => {
    const made = workflow('w')
      .step('a', t)
      .parallel('checks', steps => steps.step('b', t).step('c', t))
      .step('d', t)
    expect(shape(made)).toEqual({ a: '', b: 'a', c: 'a', d: 'b c' })
    expect(made.plan.steps.map(({ group }) => group)).toEqual([undefined, 'checks', 'checks', undefined])
  })

  it('runs the steps of a sequence one after the other', () => {
    const made = workflow('w')
      .parallel('first', steps => steps.step('a', t).step('b', t))
      .sequence('then', steps => steps.step('c', t).step('d', t))
      .step('e', t)
    expect(shape(made)).toEqual({ a: '', b: '', c: 'a b', d: 'c', e: 'd' })
  })

  it('passes over groups without steps', () => {
    const made = workflow('w')
      .step('a', t)
      .parallel('none', steps => steps)
      .sequence('nothing', steps => steps)
      .step('b', t)
    expect(shape(made)).toEqual({ a: '', b: 'a' })
  })

  it('may have no steps at all', () => {
    expect(workflow('w').plan).toEqual({ steps: [], lanes: [], onFailure: 'continue' })
  })

  it('gives each limit a lane: one for the whole, one for each group that has one', () => {
    const { plan } = workflow('w', { limit: 5, onFailure: 'cancel', version: '7' })
      .parallel('one', steps => steps.step('a', t).step('b', t), { limit: 2 })
      .parallel('two', steps => steps.step('c', t))
      .parallel('three', steps => steps.step('d', t), { limit: 3 })
    expect(plan).toMatchObject({ lanes: [5, 2, 3], onFailure: 'cancel' })
    expect(plan.steps.map(({ lanes }) => lanes)).toEqual([[0, 1], [0, 1], [0], [0, 2]])
  })

  it('keeps version, task and mapper of each step', () => {
    const mapper = (): number => 1
    const made = workflow('w', { version: '7' }).step('a', t, mapper)
    expect(made.version).toBe('7')
    expect(workflow('w').version).toBe('1')
    expect(made.declared).toEqual([{ step: made.plan.steps[0], task: t, mapper }])
  })

  it.each<[string, () => unknown, string]>([
    ['a bad name', () => workflow('a/b'), 'ADDRESS_INVALID'],
    ['a bad step name', () => workflow('w').step('', t), 'ADDRESS_INVALID'],
    ['a bad group name', () => workflow('w').parallel('x y', steps => steps), 'ADDRESS_INVALID'],
    ['an input that is no JSON', () => workflow('w', { input: z.date() }), 'DEFINITION_INVALID'],
    ['a limit of none', () => workflow('w', { limit: 0 }), 'DEFINITION_INVALID'],
    [
      'a group limit of a half',
      () => workflow('w').parallel('g', s => s, { limit: 0.5 }),
      'DEFINITION_INVALID',
    ],
    ['a name used twice', () => workflow('w').step('a', t).step('a', t), 'DEFINITION_INVALID'],
    [
      'a name used twice in a group',
      () => workflow('w').parallel('g', steps => steps.step('a', t).step('a', t)),
      'DEFINITION_INVALID',
    ],
    [
      'a name used before a group',
      () =>
        workflow('w')
          .step('a', t)
          .sequence('g', steps => steps.step('a', t)),
      'DEFINITION_INVALID',
    ],
    [
      'a name used in a group before',
      () =>
        workflow('w')
          .sequence('g', steps => steps.step('a', t))
          .step('a', t),
      'DEFINITION_INVALID',
    ],
    ['options that are none', () => workflow('w', null as never), 'DEFINITION_INVALID'],
    ['an input that is nothing', () => workflow('w', { input: null as never }), 'DEFINITION_INVALID'],
    [
      'an unknown word on failures',
      () => workflow('w', { onFailure: 'bogus' as 'cancel' }),
      'DEFINITION_INVALID',
    ],
    ['a version that is no text', () => workflow('w', { version: 5 as never }), 'DEFINITION_INVALID'],
    ['a version without a character', () => workflow('w', { version: '' }), 'DEFINITION_INVALID'],
    ['a step without a task', () => workflow('w').step('x', undefined as never), 'DEFINITION_INVALID'],
    ['a mapper that is no function', () => workflow('w').step('x', t, 5 as never), 'DEFINITION_INVALID'],
    ['a group without steps to build', () => workflow('w').parallel('x', 5 as never), 'DEFINITION_INVALID'],
    ['a sequence without any', () => workflow('w').sequence('x', undefined as never), 'DEFINITION_INVALID'],
    [
      'options of a group that are none',
      () => workflow('w').parallel('x', steps => steps, null as never),
      'DEFINITION_INVALID',
    ],
    [
      'a step of a group without a task',
      () => workflow('w').sequence('g', steps => steps.step('x', {} as never)),
      'DEFINITION_INVALID',
    ],
  ])('refuses %s', (_what, make, expected) => {
    expect(make).toThrow(code(expected))
  })
})

describe('two workflows made from one', () => {
  it('do not see each other, whatever is added to which first', () => {
    const base = workflow('w', { limit: 9 }).step('a', t)
    const left = base.parallel('l', steps => steps.step('b', t), { limit: 2 })
    const right = base.parallel('r', steps => steps.step('c', t), { limit: 3 })
    const further = left.step('c', u)
    expect([base, left, right, further].map(({ plan }) => plan.lanes)).toEqual([[9], [9, 2], [9, 3], [9, 2]])
    expect([left, right].map(({ plan }) => plan.steps[1]?.lanes)).toEqual([
      [0, 1],
      [0, 1],
    ])
    expect([base, left, right, further].map(shape)).toEqual([
      { a: '' },
      { a: '', b: 'a' },
      { a: '', c: 'a' },
      { a: '', b: 'a', c: 'b' },
    ])
  })

  it('may use the names of each other', () => {
    const base = workflow('w')
    expect([base.step('a', t), base.step('a', u)].map(({ plan }) => plan.steps[0]?.task)).toEqual(['t', 'u'])
  })

  it('have the plan that they had, whether it was looked at before or after', () => {
    const base = workflow('w').step('a', t)
    const early = JSON.stringify(base.plan)
    base.parallel('g', steps => steps.step('b', t), { limit: 2 })
    expect(JSON.stringify(base.plan)).toBe(early)
    expect(base.declared).toHaveLength(1)
  })

  it('are not harmed by one that was refused', () => {
    const base = workflow('w').step('a', t)
    const refused = (): unknown => base.parallel('g', steps => steps.step('b', t).step('a', t), { limit: 2 })
    expect(refused).toThrow(code('DEFINITION_INVALID'))
    expect(shape(base.step('b', t))).toEqual({ a: '', b: 'a' })
  })
})

describe('a long workflow', () => {
  it('of twice the steps takes twice the work', () => {
    const [once, twice] = [work(500), work(1000)]
    expect(once).toBeGreaterThan(500)
    expect(twice / once).toBeLessThan(2.1)
  })

  it('counts work of which there is too much', () => {
    let list: number[] = []
    const looks = looksOf(() => {
      for (let i = 0; i < 100; i++) list = list.concat(i)
    })
    expect(looks).toBe((100 * 99) / 2)
  })
})

/** Elements looked at or copied while a workflow of that many steps is made, and its plan. */
function work(size: number): number {
  let length = 0
  const looks = looksOf(() => {
    let made = workflow('w') as WorkflowDefinition
    for (let i = 0; i < size; i++) made = made.step(`s${i}`, t) as WorkflowDefinition
    length = made.plan.steps.length
  })
  expect(length).toBe(size)
  return looks
}

/** How many elements of arrays are walked meanwhile, by a copy, a loop or a search. */
function looksOf(act: () => void): number {
  let looks = 0
  const prototype: object = Array.prototype
  const walks = [Symbol.iterator, 'slice', 'map', 'some', 'find', 'concat', 'filter', 'includes'] as const
  const originals = walks.map(name => ({ name, original: Array.prototype[name] as () => unknown }))
  for (const { name, original } of originals) {
    const value = function (this: unknown[], ...args: []): unknown {
      looks += this.length
      return original.apply(this, args)
    }
    Object.defineProperty(prototype, name, { value, configurable: true, writable: true })
  }
  try {
    act()
    return looks
  } finally {
    for (const { name, original: value } of originals)
      Object.defineProperty(prototype, name, { value, configurable: true, writable: true })
  }
}
