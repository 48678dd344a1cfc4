/**
 * preflight(): looks at a workflow before it runs, and says what cannot go well in it. It runs nothing: guards and mappers are not
 * called, and may say anything.
 */
import type { AnyStateMachine } from 'xstate'
import type { AnyWorkflow } from '../actors/workflow.ts'
import type { Flow } from '../messages/flow.ts'
import { findingOf, type Finding, type Found } from './finding.ts'
import { placesOf } from './flow/places.ts'
import { rules } from './flow/rules/index.ts'
import { analyse } from './machine/analysis.ts'
import { conduct, structure } from './machine/rules/index.ts'

/** A workflow, as far as it is looked at. Its option `preflight.ignore` says why a finding is none here, by code, or by code and state. */
type Checkable = Pick<AnyWorkflow, 'kind' | 'name' | 'machine' | 'flow' | 'preflight'>

/**
 * What is wrong with a workflow, or with any XState machine: errors first, then in the order of its states. Of a workflow, what its
 * option `preflight.ignore` gives a reason for is left out: by code, or by code and state (`WAIT_WITHOUT_TIMEOUT:review`). Takes time in proportion to its size.
 */
export function preflight(workflow: Checkable | AnyStateMachine): readonly Finding[] {
  const isWorkflow = 'kind' in workflow
  const name = isWorkflow ? workflow.name : workflow.id
  const ignored = (isWorkflow ? workflow.preflight?.ignore : undefined) ?? {}
  const found = isWorkflow
    ? [...inFlow(workflow.flow), ...inMachine(workflow.machine, workflow.flow === undefined)]
    : inMachine(workflow, true)
  const findings = found
    .filter(({ code, state }) => !Object.hasOwn(ignored, code) && !Object.hasOwn(ignored, `${code}:${state}`))
    .map(each => findingOf(name, each))
  return [
    ...findings.filter(({ severity }) => severity === 'error'),
    ...findings.filter(({ severity }) => severity === 'warning'),
  ]
}

function inFlow(flow: Flow | undefined): readonly Found[] {
  if (flow === undefined) return []
  const places = placesOf(flow)
  return rules.flatMap(rule => rule(places, flow))
}

function inMachine(machine: AnyStateMachine, isOwn: boolean): readonly Found[] {
  const analysis = analyse(machine)
  return (isOwn ? [...structure, ...conduct] : structure).flatMap(rule => rule(analysis))
}
