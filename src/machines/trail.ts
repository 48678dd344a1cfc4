/**
 * Trail: what a run has done that can be undone, newest first: a persistent list, so that a step costs the same however many went
 * before it, and the old state stays whole for a rollback. Knows nothing of tasks or messages.
 */

/** One visit of a step, or one item of a map, that took effect or may have. */
export interface Trace {
  readonly step: number
  readonly visit: number
  readonly item: number | null
  /** The position of its output; 0 where nobody knows how it ended. */
  readonly ref: number
  /** How often undoing it was begun. */
  readonly tries: number
}

export interface Trail {
  readonly last: Trace
  readonly before: Trail | null
}

export const added = (trail: Trail | null, last: Trace): Trail => ({ last, before: trail })

/** Newest first. */
export function* traces(trail: Trail | null): Generator<Trace> {
  for (let at = trail; at !== null; at = at.before) yield at.last
}

/** Oldest first, as JSON. */
export const frozenTrail = (trail: Trail | null): Trace[] => [...traces(trail)].toReversed()

export const thawedTrail = (list: readonly Trace[]): Trail | null => list.reduce<Trail | null>(added, null)
