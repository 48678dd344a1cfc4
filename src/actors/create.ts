/** Create: what a task of a definition is created with for an input. The one place that calls a user's `key`. */
import { StatorError } from '../errors.ts'
import type { Json } from '../messages/json.ts'
import type { TaskCreate } from '../messages/task.ts'
import type { AnyTask } from './task.ts'

const MAX_KEY = 200

/** @throws StatorError INPUT_INVALID: its key is no text of 1 to 200 characters, or could not be made */
export function specOf(task: AnyTask, input: Json): TaskCreate {
  const spec = { ...task.spec, task: task.name, input }
  return task.key === undefined ? spec : { ...spec, key: checkKey(keyOf(task, input), task.name) }
}

/** @throws StatorError INPUT_INVALID */
export function checkKey(key: unknown, task: string): string {
  if (typeof key === 'string' && key.length > 0 && key.length <= MAX_KEY) return key
  throw new StatorError('INPUT_INVALID', { task, key, expected: `a text of 1 to ${MAX_KEY} characters` })
}

function keyOf({ name, key }: AnyTask, input: Json): unknown {
  try {
    return key?.(input as never)
  } catch (error) {
    throw new StatorError(
      'INPUT_INVALID',
      { task: name, reason: `its key: ${String(error)}` },
      { cause: error },
    )
  }
}
