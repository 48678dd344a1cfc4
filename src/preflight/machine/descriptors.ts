/** Descriptors: which events a key of `on` means, wildcards included, and what people call them. Knows no state. */

const DONE_STATE = 'xstate.done.state.'

/** Does it take every event that the other one means? Events are their own descriptors. */
export function covers(descriptor: string, other: string): boolean {
  if (descriptor === other || descriptor === '*') return true
  if (!descriptor.endsWith('.*')) return false
  const prefix = descriptor.slice(0, -2)
  return other === prefix || other.startsWith(`${prefix}.`)
}

/** The end of which state it means, by its id; undefined of any other event. */
export const endedState = (descriptor: string): string | undefined =>
  descriptor.startsWith(DONE_STATE) ? descriptor.slice(DONE_STATE.length) : undefined

export const doneOf = (stateId: string): string => DONE_STATE + stateId
export const errorOf = (invokeId: string): string => `xstate.error.actor.${invokeId}`

/** Can only somebody outside send it? */
export const isFromOutside = (descriptor: string): boolean => !descriptor.startsWith('xstate.')

/** What a step of a way is called. */
export function eventName(descriptor: string): string {
  if (descriptor === '') return 'always'
  if (descriptor.startsWith(DONE_STATE)) return 'done'
  const [, kind, name] = /^xstate\.(done\.actor|error\.actor|after|snapshot)\.(.*)$/.exec(descriptor) ?? []
  if (kind === undefined || name === undefined) return descriptor
  if (kind === 'after') return `after ${name.slice(0, name.indexOf('.'))}`
  return `${kind.split('.')[0]} ${name}`
}
