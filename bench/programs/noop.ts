/** The task, the agent and the runtime that the workloads share. The step does nothing, but is typed like a real one. */
import { join } from 'node:path'
import {
  agent,
  createRuntime,
  graph,
  memory,
  task,
  workflow,
  type AgentDefinition,
  type Runtime,
  type RuntimeOptions,
  type TaskGraph,
  type WorkflowDefinition,
} from 'stator'
import { sqlite } from 'stator/sqlite'
import { z } from 'zod'
import type { Params } from '../case.ts'

export const noop = task('noop', { input: z.number(), output: z.number() })

/** Room for everything, so that the agent is never what is waited for. */
export const worker = (capacity = 100_000): AgentDefinition =>
  agent('worker', { capacity }).handle(noop, async n => n)

export type Chain = WorkflowDefinition<number, Readonly<Record<string, number>>>

/** A workflow of steps in a row. Its type would grow with each step, and does not where they are made in a loop. */
export function chainOf(length: number): Chain {
  let chain = workflow(`chain-${length}`, { input: z.number() }) as unknown as Chain
  for (let step = 0; step < length; step++) chain = chain.step(`s${step}`, noop)
  return chain
}

/** The same as data, which the generic machine of graphs runs. */
export const chainGraph = (length: number): TaskGraph =>
  graph(
    Array.from({ length }, (_, step) => ({
      id: `s${step}`,
      task: noop,
      input: step,
      after: step === 0 ? [] : [`s${step - 1}`],
    })),
  )

/** A runtime on the journal that the case names. */
export async function open(params: Params, options: Omit<RuntimeOptions, 'journal'>): Promise<Runtime> {
  const journal = params.journal === 'sqlite' ? sqlite(join(params.dir, 'bench.db')) : memory()
  return createRuntime({ ...options, journal })
}
