/** Create: what a task of a definition is created with for an input. The one place that calls a user's `key`. */
import { StatorError } from '../errors.ts'
import type { Json } from '../messages/json.ts'
import type { TaskCreate } from '../messages/task.ts'
import type { AnyTask } from './task.ts'

const MAX_KEY = 200

/** What is done with a result that is kept: it is used; it is neither looked for nor made; it is made anew. */
export const CACHE_USES = ['use', 'bypass', 'refresh'] as const
export type CacheUse = (typeof CACHE_USES)[number]

/** @throws StatorError INPUT_INVALID: its key is no text of 1 to 200 characters, or could not be made */
export function specOf(task: AnyTask, input: Json, use: CacheUse = 'use'): TaskCreate {
  const spec = { ...task.spec, task: task.name, input, ...cacheOf(task, use) }
  return task.key === undefined ? spec : { ...spec, key: checkKey(keyOf(task, input), task.name) }
}

/** The hub makes the key from it: of name, version and input. */
function cacheOf({ version, cacheFor }: AnyTask, use: CacheUse): Pick<TaskCreate, 'cache'> {
  if (cacheFor === undefined || use === 'bypass') return {}
  return { cache: { version, ttl: cacheFor, ...(use === 'refresh' ? { refresh: true } : {}) } }
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
