/**
 * Gate assignment: who is asked to answer a gate, how that came to be theirs, and who comes after them. Pure functions; when
 * they are called is the chart's to say, in gate.ts.
 */
import type { GateOpen } from '../messages/gate.ts'

/** How a gate came to be somebody's. */
export interface Assigned {
  readonly to: string
  readonly how: 'opened' | 'reassigned' | 'escalated'
  /** Who said so; null where it was its opening, or time. */
  readonly by: string | null
  readonly reason: string | null
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface Assignment {
  /** Who is to answer. */
  readonly to: string
  /** Approvers that were asked, up to the one who is asked now. */
  readonly level: number
  /** Oldest first: the latest of them. */
  readonly history: readonly Assigned[]
}

/** The journal has all of them. */
const KEPT = 100

type Spec = Pick<GateOpen, 'approvers' | 'escalateAfter' | 'expires'>

/** To the first approver; undefined where anybody is asked. */
export function opened({ approvers: [to] = [] }: Spec, at: number): Assignment | undefined {
  return to === undefined
    ? undefined
    : assigned(undefined, 1, { to, how: 'opened', by: null, reason: null, at })
}

/** Whoever is to answer now; of those who are in the list, the ones after them come next. */
export function reassigned(
  { approvers = [] }: Spec,
  before: Assignment | undefined,
  change: Omit<Assigned, 'how'>,
): Assignment {
  const place = approvers.indexOf(change.to)
  return assigned(before, place < 0 ? (before?.level ?? 0) : place + 1, { ...change, how: 'reassigned' })
}

/** The next approver; undefined where there is none. */
export function escalated(
  spec: Spec,
  before: Assignment | undefined,
  change: Omit<Assigned, 'how' | 'to'>,
): Assignment | undefined {
  const to = nextOf(spec, before)
  if (to === undefined) return undefined
  return assigned(before, (before?.level ?? 0) + 1, { ...change, to, how: 'escalated' })
}

export const nextOf = ({ approvers = [] }: Spec, before: Assignment | undefined): string | undefined =>
  approvers[before?.level ?? 0]

/** Milliseconds that whoever is asked has; undefined where the time of the whole gate is theirs. */
export function turnOf(spec: Spec, assignment: Assignment | undefined): number | undefined {
  const isLast = nextOf(spec, assignment) === undefined
  return isLast && spec.expires !== undefined ? undefined : spec.escalateAfter
}

function assigned(before: Assignment | undefined, level: number, change: Assigned): Assignment {
  return { to: change.to, level, history: [...(before?.history ?? []), change].slice(-KEPT) }
}
