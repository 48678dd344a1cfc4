/** Overviews: large machines as drawings that Mermaid takes and people read; small ones lose no state. */
import { describe, expect, test } from 'vitest'
import { createMachine, type AnyStateMachine } from 'xstate'
import { agentMachine, graphMachine, taskMachine } from 'stator'
import { toMermaid } from 'stator/inspect'
import { indexOf } from '../../src/machines/flow-index.ts'
import { compileWorkflow } from '../../src/machines/workflow.ts'
import type { FlowNode } from '../../src/messages/flow.ts'
import { declaredIn, misdrawn, unfit } from './grammar.ts'

const linesOf = (machine: AnyStateMachine, states?: number): string[] =>
  toMermaid(machine, { detail: 'overview', ...(states === undefined ? {} : { states }) })
    .trimEnd()
    .split('\n')

let index = 0
const step = (name: string, more: object = {}): FlowNode =>
  ({ kind: 'step', name, step: index++, task: name, ...more }) as FlowNode
const undo = { undo: { task: 'undo' } }

function compiled(make: () => FlowNode[]): AnyStateMachine {
  index = 0
  return compileWorkflow(
    'flow',
    '1',
    indexOf({ body: make(), lanes: [], onFailure: 'continue', signals: [] }),
  )
}

const steps = (count: number, more: object = {}): FlowNode[] =>
  Array.from({ length: count }, (_, i) => step(`s${i}`, more))

const release = compiled(() => [
  step('build', undo),
  {
    kind: 'parallel',
    name: 'verify',
    body: [step('unit'), { kind: 'sequence', name: 'slow', body: [step('deploy', undo), step('e2e', undo)] }],
  },
  {
    kind: 'branch',
    name: 'size',
    step: index++,
    cases: [
      { name: 'big', when: 'code', body: [step('announce')] },
      { name: 'small', body: [] },
    ],
  },
  { kind: 'gate', name: 'approve', step: index++ },
  step('charge', { pivot: true }),
])

const large: [string, AnyStateMachine][] = [
  ['a row of 1,000 steps that can be undone', compiled(() => steps(1_000, undo))],
  ['100 steps beside each other', compiled(() => [{ kind: 'parallel', name: 'all', body: steps(100) }])],
  [
    'groups of groups',
    compiled(() =>
      Array.from({ length: 20 }, (_, a) => ({
        kind: 'sequence' as const,
        name: `g${a}`,
        body: Array.from({ length: 10 }, (_unused, b) => ({
          kind: 'parallel' as const,
          name: `g${a}-${b}`,
          body: [step(`l${a}-${b}`), step(`r${a}-${b}`)],
        })),
      })),
    ),
  ],
]

describe.each([['release', release] as [string, AnyStateMachine], ...large])('%s', (_, machine) => {
  test('is drawn in lines that Mermaid takes, each state once, arrows between states that are there', () => {
    const lines = linesOf(machine)
    expect([unfit(lines), misdrawn(lines)]).toEqual([[], []])
    expect(linesOf(machine)).toEqual(lines)
  })

  test('stays within the number of states given, and within the bounds of Mermaid', () => {
    for (const most of [20, 80, 200]) {
      const lines = linesOf(machine, most)
      // The phases of a workflow are there whatever is asked for.
      expect(declaredIn(lines).length).toBeLessThanOrEqual(most + 10)
      expect(lines.filter(line => line.includes('-->')).length).toBeLessThan(500)
      expect(lines.join('\n').length).toBeLessThan(50_000)
    }
  })
})

test('what is not shown is counted', () => {
  const [, row] = large[0] as [string, AnyStateMachine]
  const text = linesOf(row).join('\n')
  expect(text).toMatch(/state "and 976 more" as s__running__body___rest/)
  expect(text).toContain('s__running__body__s20 --> s__running__body___rest : step.done [isDone]')
  expect(text).toContain('s__running__body___rest --> s__running__body__s997')
  const folded = linesOf((large[2] as [string, AnyStateMachine])[1], 40).join('\n')
  expect(folded).toMatch(/s__running__body__g0 : sequence \(\d+ states\)/)
})

test('a step is named, other parts say what they are, and an undo what it undoes', () => {
  const text = linesOf(release).join('\n')
  expect(text).toContain('s__running__body__approve : gate')
  expect(text).toContain('s__running__body__size : branch')
  expect(text).not.toContain('s__running__body__build : ')
  expect(text).toContain('state "undo build" as s__compensating__build')
  expect(text).toContain(
    's__running__body__size__size_2f_choice --> s__running__body__size__announce : flow.decided [chose big]',
  )
})

test('regions are drawn beside each other, and end where they end', () => {
  const text = linesOf(release).join('\n')
  expect(text).toMatch(/state "unit" as s__running__body__verify__unit\n[^}]*--\n\s+state "slow"/)
  expect(text).toMatch(/s__running__body__verify__slow__slow__e2e --> \[\*\] : step\.done \[isDone\]/)
})

test('what all steps have is drawn once: no place to wait for an operator, one way to fail', () => {
  const text = linesOf(release).join('\n')
  expect(text).not.toContain('_held')
  expect(text.match(/s__running\S* --> s__failing/g)).toHaveLength(1)
  expect(text).toContain('s__running__body --> s__failing : ')
  expect(toMermaid(release)).toContain('_held')
})

const own = createMachine({
  id: 'own',
  initial: 'draft',
  states: {
    draft: { on: { SAVE: 'draft', SEND: 'review', POST: 'review' } },
    review: {
      type: 'parallel',
      states: {
        legal: { initial: 'open', states: { open: { on: { OK: 'fine' } }, fine: { type: 'final' } } },
        style: { initial: 'a', states: { a: { on: { B: 'b' } }, b: { on: { A: 'a' } } } },
      },
      onDone: 'done',
    },
    done: { type: 'final' },
  },
})

test("a machine of one's own: parallel states, its ends, and two ways between two states as one arrow", () => {
  const lines = linesOf(own)
  expect([unfit(lines), misdrawn(lines)]).toEqual([[], []])
  const text = lines.join('\n')
  expect(text).toContain('s__draft --> s__review : SEND, POST')
  expect(text).toContain('s__draft --> s__draft : SAVE')
  expect(text).toContain('s__review --> s__done : done')
})

test.each([
  ['task', taskMachine],
  ['agent', agentMachine],
  ['graph', graphMachine],
] as [string, AnyStateMachine][])(
  'the overview of the small machine %s has all of its states',
  (_, machine) => {
    const all = toMermaid(machine).trimEnd().split('\n')
    expect(declaredIn(linesOf(machine))).toEqual(declaredIn(all))
  },
)
