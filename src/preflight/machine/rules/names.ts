/** IMPLEMENTATION_MISSING: names that the machine does not explain. XState finds out when it comes there: an unknown delay is none. */
import type { AnyStateNode, AnyTransitionDefinition } from 'xstate'
import type { Found } from '../../finding.ts'
import type { Analysis } from '../analysis.ts'
import { alwaysOf, nameOf, transitionsOf } from '../chart.ts'

type Sort = 'actions' | 'actors' | 'delays' | 'guards'
interface Named {
  readonly sort: Sort
  readonly name: string
}

export function names(analysis: Analysis): Found[] {
  const known = analysis.machine.implementations as Readonly<Record<Sort, Readonly<Record<string, unknown>>>>
  return [...analysis.reach.entered.keys()].flatMap(node => {
    const missing = namesIn(node).filter(({ sort, name }) => !Object.hasOwn(known[sort], name))
    const seen = new Set<string>()
    return missing.flatMap(({ sort, name }): Found[] => {
      const because = `It is ${name}, of ${sort}.`
      if (seen.has(because)) return []
      seen.add(because)
      return [{ code: 'IMPLEMENTATION_MISSING', state: nameOf(node), path: analysis.way(node), because }]
    })
  })
}

function namesIn(node: AnyStateNode): Named[] {
  const transitions = [...transitionsOf(node).values(), alwaysOf(node)].flat()
  return [
    ...node.after.flatMap(({ delay }) => named('delays', delay)),
    ...transitions.flatMap(({ guard }: AnyTransitionDefinition) => guardsIn(guard)),
    ...[...node.entry, ...node.exit, ...transitions.flatMap(({ actions }) => actions)].flatMap(action =>
      named('actions', action),
    ),
    ...node.invoke.flatMap(({ src }) =>
      typeof src === 'string' && src.startsWith('xstate.invoke.') ? [] : named('actors', src),
    ),
  ]
}

/** Also those in `and`, `or` and `not`. */
function guardsIn(guard: unknown): Named[] {
  const parts = (guard as { guards?: readonly unknown[] } | undefined)?.guards
  return Array.isArray(parts) ? parts.flatMap(guardsIn) : named('guards', guard)
}

/** A name, or an object that has one; a function is its own implementation. */
function named(sort: Sort, given: unknown): Named[] {
  if (typeof given === 'string') return [{ sort, name: given }]
  const type = typeof given === 'object' ? (given as { type?: unknown } | null)?.type : undefined
  return typeof type === 'string' ? [{ sort, name: type }] : []
}
