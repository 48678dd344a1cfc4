/** flow(): what a workflow given as data says, and what is refused in it with which code. */
import { flow, type FlowDocument } from 'stator'
import { describe, expect, it } from 'vitest'

const code = (value: string, ...words: string[]): unknown =>
  expect.objectContaining({ code: value, message: expect.stringContaining(words[0] ?? '') as string })

const of = (...steps: FlowDocument['steps']): FlowDocument => ({ name: 'w', steps })
const a = { step: 'a', task: 't' } as const

describe('flow()', () => {
  it('numbers what it names in the order in which it stands there', () => {
    const made = flow({
      name: 'release',
      version: '7',
      limit: 4,
      onFailure: 'cancel',
      signals: ['go'],
      steps: [
        {
          step: 'build',
          task: 'build',
          input: { fast: true },
          bind: { ref: 'input.ref' },
          compensate: 'unbuild',
          pivot: true,
        },
        {
          parallel: 'verify',
          limit: 2,
          steps: [
            { step: 'lint', task: 'lint', from: 'outputs.build' },
            {
              sequence: 's',
              steps: [
                { wait: 'ready', signal: 'ready', for: '1h' },
                { gate: 'ok', expires: '2h' },
              ],
            },
          ],
        },
        {
          branch: 'size',
          cases: [
            { case: 'big', when: { ref: 'outputs.build.size', is: 'gt', value: 5 }, steps: [a] },
            { case: 'small', steps: [] },
          ],
        },
        {
          loop: 'again',
          max: 3,
          while: { not: { ref: ['outputs', 'b.c', 'ok'], is: 'exists' } },
          steps: [{ step: 'b.c', task: 't' }],
        },
        {
          map: 'each',
          over: 'outputs.build.files',
          task: 't',
          limit: 10,
          bind: { size: 'outputs.build.size' },
        },
        { run: 'kid', workflow: { name: 'child' } },
        { wait: 'until', until: 'outputs.build.at' },
      ],
    })
    expect(made).toMatchObject({ kind: 'flow', name: 'release', version: '7' })
    expect(made.flow.lanes).toEqual([4, 2])
    expect(made.flow.signals).toEqual(['go', 'ready'])
    expect(JSON.parse(JSON.stringify(made.flow.body))).toEqual([
      {
        kind: 'step',
        name: 'build',
        step: 0,
        task: 'build',
        input: { value: { fast: true }, fill: { ref: { from: 'input', path: ['ref'] } } },
        undo: { task: 'unbuild' },
        pivot: true,
        lanes: [0],
      },
      {
        kind: 'parallel',
        name: 'verify',
        body: [
          {
            kind: 'step',
            name: 'lint',
            step: 1,
            task: 'lint',
            input: { whole: { from: { step: 0 } } },
            lanes: [0, 1],
          },
          {
            kind: 'sequence',
            name: 's',
            body: [
              { kind: 'wait', name: 'ready', step: 2, signal: 'ready', for: 3_600_000 },
              { kind: 'gate', name: 'ok', step: 3, expires: 7_200_000 },
            ],
          },
        ],
      },
      {
        kind: 'branch',
        name: 'size',
        step: 4,
        cases: [
          {
            name: 'big',
            when: { ref: { from: { step: 0 }, path: ['size'] }, is: 'gt', value: 5 },
            body: [{ kind: 'step', name: 'a', step: 5, task: 't', lanes: [0] }],
          },
          { name: 'small', body: [] },
        ],
      },
      {
        kind: 'loop',
        name: 'again',
        step: 6,
        while: { not: { ref: { from: { step: 7 }, path: ['ok'] }, is: 'exists' } },
        max: 3,
        body: [{ kind: 'step', name: 'b.c', step: 7, task: 't', lanes: [0] }],
      },
      {
        kind: 'map',
        name: 'each',
        step: 8,
        over: { from: { step: 0 }, path: ['files'] },
        limit: 10,
        each: {
          kind: 'step',
          name: 'each',
          step: 8,
          task: 't',
          input: { fill: { size: { from: { step: 0 }, path: ['size'] } } },
          lanes: [0],
        },
      },
      { kind: 'workflow', name: 'kid', step: 9, workflow: 'child', version: '1', undoable: true },
      { kind: 'wait', name: 'until', step: 10, until: { from: { step: 0 }, path: ['at'] } },
    ])
  })

  it('compiles to a statechart', () => {
    expect(flow(of(a)).machine.id).toBe('w')
  })

  it.each<[string, FlowDocument, unknown]>([
    ['what is no document', null as never, code('DEFINITION_INVALID')],
    ['a word misspelled', { name: 'w', step: [] } as never, code('DEFINITION_INVALID')],
    [
      'a node of no sort',
      of({ stap: 'a', task: 't' } as never),
      code('DEFINITION_INVALID', 'one of step, map'),
    ],
    ['a word misspelled in a node', of({ ...a, taks: 't' } as never), code('DEFINITION_INVALID', 'step a')],
    [
      'the same deep inside',
      of({ sequence: 's', steps: [{ loop: 'l', max: 0, while: { all: [] }, steps: [a] }] }),
      code('DEFINITION_INVALID', 'loop l'),
    ],
    ['a bad name', of({ step: 'a/b', task: 't' }), code('ADDRESS_INVALID')],
    ['a bad name of the workflow', { name: '', steps: [] }, code('ADDRESS_INVALID')],
    ['a name used twice', of(a, { sequence: 's', steps: [a] }), code('DEFINITION_INVALID', 'twice')],
    [
      'a case named twice',
      of({
        branch: 'b',
        cases: [
          { case: 'c', steps: [] },
          { case: 'c', steps: [] },
        ],
      }),
      code('DEFINITION_INVALID', 'same name'),
    ],
    [
      'an empty loop',
      of({ loop: 'l', max: 1, while: { all: [] }, steps: [] }),
      code('DEFINITION_INVALID', 'nothing in it'),
    ],
    ['a reference to what is not there', of({ ...a, from: 'outputs.b' }), code('DEPENDENCY_UNKNOWN')],
    [
      'a reference to what comes later',
      of({ ...a, from: 'outputs.b' }, { step: 'b', task: 't' }),
      code('DEPENDENCY_UNKNOWN'),
    ],
    [
      'a reference to what runs beside it',
      of({ parallel: 'p', steps: [a, { step: 'b', task: 't', from: 'outputs.a' }] }),
      code('DEPENDENCY_UNKNOWN'),
    ],
    ['a reference to itself', of({ ...a, from: 'outputs.a' }), code('DEPENDENCY_UNKNOWN')],
    ['a reference to nothing known', of({ ...a, from: 'vars.x' }), code('DEPENDENCY_UNKNOWN')],
    [
      'two origins of one input',
      of({ ...a, from: 'input', input: 1 }),
      code('DEFINITION_INVALID', 'all of its input'),
    ],
    [
      'something bound into a text',
      of({ ...a, input: 'x', bind: { k: 'input' } }),
      code('DEFINITION_INVALID', 'an object'),
    ],
    [
      'a map of nothing',
      of({ map: 'm', over: 'input' }),
      code('DEFINITION_INVALID', 'of a task or of a workflow'),
    ],
    [
      'a map of both',
      of({ map: 'm', over: 'input', task: 't', workflow: { name: 'w' } }),
      code('DEFINITION_INVALID', 'of a task or of a workflow'),
    ],
    ['a wait for nothing', of({ wait: 'x' }), code('DEFINITION_INVALID', 'a wait is')],
    [
      'a wait for two things',
      of(a, { wait: 'x', for: '1s', until: 'outputs.a' }),
      code('DEFINITION_INVALID', 'a wait is'),
    ],
    [
      'a pivot beside others',
      of({ parallel: 'p', steps: [{ ...a, pivot: true }] }),
      code('DEFINITION_INVALID', 'pivot'),
    ],
    [
      'a pivot in a loop',
      of({ loop: 'l', max: 1, while: { all: [] }, steps: [{ ...a, pivot: true }] }),
      code('DEFINITION_INVALID', 'pivot'),
    ],
    ['no time', of({ wait: 'x', for: 'soon' as never }), code('DEFINITION_INVALID')],
  ])('refuses %s', (_what, document, expected) => {
    expect(() => flow(document)).toThrow(expected as never)
  })
})
