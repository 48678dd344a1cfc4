/** What tests of the pre-flight share: findings in few words, and flows written by hand. */
import { createMachine, type AnyStateMachine } from 'xstate'
import type { Condition, Flow, FlowNode } from '../../src/messages/flow.ts'
import type { Finding } from '../../src/preflight/finding.ts'
import { preflight } from '../../src/preflight/preflight.ts'

export const said = (findings: readonly Finding[]): string[] =>
  findings.map(({ code, state, severity }) => `${severity} ${code} ${state}`)

/** XState's types want to know what a name means before the machine is made. */
export const machineOf = (config: object, implementations: object = {}): AnyStateMachine =>
  createMachine({ id: 'm', ...config } as never, implementations as never)

/** What is found in a machine that has these states at its top, and the first of them to begin with. */
export const inStates = (states: Readonly<Record<string, object>>): string[] =>
  said(preflight(machineOf({ initial: Object.keys(states)[0], states })))

export const flowOf = (body: readonly FlowNode[], signals: readonly string[] = []): Flow => ({
  body: [...body],
  lanes: [],
  onFailure: 'continue',
  signals: [...signals],
})

/** A workflow whose machine has nothing to find. */
export const emptyWorkflow = {
  kind: 'workflow',
  name: 'flow',
  machine: machineOf({ initial: 'end', states: { end: { type: 'final' } } }),
  preflight: undefined,
} as const

export const inFlow = (body: readonly FlowNode[], signals: readonly string[] = []): readonly Finding[] =>
  preflight({ ...emptyWorkflow, flow: flowOf(body, signals) })

type StepMore = { undo?: true; pivot?: true; index?: number }
export const step = (name: string, { undo, pivot, index = 0 }: StepMore = {}): FlowNode => ({
  kind: 'step',
  name,
  step: index,
  task: name,
  ...(undo === undefined ? {} : { undo: { task: `un${name}` } }),
  ...(pivot === undefined ? {} : { pivot }),
})
export const sequence = (name: string, ...body: FlowNode[]): FlowNode => ({ kind: 'sequence', name, body })
export const parallel = (name: string, ...body: FlowNode[]): FlowNode => ({ kind: 'parallel', name, body })
export const loop = (name: string, condition: 'code' | Condition, ...body: FlowNode[]): FlowNode => ({
  kind: 'loop',
  name,
  step: 90,
  while: condition,
  max: 3,
  body,
})
export const branch = (
  name: string,
  ...cases: (readonly ['code' | Condition | undefined, ...FlowNode[]])[]
): FlowNode => ({
  kind: 'branch',
  name,
  step: 91,
  cases: cases.map(([when, ...body], index) => ({ name: `case${index}`, when, body })),
})

/** A condition on the input. */
export const is = (
  comparison: Extract<Condition, { is: unknown }>['is'],
  value?: Extract<Condition, { is: unknown }>['value'],
  path = 'x',
): Condition => ({
  ref: { from: 'input', path: [path] },
  is: comparison,
  ...(value === undefined ? {} : { value }),
})
