/** Parent: where a run of a user's own machine stands in the run that it is a step of, and what it owes to that one when it has ended. */
import type { Address } from '../messages/address.ts'
import type { Send } from '../messages/command.ts'
import type { Json } from '../messages/json.ts'
import type { End, Parent } from './own-machine-state.ts'

/** What the message that starts a run says of it; nothing where nobody waits for the run. */
export function parentIn(data: Json): { readonly parent?: Parent } {
  const { parent, step = 0, visit, item } = data as unknown as Partial<Parent> & { readonly parent?: Address }
  if (parent === undefined) return {}
  const place = { ...(visit === undefined ? {} : { visit }), ...(item === undefined ? {} : { item }) }
  return { parent: { address: parent, step, ...place } }
}

/** How it ended. There is nothing to undo: what its machine did, the machine itself makes good. */
export function wordTo({ address, ...place }: Parent, { status, output = null, error }: End): Send {
  const said = status === 'completed' ? { output } : error === undefined ? {} : { error }
  const data = { ...place, status, ran: false, ...said } as unknown as Json
  return { type: 'send', to: address, event: 'step.done', data }
}
