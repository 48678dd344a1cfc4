/** Ends: how waiting in a simulation ends when it does not end well. Nothing here may know what was waited for. */

/** The process life that was asked for something has ended. */
export class Crashed extends Error {}

/** Somebody waits, and nothing will ever happen. */
export class Stuck extends Error {}

/** A promise of the runtime, or of its user, does not hold. */
export class PromiseBroken extends Error {
  /** The number of the invariant, or the name of a user's property. */
  readonly promise: number | string
  readonly detail: string
  /** The last durable position when it broke. */
  readonly position: number

  constructor(promise: number | string, detail: string, position = 0) {
    super(typeof promise === 'number' ? `invariant ${promise}: ${detail}` : `${promise}: ${detail}`)
    this.name = 'PromiseBroken'
    this.promise = promise
    this.detail = detail
    this.position = position
  }
}
