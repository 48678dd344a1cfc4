/** workflow(): flows, branches of one builder, and what is refused with which code. */
import { query, task, update, workflow, type WorkflowDefinition } from 'stator'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { indexOf, type Placed } from '../../src/machines/flow-index.ts'
import type { FlowNode } from '../../src/messages/flow.ts'

const code = (value: string): unknown => expect.objectContaining({ code: value })
const t = task('t')
const u = task('u')

/** Groups as lists, steps by name: `['a', ['|checks', 'b', 'c']]`. */
type Shape = string | readonly [string, ...Shape[]]
const shapeOf = (nodes: readonly FlowNode[]): Shape[] =>
  nodes.map(node => {
    if (node.kind === 'sequence') return [`>${node.name}`, ...shapeOf(node.body)]
    if (node.kind === 'parallel') return [`|${node.name}`, ...shapeOf(node.body)]
    return node.name
  })
const shape = ({ flow }: Pick<WorkflowDefinition, 'flow'>): Shape[] => shapeOf(flow.body)
const nodesOf = ({ flow }: Pick<WorkflowDefinition, 'flow'>): Placed[] =>
  indexOf(flow).entries.map(({ node }) => node)

describe('workflow()', () => {
  it('puts each step after the one before it', () => {
    const made = workflow('w').step('a', t).step('b', u).step('c', t)
    expect(shape(made)).toEqual(['a', 'b', 'c'])
    expect(nodesOf(made)).toMatchObject([{ task: 't' }, { task: 'u' }, { task: 't' }])
  })

  it('runs the steps of a parallel group beside each other, and what follows waits for all of them', () => {
    const made = workflow('w')
      .step('a', t)
      .parallel('checks', steps => steps.step('b', t).step('c', t))
      .step('d', t)
    expect(shape(made)).toEqual(['a', ['|checks', 'b', 'c'], 'd'])
    expect(indexOf(made.flow).entries.map(({ group }) => group)).toEqual([
      undefined,
      'checks',
      'checks',
      undefined,
    ])
  })

  it('runs the steps of a sequence one after the other, also as one of those that run beside each other', () => {
    const made = workflow('w')
      .parallel('first', steps => steps.step('a', t).sequence('then', row => row.step('c', t).step('d', t)))
      .step('e', t)
    expect(shape(made)).toEqual([['|first', 'a', ['>then', 'c', 'd']], 'e'])
  })

  it('knows of each step how far it is to the end', () => {
    const made = workflow('w')
      .step('a', t)
      .parallel('p', steps => steps.step('b', t).sequence('s', row => row.step('c', t).step('d', t)))
      .branch('which', cases =>
        cases
          .when(
            'one',
            () => true,
            row => row.step('e', t).step('f', t),
          )
          .otherwise('none', row => row),
      )
      .step('g', t)
    const paths = indexOf(made.flow).entries.map(({ node, path }) => `${node.name} ${path}`)
    expect(paths).toEqual(['a 6', 'b 4', 'c 5', 'd 4', 'which 3', 'e 3', 'f 2', 'g 1'])
  })

  it('passes over groups without steps', () => {
    const made = workflow('w')
      .step('a', t)
      .parallel('none', steps => steps)
      .sequence('nothing', steps => steps)
      .step('b', t)
    expect(shape(made)).toEqual(['a', ['|none'], ['>nothing'], 'b'])
  })

  it('may have no steps at all', () => {
    expect(workflow('w').flow).toEqual({ body: [], lanes: [], onFailure: 'continue', signals: [] })
  })

  it('gives each limit a lane: one for the whole, one for each group that has one', () => {
    const made = workflow('w', { limit: 5, onFailure: 'cancel', version: '7' })
      .parallel('one', steps => steps.step('a', t).step('b', t), { limit: 2 })
      .parallel('two', steps => steps.step('c', t))
      .parallel('three', steps => steps.step('d', t), { limit: 3 })
    expect(made.flow).toMatchObject({ lanes: [5, 2, 3], onFailure: 'cancel' })
    expect(nodesOf(made)).toMatchObject([
      { lanes: [0, 1] },
      { lanes: [0, 1] },
      { lanes: [0] },
      { lanes: [0, 2] },
    ])
  })

  it('keeps its version, its tasks, those that undo included, and the workflows below it', () => {
    const child = workflow('child').step('x', t)
    const made = workflow('w', { version: '7' })
      .step('a', t, () => 1, { compensate: u })
      .step('b', child)
    expect(made.version).toBe('7')
    expect(workflow('w').version).toBe('1')
    expect(made.tasks).toEqual([t, u])
    expect(made.children).toEqual([child])
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
    ['a word misspelled in its options', () => workflow('w', { verson: '1' } as never), 'DEFINITION_INVALID'],
    [
      'vars without defaults',
      () => workflow('w', { vars: z.object({ n: z.number() }) }),
      'DEFINITION_INVALID',
    ],
    ['a signal that is none', () => workflow('w', { signals: [{} as never] }), 'DEFINITION_INVALID'],
    [
      'options of a step that are none',
      () => workflow('w').step('a', t, { compensat: u } as never),
      'DEFINITION_INVALID',
    ],
    [
      'a compensation that is no task',
      () => workflow('w').step('a', t, { compensate: {} as never }),
      'DEFINITION_INVALID',
    ],
    [
      'a retry that is none',
      () => workflow('w').step('a', t, { retry: { maxAttempts: 0 } }),
      'DEFINITION_INVALID',
    ],
    [
      'a group that gives nothing back',
      () => workflow('w').parallel('g', () => undefined as never),
      'DEFINITION_INVALID',
    ],
    [
      'a row that gives something else back',
      () => workflow('w').sequence('g', () => 5 as never),
      'DEFINITION_INVALID',
    ],
    [
      'a pivot beside others',
      () => workflow('w').parallel('g', steps => steps.step('a', t, { pivot: true } as never)),
      'DEFINITION_INVALID',
    ],
    [
      'a pivot in a loop, however deep',
      () =>
        workflow('w').loop(
          'l',
          row => row.branch('b', cases => cases.otherwise('c', inner => inner.step('a', t, { pivot: true }))),
          { while: () => true, max: 2 },
        ),
      'DEFINITION_INVALID',
    ],
    [
      'a loop of nothing',
      () => workflow('w').loop('l', row => row, { while: () => true, max: 2 }),
      'DEFINITION_INVALID',
    ],
    [
      'a loop without an end',
      () => workflow('w').loop('l', row => row.step('a', t), { while: () => true } as never),
      'DEFINITION_INVALID',
    ],
    ['a branch without cases', () => workflow('w').branch('b', cases => cases), 'DEFINITION_INVALID'],
    [
      'two cases of one name',
      () => workflow('w').branch('b', cases => cases.otherwise('c', row => row).otherwise('c', row => row)),
      'DEFINITION_INVALID',
    ],
    [
      'a condition that is no function',
      () => workflow('w').branch('b', cases => cases.when('c', true as never, row => row)),
      'DEFINITION_INVALID',
    ],
    ['a map over what is no function', () => workflow('w').map('m', [1] as never, t), 'DEFINITION_INVALID'],
    ['a map of no task', () => workflow('w').map('m', () => [1], {} as never), 'DEFINITION_INVALID'],
    ['a map of none at once', () => workflow('w').map('m', () => [1], t, { limit: 0 }), 'DEFINITION_INVALID'],
    ['a wait for nothing', () => workflow('w').wait('x', {} as never), 'DEFINITION_INVALID'],
    [
      'a wait for two things',
      () => workflow('w').wait('x', { for: '1s', until: () => 1 } as never),
      'DEFINITION_INVALID',
    ],
    ['a wait for no time', () => workflow('w').wait('x', { for: 'soon' as never }), 'DEFINITION_INVALID'],
    ['a wait for no signal', () => workflow('w').wait('x', { signal: {} as never }), 'DEFINITION_INVALID'],
    [
      'a gate that is none',
      () => workflow('w').step('g', { kind: 'gate', expires: 'x' } as never),
      'DEFINITION_INVALID',
    ],
    [
      'a workflow that is none',
      () => workflow('w').step('c', { kind: 'workflow' } as never),
      'DEFINITION_INVALID',
    ],
    [
      'two handlers of one update',
      () =>
        workflow('w')
          .update(update('u'), () => ({ answer: 1 }))
          .update(update('u'), () => ({ answer: 2 })),
      'DEFINITION_INVALID',
    ],
    ['a handler that is none', () => workflow('w').query(query('q'), 5 as never), 'DEFINITION_INVALID'],
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
    expect([base, left, right, further].map(({ flow }) => flow.lanes)).toEqual([[9], [9, 2], [9, 3], [9, 2]])
    expect([left, right].map(made => nodesOf(made)[1])).toMatchObject([{ lanes: [0, 1] }, { lanes: [0, 1] }])
    expect([base, left, right, further].map(shape)).toEqual([
      ['a'],
      ['a', ['|l', 'b']],
      ['a', ['|r', 'c']],
      ['a', ['|l', 'b'], 'c'],
    ])
  })

  it('may use the names of each other', () => {
    const base = workflow('w')
    expect([base.step('a', t), base.step('a', u)].map(made => nodesOf(made)[0])).toMatchObject([
      { task: 't' },
      { task: 'u' },
    ])
  })

  it('have the flow that they had, whether it was looked at before or after', () => {
    const base = workflow('w').step('a', t)
    const early = JSON.stringify(base.flow)
    base.parallel('g', steps => steps.step('b', t), { limit: 2 })
    expect(JSON.stringify(base.flow)).toBe(early)
    expect(base.tasks).toHaveLength(1)
  })

  it('are not harmed by one that was refused', () => {
    const base = workflow('w').step('a', t)
    const refused = (): unknown => base.parallel('g', steps => steps.step('b', t).step('a', t), { limit: 2 })
    expect(refused).toThrow(code('DEFINITION_INVALID'))
    expect(shape(base.step('b', t))).toEqual(['a', 'b'])
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

/** Elements looked at or copied while a workflow of that many steps is made, and its flow. */
function work(size: number): number {
  let length = 0
  const looks = looksOf(() => {
    let made = workflow('w') as WorkflowDefinition
    for (let i = 0; i < size; i++) made = made.step(`s${i}`, t) as WorkflowDefinition
    length = made.flow.body.length
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
