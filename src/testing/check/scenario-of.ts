/** scenarioOf(): a workflow as a scenario that crashSweep() can play, with one input and a world in which only processes fail. */
import * as fc from 'fast-check'
import type { AnyWorkflow } from '../../actors/workflow.ts'
import type { Startable } from '../../actors/workflow-steps.ts'
import type { Json } from '../../messages/json.ts'
import type { Scenario } from '../sweep/scenario.ts'
import type { Case } from './case.ts'
import { plainCases } from './cases.ts'
import { checkOf, type WorkflowCheckOptions } from './options.ts'
import { sceneOf } from './scene.ts'

export interface ScenarioOptions<Outputs, Given> extends Pick<
  WorkflowCheckOptions<Outputs, Given>,
  'effects' | 'agents' | 'always' | 'eventually' | 'limits' | 'queues' | 'roles' | 'name'
> {
  readonly input: Given
}

/**
 * A new scenario for each play: `crashSweep(scenarioOf(order, { input }))`. Every call of an effect gets the same answer, so that the
 * outcome does not depend on how often it was called. @throws StatorError CHECK_INVALID, ARBITRARY_UNKNOWN
 */
export function scenarioOf<Input, Outputs, Given>(
  workflow: Startable<Input, Outputs, Given>,
  options: ScenarioOptions<Outputs, Given>,
): () => Scenario {
  const { input, ...rest } = options
  const check = checkOf(workflow as unknown as AnyWorkflow, {
    ...rest,
    input: fc.constant(input),
    faults: 'none',
  })
  const [drawn] = fc.sample(plainCases(check), { numRuns: 1, seed: 1 }) as [Case]
  const outputs = Object.fromEntries(
    Object.entries(drawn.outputs).map(([name, answers]): [string, Json[]] => [name, answers.slice(0, 1)]),
  )
  return () => sceneOf(check, { ...drawn, outputs }, () => {}).scenario
}
