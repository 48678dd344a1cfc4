/**
 * Intents: what a task announces is in the journal before it begins. Part of invariant 6. It holds what runs outside against the
 * records, and never looks at the runtime.
 */
import type { TaskCreate } from '../../messages/task.ts'
import type { Watcher } from '../host/watcher.ts'

export function intents(): Watcher {
  /** Tasks that announce what they do. */
  const careful = new Set<string>()
  /** By task and name, how often it was announced, and how often it ran. */
  const announced = new Map<string, number>()
  const ran = new Map<string, number>()
  return {
    durable: ({ signals }) => {
      for (const { type, to, data, refused } of signals) {
        if (refused !== null) continue
        if (type === 'task.create' && (data as unknown as TaskCreate).uncertain !== undefined) careful.add(to)
        if (type === 'task.intended') count(announced, `${to} ${(data as { readonly name: string }).name}`)
      }
    },
    outside: ({ what, task, key }, { simulation }) => {
      if (what !== 'sub' || !careful.has(task)) return
      const [, name = ''] = key.split(`/${task}/1/`)
      const number = count(ran, `${task} ${name}`)
      if (number > (announced.get(`${task} ${name}`) ?? 0))
        simulation.break(6, `${name} of ${task} began, and was not announced`)
    },
  }
}

function count(counts: Map<string, number>, name: string): number {
  const number = (counts.get(name) ?? 0) + 1
  counts.set(name, number)
  return number
}
