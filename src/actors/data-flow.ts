/** A workflow that came as data with the message that started it: how it runs. It needs the tasks, not the code that chose them. */
import { z } from 'zod'
import { indexOf } from '../machines/flow-index.ts'
import { compileWorkflow } from '../machines/workflow.ts'
import type { Flow } from '../messages/flow.ts'
import type { FlowHost } from './flow-host.ts'
import { definitionOfFlow } from './flow-runtime.ts'
import type { Definition } from './kind.ts'
import { NO_SURFACE } from './surface.ts'

export function definitionOfData(ref: Definition['ref'], flow: Flow, host: FlowHost): Definition {
  const index = indexOf(flow)
  const signals = new Map(flow.signals.map(name => [name, z.unknown()]))
  const machine = compileWorkflow(ref.name, ref.version, index)
  return definitionOfFlow(
    { ref, index, code: [], machine, surface: { ...NO_SURFACE, signals }, migrate: undefined },
    host,
  )
}
