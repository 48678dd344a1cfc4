/** Children: how the actors that a machine invoked or spawned may end, as events. No actor is run to find out. */
import type { AnyMachineSnapshot, EventObject } from 'xstate'
import { childName, names } from './chart.ts'
import { activeNodes, childrenOf } from './scope.ts'
import { dataText } from './text.ts'

/** How invoked or spawned actors may end, by their `src` or their id. */
export type Invoked = Readonly<
  Record<string, { readonly done?: readonly unknown[]; readonly error?: readonly unknown[] }>
>

/** Something that may happen now. */
export interface Input {
  /** What a person reads: `pay {"amount":1}`. */
  readonly label: string
  readonly event: EventObject
  /** The timer that is due, or the child that ends, by this. */
  readonly timer?: string
  readonly child?: string
}

/** Every end of every child that has not ended. */
export function endings(snapshot: AnyMachineSnapshot, ended: readonly string[], invoked: Invoked): Input[] {
  const nodes = activeNodes(snapshot)
  return Object.entries(childrenOf(snapshot)).flatMap(([id, child]) => {
    if (child === undefined || ended.includes(id)) return []
    const src: unknown = child.src
    const told = (typeof src === 'string' ? invoked[src] : undefined) ?? invoked[id]
    const handled = (kind: string): boolean => names(nodes, `xstate.${kind}.actor.${id}`)
    const done = told?.done ?? (handled('done') ? [undefined] : [])
    // An error that nobody handles ends the machine; that is tried only where somebody says it happens.
    const error = told?.error ?? (handled('error') ? [new Error(`${id} failed`)] : [])
    const end = (kind: string, key: string, value: unknown): Input => ({
      label: `${kind} ${childName(id, src)}${dataText(value)}`,
      event: { type: `xstate.${kind}.actor.${id}`, [key]: value, actorId: id } as EventObject,
      child: id,
    })
    return [
      ...done.map(output => end('done', 'output', output)),
      ...error.map(failure => end('error', 'error', failure)),
    ]
  })
}
