/**
 * Drawings: every state and transition of a machine is in its Mermaid text, and nothing in a name or description can break its syntax.
 */
import { describe, expect, test } from 'vitest'
import { createMachine, type AnyStateMachine } from 'xstate'
import { agentMachine, graphMachine, hubMachine, taskMachine } from 'stator'
import { toDefinition, toMermaid } from 'stator/inspect'
import { misdrawn, unfit } from './grammar.ts'

const wild = createMachine({
  id: 'wild',
  initial: 'a b',
  on: { RESET: '.a b' },
  states: {
    'a b': {
      description: 'has: a colon; "quotes" #hash {braces} --> <b> %% `x`\n a new line, and a back\\slash',
      on: { 'x:y;z': { guard: () => true, target: 'p' }, '*': 'done' },
      after: { 1000: 'p' },
    },
    a_b: { meta: { description: 'note right of state' }, on: { E: 'a b' } },
    p: {
      type: 'parallel',
      onDone: 'done',
      states: {
        one: { initial: 'i', states: { i: { on: { GO: 'j' } }, j: { type: 'final' } } },
        two: { initial: 'end', states: { end: {} } },
      },
    },
    done: { type: 'final' },
  },
})
const machines: [string, AnyStateMachine][] = [
  ['agent', agentMachine],
  ['task', taskMachine],
  ['workflow', graphMachine],
  ['hub', hubMachine],
  ['wild', wild],
]

describe.each(machines)('the drawing of %s', (_, machine) => {
  const lines = toMermaid(machine).trimEnd().split('\n')

  test('has only lines that Mermaid takes', () => {
    expect(unfit(lines)).toEqual([])
  })

  test('declares each state once, and draws arrows between declared ones only', () => {
    expect(misdrawn(lines)).toEqual([])
  })

  test('is the same each time', () => {
    expect(toMermaid(machine)).toBe(`${lines.join('\n')}\n`)
  })
})

test('guards, delays, descriptions, first and final states are shown', () => {
  const drawing = toMermaid(taskMachine)
  expect(drawing).toContain('  [*] --> s__pending\n')
  expect(drawing).toContain('  s__failed --> [*]\n')
  expect(drawing).toContain('s__running --> s__retrying : task.failed [mayRetry]\n')
  expect(drawing).toContain('s__retrying --> s__queued : after untilNext\n')
  expect(drawing).toContain('s__queued : Ready#59; waits for its queue and for a free agent that fits.\n')
  expect(toMermaid(graphMachine)).toContain('s__running --> s__completed : always [hasCompleted]\n')
})

test('nested and parallel states, what the whole machine takes, and numbers of milliseconds are shown', () => {
  const drawing = toMermaid(wild)
  expect(drawing).toContain('  state s__p {\n    state "one" as s__p__one\n')
  expect(drawing).toContain('    --\n')
  expect(drawing).toContain('s__a_20_b --> s__p : after 1000 ms\n')
  expect(drawing).toContain('s__a_20_b --> s__done : any event\n')
  expect(drawing).toContain('s__p --> s__done : done\n')
  expect(drawing).toContain('s__a_5f_b --> s__a_20_b : RESET\n')
})

test.each(machines)('the definition of %s is JSON from which XState makes the same states', (_, machine) => {
  const definition = toDefinition(machine)
  expect(definition).toEqual(JSON.parse(JSON.stringify(definition)))
  const { id, states } = createMachine(definition as never)
  expect([id, Object.keys(states)]).toEqual([machine.id, Object.keys(machine.states)])
})
