/** Effects: what stands in for the code of agents, as it is given to createRuntime(). Shapes and their check only. */
import { StatorError } from '../errors.ts'
import type { Json } from '../messages/json.ts'
import type { TaskContext } from '../actors/task-context.ts'

/** Answers for the code of an agent: what it returns is the task's output, what it throws is an attempt that failed. */
export type Mock = (input: Json, ctx: TaskContext) => unknown

/** `off`: nothing runs, and tasks are answered for by hand. Else mocks, by the name of the task; for a task without one it is as `off`. */
export type Effects = 'off' | Readonly<Record<string, Mock>> | ((task: string) => Mock | undefined)

/** Finds the mock of a task. */
export type Mocks = (task: string) => Mock | undefined

/** Undefined where agents do their work themselves. @throws StatorError DEFINITION_INVALID */
export function mocksOf(effects: unknown): Mocks | undefined {
  if (effects === undefined) return undefined
  if (effects === 'off') return () => undefined
  if (typeof effects === 'function') return effects as Mocks
  if (typeof effects !== 'object' || effects === null || Array.isArray(effects))
    throw refused('effects', `'off', mocks by the name of the task, or a function that finds them`)
  const mocks = new Map(Object.entries(effects))
  for (const [name, mock] of mocks)
    if (typeof mock !== 'function') throw refused(`effects.${name}`, 'a function')
  return task => mocks.get(task) as Mock | undefined
}

const refused = (option: string, expected: string): StatorError =>
  new StatorError('DEFINITION_INVALID', { option, expected })
