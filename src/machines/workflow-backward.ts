/**
 * Backward: the states that undo a workflow, compiled from its flow: the mirror of its body. A state undoes one step, one map, or all
 * that happened in one loop; what left nothing behind is passed. Pure.
 */
import type { FlowNode } from '../messages/flow.ts'
import { isUndoable, walk, type Placed } from './flow-index.ts'
import type { Named, StateConfig } from './state-config.ts'

/** Not dotted, as `idOf`. */
const idOf = (name: string): string => `undo/${name.replaceAll('.', '%2E')}`

/** A node, or what is left of a group, that has something to undo. */
type Part =
  | { readonly node: Placed }
  | { readonly name: string; readonly row: readonly Part[] }
  | { readonly name: string; readonly beside: readonly Part[] }

/** What of a flow may have to be undone, newest first. */
function partsOf(body: readonly FlowNode[]): Part[] {
  return body.toReversed().flatMap((node): Part[] => {
    if (node.kind === 'sequence') return groupOf(node.name, partsOf(node.body))
    if (node.kind === 'parallel') {
      const beside = node.body.flatMap(child => partsOf([child]))
      return beside.length > 1 ? [{ name: node.name, beside }] : beside
    }
    // Of several cases one was chosen: the others have nothing to undo.
    if (node.kind === 'branch')
      return groupOf(
        node.name,
        node.cases.flatMap(({ body: inner }) => partsOf(inner)),
      )
    if (node.kind === 'loop') return hasUndo(node.body) ? [{ node }] : []
    return isUndoable(node) ? [{ node }] : []
  })
}

const groupOf = (name: string, row: readonly Part[]): Part[] => (row.length > 1 ? [{ name, row }] : [...row])

function hasUndo(body: readonly FlowNode[]): boolean {
  for (const { node } of walk(body, null)) if ('step' in node && isUndoable(node)) return true
  return false
}

const nameOf = (part: Part): string => ('node' in part ? part.node.name : part.name)
const toPart = (part: Part): string => `#${idOf(nameOf(part))}`

/** The states that undo a body, in a row; and the first of them. */
export function backward(
  body: readonly FlowNode[],
  done: string,
): { initial: string; states: Record<string, StateConfig> } {
  const parts = partsOf(body)
  const [first] = parts
  return { initial: first === undefined ? '' : nameOf(first), states: rowOf(parts, done) }
}

function rowOf(parts: readonly Part[], done: string): Record<string, StateConfig> {
  const states: Record<string, StateConfig> = {}
  for (const [i, part] of parts.entries()) {
    const following = parts[i + 1]
    Object.assign(states, statesOf(part, following === undefined ? done : toPart(following)))
  }
  return states
}

function statesOf(part: Part, next: string): Record<string, StateConfig> {
  if ('node' in part) return undoStates(part.node, next)
  const id = idOf(part.name)
  const meta = { description: `What ${part.name} did is undone.`, node: part.name, kind: 'undo' }
  if ('row' in part) {
    const [first] = part.row
    return {
      [part.name]: {
        id,
        meta,
        initial: first === undefined ? '' : nameOf(first),
        states: rowOf(part.row, next),
      },
    }
  }
  const regions = part.beside.map(inner => {
    const name = nameOf(inner)
    const end = `${idOf(name)}/done`
    const states: Record<string, StateConfig> = {
      ...statesOf(inner, `#${end}`),
      'region/done': { id: end, type: 'final', meta: { description: 'Nothing is left to undo.' } },
    }
    return [
      name,
      { id: `${idOf(name)}/region`, meta: { description: 'Undone beside others.' }, initial: name, states },
    ] as const
  })
  return {
    [part.name]: {
      id,
      meta,
      type: 'parallel',
      states: Object.fromEntries(regions),
      onDone: [{ target: next }],
    },
  }
}

/** A guard or an action about whose state undoes: of a loop, for every step in it; of everything else for itself alone, which a chart is told. */
const about = ({ kind, step: owner }: Placed) => {
  const params = kind === 'loop' ? { owner } : { owner, step: owner }
  return (type: string): Named => ({ type, params })
}

function undoStates(node: Placed, next: string): Record<string, StateConfig> {
  const { name } = node
  const by = about(node)
  const id = idOf(name)
  const held = `#${id}/held`
  const rows = [
    { guard: by('undoesLast'), target: next, actions: [by('undone')] },
    { guard: by('isStuck'), target: held, actions: [by('undone')] },
    { guard: by('isUndoing'), actions: [by('undone')] },
  ]
  const meant = by('isMeantUndo')
  const given = [{ guard: meant, target: `#${id}`, actions: [by('decideUndo')] }]
  return {
    [name]: {
      id,
      meta: { description: 'What it did is undone, if it did anything.', node: name, kind: 'undo' },
      entry: [by('undoNext')],
      always: [{ guard: by('isUndone'), target: next }],
      on: { 'step.done': rows, fault: rows },
    },
    [`${name}/held`]: {
      id: `${id}/held`,
      meta: { description: 'It could not be undone: waits for an operator.', node: name, kind: 'held' },
      entry: ['holdUndo'],
      exit: ['unhold'],
      on: {
        'step.retry': [{ guard: meant, target: `#${id}`, actions: [by('retryUndo')] }],
        'step.skip': given,
        'step.finish': given,
      },
    },
  }
}
