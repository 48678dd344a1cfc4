/** Requirements: what a workflow asks for, so that a start can be refused when nobody is there to do it. Pure. */
import type { AnyWorkflow } from '../actors/workflow.ts'
import { walk } from '../machines/flow-index.ts'
import type { ChildNode, Flow, FlowNode, StepNode } from '../messages/flow.ts'
import type { TaskCreate } from '../messages/task.ts'

/** Steps and runs below, those of maps included. */
function* worksIn({ body }: Flow): Generator<StepNode | ChildNode> {
  for (const { node } of walk(body, null)) {
    const work: FlowNode = node.kind === 'map' ? node.each : node
    if (work.kind === 'step' || work.kind === 'workflow') yield work
  }
}

/** Every task that a flow names, with the role that a step wants where it wants another; those that undo included. */
export function* tasksIn(
  flow: Flow,
): Generator<{ readonly task: string; readonly role: string | undefined; readonly step: string }> {
  for (const work of worksIn(flow)) {
    if (work.kind !== 'step') continue
    yield { task: work.task, role: work.role, step: work.name }
    if (work.undo !== undefined) yield { task: work.undo.task, role: undefined, step: work.name }
  }
}

export function* runsIn(flow: Flow): Generator<ChildNode> {
  for (const work of worksIn(flow)) if (work.kind === 'workflow') yield work
}

/** What a workflow asks of agents: each task, in each role that it is wanted in. */
export function* asked({
  tasks,
  flow,
}: Pick<AnyWorkflow, 'tasks' | 'flow'>): Generator<Pick<TaskCreate, 'task' | 'role' | 'skills'>> {
  const roles = new Map<string, Set<string | undefined>>()
  for (const { task, role } of flow === undefined ? [] : tasksIn(flow))
    roles.set(task, (roles.get(task) ?? new Set()).add(role))
  for (const { name: task, spec } of tasks)
    for (const role of roles.get(task) ?? [undefined])
      yield { task, role: role ?? spec.role, skills: spec.skills }
}
