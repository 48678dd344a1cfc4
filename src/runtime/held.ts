/** Held: an operator's word to an actor that does not move until somebody acts. It delivers nothing itself. */
import { StatorError } from '../errors.ts'
import { kindOf, type Address } from '../messages/address.ts'
import type { Door } from './door.ts'
import { heldError } from './ended.ts'
import type { Lifetime } from './lifetime.ts'
import type { Population } from './population.ts'
import { CLIENT } from './submissions.ts'

export interface HeldParts {
  readonly population: Population
  readonly door: Door
  readonly lifetime: Lifetime
}

/** Lets it go on. @throws StatorError (rejects) NOT_FOUND, EVENT_REFUSED (it is not held), HELD, CLOSED */
export async function letGo({ population, door, lifetime }: HeldParts, address: Address): Promise<void> {
  lifetime.requireOpen()
  const stranded = population.stranded().get(address)
  if (stranded !== undefined) throw heldError(address, stranded)
  const { hold, held } = population.require(address)
  if (hold === null) throw new StatorError('EVENT_REFUSED', { address, reason: 'it is not held' })
  // A run that waits for an operator is told what becomes of its step: see Run.
  if (held === null && kindOf(address) !== 'task') throw heldError(address, hold)
  // A task that holds itself is told; what the hub holds, the hub lets go.
  if (held === null) await door.send({ type: 'task.retry', to: address, from: CLIENT, data: {} })
  else await lifetime.tellHub('hub.release', { address })
}
