/**
 * Chart: the parts of a machine as data, and their readable names. Read only: nothing here may step a machine.
 */
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import { stateOf, type Snapshot } from '../../runtime/xstate.ts'

/** A state node, as much of it as is looked at here. */
export interface ChartNode {
  readonly id: string
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  readonly path: readonly string[]
  readonly parent: ChartNode | undefined
  readonly states: Readonly<Record<string, ChartNode>>
  readonly initial: { readonly target: readonly ChartNode[] }
  readonly transitions: ReadonlyMap<string, readonly ChartTransition[]>
  readonly always: readonly ChartTransition[] | undefined
  readonly invoke: readonly { readonly id: string; readonly src: string }[]
}

export interface ChartTransition {
  readonly source: ChartNode
  readonly target: readonly ChartNode[] | undefined
  readonly eventType: string
  readonly guard?: unknown
}

export const rootOf = (machine: AnyStateMachine): ChartNode => machine.root as unknown as ChartNode

/** Every state node, the root first, in the order of the document. */
export function nodesOf(machine: AnyStateMachine): ChartNode[] {
  const below = (node: ChartNode): ChartNode[] => [node, ...Object.values(node.states).flatMap(below)]
  return below(rootOf(machine))
}

/** Every transition that a node declares, the eventless ones last. */
export function transitionsOf(node: ChartNode): ChartTransition[] {
  return [...[...node.transitions.values()].flat(), ...(node.always ?? [])]
}

/** Does this descriptor take an event of this type? As XState matches: exactly, `*`, or `order.*`. */
export function matches(descriptor: string, type: string): boolean {
  if (descriptor === '*' || descriptor === type) return true
  return descriptor.endsWith('.*') && `${type}.`.startsWith(descriptor.slice(0, -1))
}

/** Is there a transition for this type in one of these nodes, whatever its guard says? */
export function names(nodes: readonly ChartNode[], type: string): boolean {
  return nodes.some(({ transitions }) => [...transitions.keys()].some(key => matches(key, type)))
}

/** Can the machine as a whole be done? */
export function canEnd(node: ChartNode): boolean {
  const inner = Object.values(node.states)
  if (node.type === 'parallel') return inner.filter(({ type }) => type !== 'history').every(canEnd)
  return inner.some(({ type }) => type === 'final')
}

/** `a.b`; the root by its id. */
export const nodeName = (node: ChartNode): string => (node.path.length === 0 ? node.id : node.path.join('.'))

/** What XState calls its own events, said shortly: `after 1000`, `done load`, `error load`. */
export function eventName(type: string, source?: ChartNode): string {
  const [, kind, rest] = /^xstate\.(after|done\.actor|error\.actor|done\.state)\.(.*)$/s.exec(type) ?? []
  if (kind === undefined || rest === undefined) return type === '' ? 'always' : type
  if (kind === 'done.state') return `done ${rest}`
  if (kind !== 'after')
    return `${kind.slice(0, -'.actor'.length)} ${childName(rest, source?.invoke.find(({ id }) => id === rest)?.src)}`
  const own = source === undefined ? '' : `.${source.id}`
  return `after ${own !== '' && rest.endsWith(own) ? rest.slice(0, -own.length) : rest}`
}

/** The id of a child; where XState made one up, what it runs. */
export function childName(id: string, src: unknown): string {
  return /^\d+\./.test(id) && typeof src === 'string' && !src.startsWith('xstate.') ? src : id
}

/** `after 1000 (light.green)`; a delayed raise as `later tick`. */
export function timerName(machine: AnyStateMachine, type: string): string {
  const node = nodesOf(machine).find(({ transitions }) => transitions.has(type))
  if (!type.startsWith('xstate.after.') || node === undefined) return `later ${type}`
  return `${eventName(type, node)} (${nodeName(node)})`
}

/** `running: task.failed [mayRetry] → retrying` */
export function transitionName({ source, eventType, guard, target }: ChartTransition): string {
  const asked = guard === undefined ? '' : ` [${guardName(guard)}]`
  const to = target === undefined ? '' : ` → ${target.map(nodeName).join(', ')}`
  return `${nodeName(source)}: ${eventName(eventType, source)}${asked}${to}`
}

export function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard
  const { name, type, guards } = guard as { name?: string; type?: string; guards?: readonly unknown[] }
  if (guards !== undefined) return `${name ?? ''}(${guards.map(guardName).join(', ')})`
  return type ?? (name === undefined || name === '' || name === 'guard' ? 'inline' : name)
}

/** `a.b|c`; the id of a machine that has no states. */
export function nameOf(machine: AnyStateMachine, snapshot: AnyMachineSnapshot): string {
  const name = stateOf(snapshot as unknown as Snapshot)
  return name === '' ? machine.id : name
}
