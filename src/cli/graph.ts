/** stator graph: the statechart of a workflow as a Mermaid drawing. */
import type { AnyStateMachine } from 'xstate'
import type { AnyWorkflow } from '../actors/workflow.ts'
import { toMermaid } from '../inspect/mermaid.ts'
import { graphMachine } from '../machines/graph.ts'
import { common, type Answer, type Declare } from './answer.ts'
import { choose, workflowsOf } from './module.ts'

export const declareGraph: Declare = (program, reply) => {
  common(program.command('graph'))
    .description('Draws the statechart of a workflow, as Mermaid text.')
    .argument('<module>', 'an ES module that exports it (TypeScript: Node 22.18 or later)')
    .argument('[workflow]', 'its name, or name@version; needed where several are exported')
    .action(async (module: string, name: string | undefined, options: object) =>
      reply(options, async ({ cwd }) => graph(choose(await workflowsOf(module, cwd), name))),
    )
}

function graph(workflow: AnyWorkflow): Answer {
  const { name, version } = workflow
  const mermaid = toMermaid(machineOf(workflow))
  return { json: { workflow: name, version, mermaid }, text: () => mermaid, code: 0 }
}

/** What a run of it is: its own statechart, or that of all task graphs. */
export function machineOf(workflow: AnyWorkflow): AnyStateMachine {
  return 'machine' in workflow ? (workflow.machine as AnyStateMachine) : graphMachine
}
