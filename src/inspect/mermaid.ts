/**
 * A machine as a Mermaid drawing (stateDiagram-v2): states with their descriptions, transitions with event, guard and delay,
 * first and final states. The same machine always gives the same text. Nothing is run.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'

export function toMermaid(machine: AnyStateMachine): string {
  const { root } = machine
  return ['stateDiagram-v2', ...inside(root), ...transitions(root), ''].join('\n')
}

/** The states in a state, and which of them is first. */
function inside(node: AnyStateNode): string[] {
  const children = Object.values(node.states).map(child => state(child).map(line => `  ${line}`))
  if (node.type === 'parallel') return children.flatMap((lines, i) => (i === 0 ? lines : ['  --', ...lines]))
  const [first] = node.type === 'compound' ? (node.initial.target ?? []) : []
  return [...(first === undefined ? [] : [`  [*] --> ${idOf(first)}`]), ...children.flat()]
}

function state(node: AnyStateNode): string[] {
  const id = idOf(node)
  const { description } = (node.meta as { description?: string } | undefined) ?? {}
  const text = node.description ?? description
  const nested = inside(node)
  return [
    `state "${escape(node.key)}" as ${id}`,
    ...(nested.length === 0 ? [] : [`state ${id} {`, ...nested, '}']),
    ...(text === undefined ? [] : [`${id} : ${escape(text)}`]),
    ...(node.type === 'final' ? [`${id} --> [*]`] : []),
  ]
}

/** Of the state itself first, then of those in it: in the order in which they are declared. */
function transitions(node: AnyStateNode): string[] {
  const own = [...[...node.transitions.values()].flat(), ...(node.always ?? [])]
  const lines = own.flatMap(transition => arrows(node, transition))
  return [...lines, ...Object.values(node.states).flatMap(child => transitions(child))]
}

function arrows(node: AnyStateNode, transition: AnyTransitionDefinition): string[] {
  const guard = transition.guard === undefined ? '' : `[${nameOf(transition.guard)}]`
  const label = [eventName(node, String(transition.eventType)), guard].filter(part => part !== '').join(' ')
  // What the whole machine takes is drawn at each of its states.
  const from =
    node.parent === undefined ? Object.values(node.states).filter(child => child.type !== 'final') : [node]
  return from.flatMap(source =>
    // Without a target it stays where it is.
    (transition.target ?? [source]).map(
      target => `  ${idOf(source)} --> ${idOf(target)}${label === '' ? '' : ` : ${escape(label)}`}`,
    ),
  )
}

function eventName(node: AnyStateNode, eventType: string): string {
  const delayed = node.after.find(each => each.eventType === eventType)
  if (delayed !== undefined)
    return typeof delayed.delay === 'number' ? `after ${delayed.delay} ms` : `after ${nameOf(delayed.delay)}`
  if (eventType === '') return 'always'
  if (eventType.startsWith('xstate.done.')) return 'done'
  if (eventType.startsWith('xstate.error.')) return 'error'
  return eventType === '*' ? 'any event' : eventType
}

function nameOf(named: unknown): string {
  if (typeof named === 'string') return named
  if (typeof named === 'function') return named.name === '' ? 'condition' : named.name
  const { type } = named as { type?: unknown }
  return typeof type === 'string' ? type : 'condition'
}

/** Unlike that of any other state: letters and digits stay as they are, everything else becomes its number. */
function idOf(node: AnyStateNode): string {
  const parts = node.path.map(part =>
    part.replace(/[^A-Za-z0-9]/g, letter => `_${letter.codePointAt(0)?.toString(16)}_`),
  )
  return ['s', ...parts].join('__')
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
