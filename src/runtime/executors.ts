/** Executors: who does the work of tasks: the code of agents in this process, or what stands in for it. Joins parts; runs nothing itself. */
import { z } from 'zod'
import { idOf } from '../messages/address.ts'
import type { Effect, Executor } from './effect.ts'
import type { Mocks } from './effects.ts'
import { LocalExecutor, type Code, type LocalExecutorParts } from './local-executor.ts'
import type { Registry } from './registry.ts'
import { StandIns } from './stand-ins.ts'

export interface ExecutorsParts extends Omit<LocalExecutorParts, 'codeFor'> {
  readonly registry: Registry
  /** Undefined where agents do their work themselves. */
  readonly mocks: Mocks | undefined
}

/** Of a task whose definition is not known here. */
const anything = z.unknown()

export function executorsOf(parts: ExecutorsParts): { executor: Executor; standIns: StandIns | undefined } {
  const { registry, mocks, report } = parts
  if (mocks === undefined)
    return {
      executor: new LocalExecutor({ ...parts, codeFor: effect => ownCode(registry, effect) }),
      standIns: undefined,
    }
  const standIns = new StandIns({
    mocks: new LocalExecutor({
      ...parts,
      codeFor: ({ spec }) => {
        const run = mocks(spec.task) as Code['run'] | undefined
        return run === undefined ? undefined : { run, output: registry.task(spec.task)?.output ?? anything }
      },
    }),
    isMocked: task => mocks(task) !== undefined,
    outputOf: task => registry.task(task)?.output ?? anything,
    admit: parts.admit,
    random: parts.random,
    report: async (effect, type, data) => {
      await report(effect, type, data, true)
    },
  })
  return { executor: standIns, standIns }
}

function ownCode(registry: Registry, { agent, spec }: Effect): Code | undefined {
  const bound = registry.agent(idOf(agent))?.handlers.get(spec.task)
  return bound === undefined ? undefined : { run: bound.run, output: bound.task.output }
}
