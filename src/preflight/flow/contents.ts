/** Contents: what is somewhere in each node of a flow: a pivot, something that can fail. One pass, from the inside. */
import type { FlowNode } from '../../messages/flow.ts'
import { mayMatchNothing } from './cases.ts'

export interface Content {
  readonly pivot: boolean
  readonly fails: boolean
}
export type Contents = ReadonlyMap<FlowNode, Content>

export function contentsOf(body: readonly FlowNode[]): Contents {
  const contents = new Map<FlowNode, Content>()
  for (const node of body) read(node, contents)
  return contents
}

function read(node: FlowNode, contents: Map<FlowNode, Content>): Content {
  const within = bodiesOf(node).flatMap(body => body.map(each => read(each, contents)))
  const content = {
    pivot: isPivot(node) || within.some(each => each.pivot),
    fails: canFail(node) || within.some(each => each.fails),
  }
  contents.set(node, content)
  return content
}

export function bodiesOf(node: FlowNode): readonly (readonly FlowNode[])[] {
  if (node.kind === 'branch') return node.cases.map(({ body }) => body)
  if (node.kind === 'map') return [[node.each]]
  return 'body' in node ? [node.body] : []
}

/** By itself, not by what is in it. */
export const isPivot = (node: FlowNode): boolean => node.kind === 'step' && node.pivot === true

export const hasUndo = (node: FlowNode): boolean =>
  (node.kind === 'step' && node.undo !== undefined) || (node.kind === 'workflow' && node.undoable)

/** By itself: a time that passes cannot, nor what only holds others. A signal that is late fails, and so does a time that is none. */
export function canFail(node: FlowNode): boolean {
  if (node.kind === 'wait')
    return node.until !== undefined || (node.signal !== undefined && node.for !== undefined)
  if (node.kind === 'branch') return mayMatchNothing(node)
  return node.kind !== 'sequence' && node.kind !== 'parallel'
}
