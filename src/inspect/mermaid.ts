/**
 * A machine as a Mermaid drawing (stateDiagram-v2): states with their descriptions, transitions with event, guard and delay,
 * first and final states. The same machine always gives the same text. Nothing is run.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate'
import { everyArrow, fewArrows, type Arrow } from './arrows.ts'
import { EVERYTHING, overview, type Spot, type View } from './overview.ts'

export interface MermaidOptions {
  /**
   * `all`, the default: every state and every transition. `overview`: outer states first, one arrow between any two, and nothing
   * of what every step of a workflow has, such as where it waits for an operator.
   */
  readonly detail?: 'all' | 'overview'
  /** States that an overview shows at most; what is in the others is folded into them. Default 80. */
  readonly states?: number
}

/** What Mermaid lays out, and a person takes in. */
const STATES = 80

export function toMermaid(machine: AnyStateMachine, options: MermaidOptions = {}): string {
  const isAll = options.detail !== 'overview'
  const view = isAll ? EVERYTHING : overview(machine, options.states ?? STATES)
  const arrows = isAll ? everyArrow(machine, view) : fewArrows(machine, view)
  const ends = new Map<AnyStateNode, Arrow[]>()
  for (const arrow of arrows)
    if (arrow.to.as === 'end') ends.set(arrow.to.node, [...(ends.get(arrow.to.node) ?? []), arrow])
  const drawing: Drawing = { view, ends, isAll }
  const lines = arrows.filter(({ to }) => to.as !== 'end').map(arrow => `  ${line(arrow)}`)
  return ['stateDiagram-v2', ...inside(machine.root, drawing), ...lines, ''].join('\n')
}

interface Drawing {
  readonly view: View
  /** Arrows to the end of a region: drawn in it, where `[*]` means its end. */
  readonly ends: ReadonlyMap<AnyStateNode, readonly Arrow[]>
  readonly isAll: boolean
}

/** The states in a state, and which of them is first. */
function inside(node: AnyStateNode, drawing: Drawing): string[] {
  const children = drawing.view.inside(node).map(spot => drawn(spot, drawing).map(text => `  ${text}`))
  if (node.type === 'parallel') return children.flatMap((lines, i) => (i === 0 ? lines : ['  --', ...lines]))
  const [first] = node.type === 'compound' && children.length > 0 ? (node.initial.target ?? []) : []
  const spot = first === undefined ? undefined : drawing.view.spotOf(first as AnyStateNode)
  const ends = drawing.ends.get(node) ?? []
  return [
    ...(spot === undefined || spot.as === 'end' ? [] : [`  [*] --> ${idOf(spot)}`]),
    ...children.flat(),
    ...ends.map(arrow => `  ${line(arrow)}`),
  ]
}

function drawn(spot: Spot, drawing: Drawing): string[] {
  const id = idOf(spot)
  const { node } = spot
  if (spot.as === 'rest') return [`state "and ${drawing.view.restOf(node)} more" as ${id}`]
  const text = drawing.isAll ? describe(node) : inShort(node, drawing.view.foldedIn(node))
  const nested = inside(node, drawing)
  return [
    `state "${escape(drawing.isAll ? node.key : titleOf(node))}" as ${id}`,
    ...(nested.length === 0 ? [] : [`state ${id} {`, ...nested, '}']),
    ...(text === undefined ? [] : [`${id} : ${escape(text)}`]),
    ...(node.type === 'final' ? [`${id} --> [*]`] : []),
  ]
}

interface Meta {
  readonly description?: string
  readonly node?: string
  readonly kind?: string
}
const metaOf = (node: AnyStateNode): Meta => (node.meta as Meta | undefined) ?? {}
const describe = (node: AnyStateNode): string | undefined => node.description ?? metaOf(node).description

/** Of a part of a compiled workflow: what sort it is, unless it is a step as most are; and how much is folded into it. */
function inShort(node: AnyStateNode, folded: number): string | undefined {
  const { kind } = metaOf(node)
  const isPlain = kind === 'step' || kind === 'undo'
  const text = kind === undefined ? describe(node) : isPlain ? undefined : kind
  if (folded === 0) return text
  return text === undefined ? `${folded} states` : `${text} (${folded} states)`
}

function titleOf(node: AnyStateNode): string {
  const { kind, node: name } = metaOf(node)
  return kind === 'undo' && name !== undefined ? `undo ${name}` : node.key
}

function line({ from, to, label }: Arrow): string {
  const target = to.as === 'end' ? '[*]' : idOf(to)
  return `${idOf(from)} --> ${target}${label === '' ? '' : ` : ${escape(label)}`}`
}

/** Unlike that of any other state: letters and digits stay as they are, everything else becomes its number. */
function idOf({ node, as }: Spot): string {
  const parts = node.path.map(part =>
    part.replace(/[^A-Za-z0-9]/g, letter => `_${letter.codePointAt(0)?.toString(16)}_`),
  )
  return ['s', ...parts, ...(as === 'rest' ? ['_rest'] : [])].join('__')
}

/** What Mermaid would take as its own syntax is written as the entity that it shows as the letter. */
function escape(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[^\p{L}\p{N} .,'()[\]/=+_-]|--|-(?=>)/gu, found =>
      Array.from(found, letter => `#${letter.codePointAt(0)};`).join(''),
    )
}
