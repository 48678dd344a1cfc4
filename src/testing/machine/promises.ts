/** Promises: what must hold of every step of every machine, and the properties that a user adds. Steps nothing but a restored copy. */
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import { misanswered } from './answer.ts'
import { transitionName } from './chart.ts'
import type { Input, Invoked } from './children.ts'
import { differs, written, type Crashed, type Thaw } from './crash.ts'
import type { Alphabet } from './payloads.ts'
import { move, type Move, type Position } from './position.ts'
import { difference } from './same.ts'
import { messageOf } from './text.ts'

type Property<T> = (snapshot: never) => T

export interface Rules {
  readonly machine: AnyStateMachine
  readonly input: unknown
  readonly alphabet: Alphabet
  readonly invoked: Invoked
  readonly always: Readonly<Record<string, Property<boolean | undefined>>>
  readonly eventually: Property<boolean> | undefined
  readonly thaw: Thaw | undefined
}

export interface Broken {
  readonly promise: string
  readonly detail: string
}

/** What a step broke by itself. `text` is the JSON of the position before it, made before it; empty where it has none. */
export function brokenByStep(
  machine: AnyStateMachine,
  before: Position,
  text: string,
  step: Move,
): Broken | undefined {
  if (step.thrown !== undefined)
    return { promise: 'no guard or action throws', detail: messageOf(step.thrown.error) }
  if (text !== '' && written(machine, before) !== text)
    return {
      promise: 'a step leaves the snapshot before it alone',
      detail: 'an action changed the context that it was given, in place',
    }
  if (step.taken.length === 0 && step.snapshot !== before.snapshot && step.snapshot.status === 'active')
    return { promise: 'an event that is not taken changes nothing', detail: 'the snapshot is another object' }
  return undefined
}

export function brokenByCrash({ lost }: Crashed): Broken | undefined {
  return lost === undefined ? undefined : { promise: 'a snapshot survives a restart', detail: lost }
}

/** What the same event broke in the machine that was restored just before it. */
export function brokenLater(
  machine: AnyStateMachine,
  { restored }: Crashed,
  input: Input,
  straight: Move,
): Broken | undefined {
  const apart = restored === undefined ? undefined : strays(machine, restored, input, straight)
  const promise = 'a restored machine goes on as if it had never stopped'
  return apart === undefined ? undefined : { promise, detail: apart }
}

function strays(
  machine: AnyStateMachine,
  restored: Position,
  input: Input,
  straight: Move,
): string | undefined {
  const again = move(machine, restored, input)
  if (again.thrown !== undefined) return `after a restart it throws: ${messageOf(again.thrown.error)}`
  const way = ({ taken }: Move): string => taken.map(transitionName).join('; ') || 'nothing'
  if (way(again) !== way(straight)) return `it took ${way(straight)}; after a restart it took ${way(again)}`
  const asked = ({ actions }: Move): string[] => actions.map(({ type }) => type)
  return (
    differs(machine, straight.position, again.position) ??
    difference(asked(straight), asked(again), 'actions')
  )
}

/** The first property that does not hold; `applied` hears of each that has an opinion. */
export function brokenAlways(
  { always }: Rules,
  snapshot: AnyMachineSnapshot,
  applied: (name: string) => void,
): Broken | undefined {
  for (const [name, property] of Object.entries(always)) {
    const answer = ask(property, snapshot)
    if (typeof answer === 'string') return { promise: `always: ${name}`, detail: answer }
    if (answer !== undefined) applied(name)
    if (answer === false) return { promise: `always: ${name}`, detail: 'it does not hold here' }
  }
  return undefined
}

/** What a property says of a snapshot; a text where it threw, or said what is no answer. */
export function ask(
  property: Property<boolean | undefined>,
  snapshot: AnyMachineSnapshot,
): boolean | string | undefined {
  try {
    const answer: unknown = property(snapshot as never)
    if (answer === undefined || typeof answer === 'boolean') return answer
    return `the property ${misanswered(answer)}`
  } catch (error) {
    return `the property threw: ${messageOf(error)}`
  }
}
