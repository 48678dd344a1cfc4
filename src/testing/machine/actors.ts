/** Actors: stand-ins for those that a machine invokes by name and that nobody has implemented yet. None is ever started. */
import { fromTransition, type AnyStateMachine } from 'xstate'
import { StatorError } from '../../errors.ts'
import { nodesOf } from './chart.ts'

const nobody = fromTransition((state: null) => state, null)

/**
 * The machine itself, where it lacks none. Without them XState warns at every step, and cannot persist.
 * @throws StatorError CHECK_INVALID for what is no machine
 */
export function withActors(machine: AnyStateMachine): AnyStateMachine {
  const given = machine as Partial<AnyStateMachine> | null | undefined
  if (given?.implementations === undefined || given.root === undefined)
    throw new StatorError('CHECK_INVALID', { option: 'machine', reason: 'a machine of XState v5' })
  const known = machine.implementations.actors as Readonly<Record<string, unknown>>
  const missing = nodesOf(machine)
    .flatMap(({ invoke }) => invoke.map(({ src }) => src))
    .filter(src => known[src] === undefined && !src.startsWith('xstate.invoke.'))
  if (missing.length === 0) return machine
  return machine.provide({ actors: Object.fromEntries(missing.map(src => [src, nobody])) } as never)
}
