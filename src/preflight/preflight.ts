/**
 * preflight(): looks at a workflow before it runs, and says what cannot go well in it. It runs nothing: guards and mappers are not
 * called, and may say anything.
 */
import type { AnyStateMachine } from 'xstate'
import type { AnyWorkflow } from '../actors/workflow.ts'
import type { Flow } from '../messages/flow.ts'
import { findingOf, type Finding, type Found } from './finding.ts'
import { placesOf } from './flow/places.ts'
import { rules as flowRules } from './flow/rules/index.ts'
import { analyse } from './machine/analysis.ts'
import { rules as machineRules } from './machine/rules/index.ts'

/** A workflow, as far as it is looked at. Its option `preflight.ignore` says why a finding is none here, by code, or by code and state. */
type Checkable = Pick<AnyWorkflow, 'name' | 'machine' | 'flow'> & {
  readonly kind: 'workflow' | 'flow'
  readonly preflight?: AnyWorkflow['preflight']
}

/**
 * What is wrong with a workflow, or with any XState machine: errors first, then in the order of its states. Of a workflow, what its
 * option `preflight.ignore` gives a reason for is left out: by code, or by code and state (`WAIT_WITHOUT_TIMEOUT:review`). Of a compiled workflow what was declared is looked at, not the
 * statechart that was made of it. Takes time in proportion to its size.
 */
export function preflight(workflow: Checkable | AnyStateMachine): readonly Finding[] {
  const isWorkflow = 'kind' in workflow
  const name = isWorkflow ? workflow.name : workflow.id
  const ignored = (isWorkflow ? workflow.preflight?.ignore : undefined) ?? {}
  const found =
    isWorkflow && workflow.flow !== undefined
      ? inFlow(workflow.flow)
      : inMachine(isWorkflow ? workflow.machine : workflow)
  const findings = found
    .filter(({ code, state }) => !Object.hasOwn(ignored, code) && !Object.hasOwn(ignored, `${code}:${state}`))
    .map(each => findingOf(name, each))
  return [
    ...findings.filter(({ severity }) => severity === 'error'),
    ...findings.filter(({ severity }) => severity === 'warning'),
  ]
}

function inFlow(flow: Flow): readonly Found[] {
  const places = placesOf(flow)
  return flowRules.flatMap(rule => rule(places, flow))
}

function inMachine(machine: AnyStateMachine): readonly Found[] {
  const analysis = analyse(machine)
  return machineRules.flatMap(rule => rule(analysis))
}
