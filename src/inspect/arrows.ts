/**
 * Arrows: the transitions of a machine as they are drawn: what each is called, and in an overview those that say the same as one.
 * It knows states and labels, and no syntax of a drawing.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import type { Spot, View } from './overview.ts'

export interface Arrow {
  readonly from: Spot
  readonly to: Spot
  /** Empty: it needs no word. */
  readonly label: string
}

/** So many arrows from the states of one state to the same place are drawn as one, from that state. */
const ALIKE = 3
const LABELS = 3

/** Every transition, in the order in which they are declared: of a state itself first, then of those in it. */
export function everyArrow(machine: AnyStateMachine, view: View): Arrow[] {
  return arrowsOf(machine.root, view)
}

/** One between any two states, and those that many states in one state have alike from that state. */
export function fewArrows(machine: AnyStateMachine, view: View): Arrow[] {
  const kept = everyArrow(machine, view).filter(
    arrow => !isSame(arrow.from, arrow.to) || (arrow.from.as === 'state' && !isCompiled(arrow.from.node)),
  )
  const [still, moving] = [
    kept.filter(({ from, to }) => isSame(from, to)),
    kept.filter(({ from, to }) => !isSame(from, to)),
  ]
  return merged([...groupsOf(moving, ({ to }) => keyOf(to)).flatMap(lifted), ...still])
}

function arrowsOf(node: AnyStateNode, view: View): Arrow[] {
  const own = [...[...node.transitions.values()].flat(), ...(node.always ?? [])]
  const here = own.flatMap(transition => drawn(node, transition, view))
  return [...here, ...Object.values(node.states).flatMap(child => arrowsOf(child, view))]
}

function drawn(node: AnyStateNode, transition: AnyTransitionDefinition, view: View): Arrow[] {
  const guard = transition.guard === undefined ? '' : `[${guardOf(transition.guard)}]`
  const label = [eventName(node, String(transition.eventType)), guard].filter(part => part !== '').join(' ')
  // What the whole machine takes is drawn at each of its states.
  const sources =
    node.parent === undefined ? Object.values(node.states).filter(child => child.type !== 'final') : [node]
  return sources.flatMap(source =>
    // Without a target it stays where it is.
    (transition.target ?? [source]).flatMap((target): Arrow[] => {
      const [from, to] = [view.spotOf(source), view.spotOf(target as AnyStateNode)]
      if (from === undefined || to === undefined) return []
      // What is folded into one place moves only inside it.
      return isSame(from, to) && (from.node !== source || to.node !== target) ? [] : [{ from, to, label }]
    }),
  )
}

/** Arrows to one place: as they are, or as one. */
function lifted(arrows: Arrow[]): Arrow[] {
  const [first] = arrows
  if (first === undefined || first.to.as === 'end') return arrows
  const above = arrows.map(({ from }) => from.node).reduce(commonOf)
  if (new Set(arrows.map(({ from }) => keyOf(from))).size < ALIKE) return arrows
  if (above.parent === undefined || commonOf(above, first.to.node) === above) return arrows
  return arrows.map(({ to, label }) => ({ from: { node: above, as: 'state' }, to, label }))
}

function merged(arrows: readonly Arrow[]): Arrow[] {
  return groupsOf(arrows, ({ from, to }) => `${keyOf(from)} ${keyOf(to)}`).map(group => {
    const labels = [...new Set(group.map(({ label }) => label))].filter(label => label !== '')
    const more = labels.length > LABELS ? [...labels.slice(0, LABELS), '...'] : labels
    return { ...(group[0] as Arrow), label: more.join(', ') }
  })
}

/** In the order of the first of each. */
function groupsOf(arrows: readonly Arrow[], key: (arrow: Arrow) => string): Arrow[][] {
  const groups = new Map<string, Arrow[]>()
  for (const arrow of arrows) {
    const group = groups.get(key(arrow))
    if (group === undefined) groups.set(key(arrow), [arrow])
    else group.push(arrow)
  }
  return [...groups.values()]
}

function commonOf(a: AnyStateNode, b: AnyStateNode): AnyStateNode {
  const above = new Set<AnyStateNode>()
  for (let at: AnyStateNode | undefined = a; at !== undefined; at = at.parent) above.add(at)
  for (let at: AnyStateNode | undefined = b; at !== undefined; at = at.parent) if (above.has(at)) return at
  return a.machine.root
}

const isSame = (a: Spot, b: Spot): boolean => a.node === b.node && (a.as === b.as || a.as === 'state')
const keyOf = ({ node, as }: Spot): string => `${as}:${node.id}`
/** Of a compiled workflow: what it keeps for itself is not worth an arrow. */
const isCompiled = (node: AnyStateNode): boolean =>
  (node.meta as { kind?: string } | undefined)?.kind !== undefined

function eventName(node: AnyStateNode, eventType: string): string {
  const delayed = node.after.find(each => each.eventType === eventType)
  if (delayed !== undefined)
    return typeof delayed.delay === 'number' ? `after ${delayed.delay} ms` : `after ${nameOf(delayed.delay)}`
  if (eventType === '') return 'always'
  if (eventType.startsWith('xstate.done.')) return 'done'
  if (eventType.startsWith('xstate.error.')) return 'error'
  return eventType === '*' ? 'any event' : eventType
}

/** With the case that it is about, where it names one. */
function guardOf(guard: unknown): string {
  const { params } = guard as { params?: { choice?: unknown } | ((...args: never[]) => unknown) }
  const choice = typeof params === 'object' ? params.choice : undefined
  return typeof choice === 'string' ? `${nameOf(guard)} ${choice}` : nameOf(guard)
}

function nameOf(named: unknown): string {
  if (typeof named === 'string') return named
  if (typeof named === 'function') return named.name === '' ? 'condition' : named.name
  const { type } = named as { type?: unknown }
  return typeof type === 'string' ? type : 'condition'
}
