/** Gate info: all that those see of a gate who answer it: what is asked, by whom, in which run however deep, and of whom. It only looks. */
import { turnOf, type Assigned } from '../../machines/gate-assignment.ts'
import { idOf, kindOf, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import { outcomeOf, type GateOutcome, type Seen } from '../gate-handle.ts'
import type { Journal } from '../journal.ts'

export type { Assigned } from '../../machines/gate-assignment.ts'

/** Times in milliseconds since the epoch. */
export interface GateInfo {
  /** `<run>/<name>`, where a run has opened it, with a number behind it in a loop or a map; `<task>/<name>`, where a handler has. */
  readonly id: string
  readonly address: Address
  /** `open`, `held`, or how it ended. */
  readonly state: string
  /** The run that waits for it, or that the task is of whose handler waits, by its id; null where there is none. */
  readonly run: string | null
  /** The task whose handler asks, as an address, and its agent, by its id; null where no handler does. */
  readonly task: Address | null
  readonly agent: string | null
  /** Who all wait for it: from the outermost run down to the task and its agent. Empty where a client has opened it. */
  readonly chain: readonly Address[]
  /** What it belongs to: the outermost run, or else the conversation, the task, or the gate itself. */
  readonly conversation: string
  readonly title: string | null
  readonly reason: string | null
  readonly details: Json
  readonly attemptedSolutions: readonly string[]
  /** What an approval must say as its `data`: a JSON Schema; null: anything. */
  readonly form: Json
  readonly approvers: readonly string[]
  /** Who is asked now, or was last; null: anybody. */
  readonly assignedTo: string | null
  /** How it came to be theirs: the latest 100, oldest first. */
  readonly assignments: readonly Assigned[]
  /** Only whoever is asked may answer. */
  readonly strict: boolean
  /** The agent gets no new work until it is answered. */
  readonly pauses: boolean
  readonly openedAt: number
  /** When it expires, or would have; null where it has no time. */
  readonly expiresAt: number | null
  /** When whoever is asked now has had their time, and the next one is asked, or it expires; null where that is not so. */
  readonly escalatesAt: number | null
  /** Null until it has ended. */
  readonly outcome: GateOutcome | null
}

export function infoOf({ address, state, correlationId, context }: Seen, journal: Journal): GateInfo {
  const { spec, openedAt, endedAt, assignment } = context
  const { parent, asker, title = null, reason = null, details = null, expires } = spec ?? {}
  const above = parent !== undefined && kindOf(parent) === 'workflow' ? parent : undefined
  const run = above ?? asker?.run
  const agent = asker?.agent ?? (above === undefined ? parent : undefined)
  const turn = spec === null ? undefined : turnOf(spec, assignment)
  const since = assignment?.history.at(-1)?.at ?? openedAt
  return {
    id: idOf(address),
    address,
    state,
    run: run === undefined ? null : idOf(run),
    task: asker?.task ?? null,
    agent: agent === undefined ? null : idOf(agent),
    chain: [
      ...(run === undefined ? [] : runsAbove(run, journal)),
      ...(asker === undefined ? [] : [asker.task]),
      ...(agent === undefined ? [] : [agent]),
    ],
    conversation: correlationId,
    title,
    reason,
    details,
    attemptedSolutions: spec?.attemptedSolutions ?? [],
    form: spec?.form ?? null,
    approvers: spec?.approvers ?? [],
    assignedTo: assignment?.to ?? null,
    assignments: assignment?.history ?? [],
    strict: spec?.strict ?? false,
    pauses: spec?.pauses ?? false,
    openedAt,
    expiresAt: expires === undefined ? null : openedAt + expires,
    escalatesAt: turn === undefined || endedAt > 0 ? null : since + turn,
    outcome: endedAt === 0 ? null : outcomeOf(context, state as GateOutcome['status']),
  }
}

/** A run and those that it is below, outermost first. */
function runsAbove(run: Address, journal: Journal): Address[] {
  const chain: Address[] = []
  for (let next: Address | undefined = run; next !== undefined; next = parentOf(next, journal))
    chain.unshift(next)
  return chain
}

/** Only what is below a run has an id of several parts. */
function parentOf(run: Address, journal: Journal): Address | undefined {
  if (!idOf(run).includes('/')) return undefined
  for (const { data } of journal.query({ actor: run, types: ['workflow.start'], limit: 1 })) {
    const { parent } = (data ?? {}) as { readonly parent?: Address }
    return parent !== undefined && kindOf(parent) === 'workflow' ? parent : undefined
  }
  return undefined
}
