/** How a compiled workflow runs: its machine, its identity, its state as JSON, and how its runs go on where it was changed. */
import type { AnyStateMachine } from 'xstate'
import type { FlowIndex } from '../machines/flow-index.ts'
import { phaseOf } from '../machines/workflow.ts'
import type { WorkflowContext } from '../machines/workflow-context.ts'
import { carryFlow, marksOf } from './flow-carry.ts'
import type { NodeCode } from './flow-code.ts'
import { frozenRun, thawedRun } from './flow-frozen.ts'
import type { FlowHost } from './flow-host.ts'
import { queried, updated } from './conversation.ts'
import { heardByFlow } from './flow-heard.ts'
import { fromOf, runView } from './flow-view.ts'
import type { Definition } from './kind.ts'
import { workflowKind } from './kinds.ts'
import { Materials } from './materials.ts'
import type { Surface } from './surface.ts'

export interface FlowParts {
  readonly ref: Definition['ref']
  readonly index: FlowIndex
  /** By index; empty for a workflow that is all data. */
  readonly code: readonly NodeCode[]
  readonly machine: AnyStateMachine
  readonly surface: Surface
  readonly migrate: Definition['migrate'] | undefined
}

export function definitionOfFlow(parts: FlowParts, host: FlowHost): Definition {
  const { ref, index, code, machine, surface, migrate } = parts
  let known: readonly string[] | undefined
  const marks = (): readonly string[] => (known ??= marksOf(index))
  return {
    kind: workflowKind,
    machine,
    ref,
    input: { index },
    freeze: context => frozenRun(context as WorkflowContext, marks()),
    thaw: context => thawedRun(context, index),
    stateOf: phaseOf,
    materialise: (context, event, data, look) =>
      new Materials(context as WorkflowContext, code, look, host).of(event, data),
    run: runView,
    surface,
    hear: (context, type, data) => heardByFlow(context as WorkflowContext, surface, type, data, host),
    update: (context, said, look) =>
      updated(surface, fromOf(context as WorkflowContext, look), said, host.admit),
    query: (context, name, look) =>
      queried(surface, fromOf(context as WorkflowContext, look), name, host.admit),
    ...(migrate === undefined ? {} : { migrate }),
    carry: (snapshot, how) =>
      carryFlow({ machine, index, marks: marks(), vars: surface.vars }, snapshot, how),
  }
}
