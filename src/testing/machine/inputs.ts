/** Inputs: all that may happen to a machine where it stands, once for each payload. Sends nothing. */
import type { AnyStateMachine } from 'xstate'
import { names } from './chart.ts'
import type { Input, Invoked } from './children.ts'
import { toSamples, type Alphabet } from './payloads.ts'
import { byItself, type Position } from './position.ts'
import { activeNodes } from './scope.ts'
import { dataText } from './text.ts'

/** Every event that is sent, by its type. */
export function drawnInputs(
  { types, eventOf }: Alphabet,
  samples: number,
  seed: number,
): ReadonlyMap<string, readonly Input[]> {
  const input = (type: string, data: unknown): Input => ({
    label: `${type}${dataText(data)}`,
    event: eventOf(type, data),
  })
  return new Map(
    [...types].map(([type, payloads]) => [
      type,
      toSamples(type, payloads, samples, seed).map(data => input(type, data)),
    ]),
  )
}

/** The events that an active state names, then what happens by itself. */
export function inputsIn(
  machine: AnyStateMachine,
  position: Position,
  { delayed }: Alphabet,
  drawn: ReadonlyMap<string, readonly Input[]>,
  invoked: Invoked,
): Input[] {
  const nodes = activeNodes(position.snapshot)
  const sent = [...drawn].filter(([type]) => names(nodes, type)).flatMap(([, inputs]) => inputs)
  return [...sent, ...byItself(machine, position, invoked, delayed)]
}
