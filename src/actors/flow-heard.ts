/** What a run of a compiled workflow hears from outside, by the schemas of its workflow and of its tasks. */
import type { WorkflowContext } from '../machines/workflow-context.ts'
import type { Json } from '../messages/json.ts'
import { heard } from './conversation.ts'
import type { FlowHost } from './flow-host.ts'
import { heldIn } from './flow-view.ts'
import { parse } from './schema.ts'
import type { Surface } from './surface.ts'

/** @throws StatorError MESSAGE_TYPE_UNKNOWN, INPUT_INVALID */
export function heardByFlow(
  context: WorkflowContext,
  surface: Surface,
  type: string,
  data: Json,
  host: Pick<FlowHost, 'admit' | 'task'>,
): Json {
  if (type !== 'step.finish') return heard(surface, type, data, host.admit)
  const { step: name, output, ...said } = data as { readonly step: string; readonly output?: Json }
  const held = heldIn(context).find(({ step, undo }) => step === name && !undo)
  const node = held === undefined ? undefined : context.index.entries[held.index]?.node
  const task = node?.kind === 'step' ? host.task(node.task) : undefined
  // What undoes a step has no output that anybody reads.
  if (task === undefined) return data
  const made = parse(task.output, output ?? null, 'INPUT_INVALID', `output of step ${name}`)
  return { ...said, step: name, output: host.admit(made) }
}
