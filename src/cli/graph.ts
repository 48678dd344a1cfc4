/** stator graph: the statechart of a workflow as a Mermaid drawing. */
import type { AnyWorkflow } from '../actors/workflow.ts'
import { toMermaid } from '../inspect/mermaid.ts'
import { common, type Answer, type Common, type Declare } from './answer.ts'
import { upTo } from './arguments.ts'
import { choose, workflowsOf } from './module.ts'

interface Options extends Common {
  readonly all?: boolean
  readonly states?: number
}

export const declareGraph: Declare = (program, reply) => {
  common(program.command('graph'))
    .description('Draws the statechart of a workflow, as Mermaid text.')
    .argument('<module>', 'an ES module that exports it (TypeScript: Node 22.18 or later)')
    .argument('[workflow]', 'its name, or name@version; needed where several are exported')
    .option('--all', 'every state and every transition, however many there are')
    .option('--states <n>', 'draw at most so many, and fold the rest', upTo(10_000), 80)
    .action(async (module: string, name: string | undefined, options: Options) =>
      reply(options, async ({ cwd }) => graph(choose(await workflowsOf(module, cwd), name), options)),
    )
}

function graph(workflow: AnyWorkflow, { all = false, states }: Options): Answer {
  const { name, version } = workflow
  const mermaid = toMermaid(workflow.machine, {
    detail: all ? 'all' : 'overview',
    ...(states === undefined ? {} : { states }),
  })
  return { json: { workflow: name, version, mermaid }, text: () => mermaid, code: 0 }
}
