/** Finding: one thing that pre-flight found, and how a rule says it. Shapes, and what is the same of all of them. */
import { PREFLIGHT, type PreflightCode, type Severity } from './codes.ts'

export interface Finding {
  /** Stable; see docs/preflight.md. */
  readonly code: PreflightCode
  readonly severity: Severity
  /** The name of the workflow, or the id of the machine. */
  readonly workflow: string
  /** Of a machine the path of the state, such as `review.waiting`; of a flow the name of the node, of a case `branch.case`. */
  readonly state: string
  /**
   * A shortest way to it from the start: of a machine states and events in turn, of a flow the names of what comes before. Of a long
   * one the middle is left out, as `…`. Empty where there is none.
   */
  readonly path: readonly string[]
  readonly message: string
  readonly suggestion: string
}

/** What a rule says of one place; the rest is in the catalogue. */
export interface Found {
  readonly code: PreflightCode
  readonly state: string
  readonly path: readonly string[]
  /** What is so at this place: said after what the code means. */
  readonly because?: string
  /** Where it is not that of the code. */
  readonly severity?: Severity
}

export function findingOf(workflow: string, found: Found): Finding {
  const { severity, means, suggestion } = PREFLIGHT[found.code]
  return {
    code: found.code,
    severity: found.severity ?? severity,
    workflow,
    state: found.state,
    path: found.path,
    message: found.because === undefined ? means : `${means} ${found.because}`,
    suggestion,
  }
}

/** More than this of a way nobody reads, and of thousands of them memory would be full. */
const MAX_PATH = 40

/** A way that is known from its end: each part after the one that the next call gives. */
export function wayFrom(start: () => string, backwards: Iterable<string>): readonly string[] {
  const parts: string[] = []
  for (const part of backwards) {
    parts.push(part)
    if (parts.length === MAX_PATH) return [start(), '…', ...parts.slice(0, -2).toReversed()]
  }
  return parts.toReversed()
}

/** The first few of them. */
export function listed(names: readonly string[], most = 5): string {
  const more = names.length - most
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${more} more` : names.join(', ')
}
