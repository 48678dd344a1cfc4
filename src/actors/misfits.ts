/**
 * Misfits: what speaks against an actor standing in a machine: states, history, timers and invoked work that the machine does not have,
 * or that it would wait for in vain. It compares shapes; it runs nothing and decides nothing.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate'
import type { RunSnapshot, StateValue } from '../messages/migration.ts'

/** In words, each with its place; none where the snapshot fits. `begun`: the ids of invokes that were started, also where that has ended. */
export function misfits(
  machine: AnyStateMachine,
  snapshot: RunSnapshot,
  begun: ReadonlySet<string> = new Set(),
): string[] {
  const reasons: string[] = []
  const active = new Set<AnyStateNode>()
  enter(machine.root, snapshot.value, active, reasons)
  // What is wrong with the states makes the rest mean nothing.
  if (reasons.length > 0) return reasons
  return [
    ...historyFaults(machine.root, snapshot.historyValue ?? {}),
    ...timerFaults(machine, active, snapshot.timers),
    ...childFaults(active, snapshot['children'], begun),
  ]
}

/** Takes note of a state that the value names, and of what it names inside. */
function enter(
  node: AnyStateNode,
  value: StateValue | undefined,
  active: Set<AnyStateNode>,
  reasons: string[],
): void {
  active.add(node)
  const inner = typeof value === 'string' ? { [value]: undefined } : (value ?? {})
  const named = Object.keys(inner)
  for (const key of named) {
    const child = Object.hasOwn(node.states, key) ? node.states[key] : undefined
    if (child === undefined || child.type === 'history')
      reasons.push(`there is no state ${[...node.path, key].join('.')}`)
    else if (child.type === 'final' && node.parent === undefined)
      reasons.push(`the state ${key} is an end, and the run has not ended`)
    else enter(child, inner[key], active, reasons)
  }
  const regions = Object.values(node.states).filter(({ type }) => type !== 'history')
  if (node.type === 'parallel') {
    for (const { key, path } of regions)
      if (!named.includes(key))
        reasons.push(`the region ${path.join('.')} is new: the run has no state in it`)
  } else if (regions.length > 0 && named.length !== 1)
    reasons.push(`${nameOf(node)} has states inside, and the run is in ${named.length} of them`)
}

const nameOf = ({ path, key }: AnyStateNode): string => (path.length === 0 ? key : path.join('.'))

function historyFaults(root: AnyStateNode, history: Readonly<Record<string, unknown>>): string[] {
  const known = new Map<string, AnyStateNode>()
  const add = (node: AnyStateNode): void => {
    known.set(node.id, node)
    for (const child of Object.values(node.states)) add(child)
  }
  add(root)
  return Object.entries(history).flatMap(([id, states]) => {
    if (known.get(id)?.type !== 'history') return [`there is no history state ${id}`]
    return (Array.isArray(states) ? states : []).flatMap((state: unknown) => {
      const target = typeof state === 'string' ? state : String((state as { id?: unknown } | null)?.id)
      return known.has(target) ? [] : [`the history ${id} leads back to ${target}, which is not there`]
    })
  })
}

function timerFaults(
  machine: AnyStateMachine,
  active: ReadonlySet<AnyStateNode>,
  timers: RunSnapshot['timers'],
): string[] {
  const nodes = [...active]
  // The delay of a state ends with it; an event that is raised later may be for another state.
  const means = (event: string): boolean =>
    event.startsWith('xstate.after.')
      ? nodes.some(({ ownEvents }) => (ownEvents as readonly string[]).includes(event))
      : (machine.events as readonly string[]).includes(event)
  const lost = timers.flatMap(({ event }) =>
    means(event) ? [] : [`the timer ${event} means nothing in the state that the run is in`],
  )
  // By that id the machine cancels it.
  const strange = timers.flatMap(({ id, event }) =>
    event.startsWith('xstate.after.') && id !== event ? [`the timer ${event} must have that as its id`] : [],
  )
  const set = new Set(timers.map(({ event }) => event))
  const missing = nodes.flatMap(node =>
    (node.after as readonly { readonly eventType: string }[]).flatMap(({ eventType }) =>
      set.has(eventType)
        ? []
        : [`${nameOf(node)} waits for ${eventType}, and no timer of the run is set for it`],
    ),
  )
  return [...lost, ...strange, ...new Set(missing)]
}

/** Work that was invoked and has not ended: by the id that it was invoked with. */
function childFaults(
  active: ReadonlySet<AnyStateNode>,
  children: unknown,
  begun: ReadonlySet<string>,
): string[] {
  const running = (children ?? {}) as Readonly<Record<string, { readonly src?: unknown }>>
  const invoked = [...active].flatMap(node => node.invoke.map(({ id, src }) => ({ node, id, src })))
  const lost = Object.entries(running).flatMap(([id, { src }]) =>
    invoked.some(other => other.id === id && other.src === src)
      ? []
      : [`${id} runs (${String(src)}), and the state that the run is in does not invoke it`],
  )
  const missing = invoked
    .filter(({ id }) => !Object.hasOwn(running, id) && !begun.has(id))
    .map(({ node, id }) => `${nameOf(node)} invokes ${id}, which was not started`)
  return [...lost, ...missing]
}
