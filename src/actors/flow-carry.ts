/**
 * Flow carry: when a run of a compiled workflow can go on with one that was changed. Whatever has begun is known by its index, to the run
 * itself and to the tasks below it: so up to there the two must be the same, and after it anything may be. A run's checkpoint holds one
 * mark for all that has begun. Pure.
 */
import { createHash } from 'node:crypto'
import type { AnyStateMachine } from 'xstate'
import type { FlowIndex, Placed } from '../machines/flow-index.ts'
import { NEW, type WorkflowContext } from '../machines/workflow-context.ts'
import type { FlowNode } from '../messages/flow.ts'
import type { Json } from '../messages/json.ts'
import type { Migrate, RunSnapshot } from '../messages/migration.ts'
import { carried, faults, migrated } from './carry.ts'
import type { Carried } from './kind.ts'
import type { Schema } from './schema.ts'

/** The last node that has begun, and the mark of it and all before it. */
export interface Begun {
  readonly step: number
  readonly mark: string
}

/** For each node, by index, one mark of it and of all before it: what they are, and where they stand. */
export function marksOf(index: FlowIndex): readonly string[] {
  const traits: Json[] = []
  for (const { node, path } of places(index.flow.body, [])) traits[node.step] = [...path, ...traitsOf(node)]
  let mark = ''
  return traits.map(trait => {
    const next = JSON.stringify([mark, trait])
    mark = createHash('sha256').update(next).digest('base64url').slice(0, 22)
    return mark
  })
}

/** What would make another node of it. Its policies, inputs and conditions are not among that: they count when they are used. */
function traitsOf(node: Placed): Json[] {
  const own: Json[] = [node.kind, node.name]
  if (node.kind === 'step') return [...own, node.task, node.undo?.task ?? null, node.pivot === true]
  if (node.kind === 'wait') return [...own, node.signal ?? null]
  if (node.kind === 'workflow') return [...own, node.workflow, node.version]
  if (node.kind === 'branch') return [...own, node.cases.map(({ name }) => name)]
  return node.kind === 'map' ? [...own, traitsOf(node.each)] : own
}

/** Every node that has an index, with what lies around it. */
function* places(
  body: readonly FlowNode[],
  path: readonly string[],
): Generator<{ readonly node: Placed; readonly path: readonly string[] }> {
  for (const node of body) {
    if ('step' in node) yield { node, path }
    const inside = [...path, node.kind, node.name]
    if (node.kind === 'branch')
      for (const { name, body: inner } of node.cases) yield* places(inner, [...inside, name])
    else if (node.kind === 'sequence' || node.kind === 'parallel' || node.kind === 'loop')
      yield* places(node.body, inside)
  }
}

/** Null before anything has. */
export function begunIn({ status, visits }: WorkflowContext, marks: readonly string[]): Begun | null {
  for (let step = marks.length - 1; step >= 0; step--)
    if (status.get(step) !== NEW || visits.get(step) > 0) return { step, mark: marks[step] ?? '' }
  return null
}

/** What of a run as JSON matters here. */
interface Frozen {
  readonly begun: Begun | null
  readonly status: readonly number[]
  readonly visits: readonly number[]
  readonly refs: readonly number[]
  readonly vars: Json
}

export interface FlowCarryParts {
  readonly machine: AnyStateMachine
  readonly index: FlowIndex
  readonly marks: readonly string[]
  readonly vars: Schema | undefined
}

/** A run of another structure as it stands in this one. */
export function carryFlow(
  parts: FlowCarryParts,
  snapshot: RunSnapshot,
  migrate: Migrate | undefined,
): Carried {
  const shown = migrated(snapshot, migrate)
  const frozen = shown.context as unknown as Frozen
  const size = parts.marks.length
  const resized = (list: readonly number[], fresh: number): number[] =>
    Array.from({ length: size }, (_, step) => list[step] ?? fresh)
  const context = {
    ...frozen,
    status: resized(frozen.status, NEW),
    visits: resized(frozen.visits, 0),
    refs: resized(frozen.refs, 0),
    vars: varsIn(parts.vars, frozen),
  } as unknown as Json
  return carried(parts.machine, { ...shown, context }, () => [
    ...changes(parts, frozen.begun),
    ...(parts.vars === undefined ? [] : faults(parts.vars, frozen.vars ?? {}, 'vars')),
  ])
}

/** A run that began without some of them gets what those are at first. */
function varsIn(schema: Schema | undefined, { vars }: Frozen): Json {
  const known = schema?.safeParse(vars ?? {})
  return known?.success === true ? (known.data as Json) : vars
}

function changes(
  { index, marks }: { index: FlowIndex; marks: readonly string[] },
  begun: Begun | null,
): string[] {
  if (begun === null || marks[begun.step] === begun.mark) return []
  const name = index.entries[begun.step]?.node.name
  const where = name === undefined ? `there were ${begun.step + 1} then` : `up to where ${name} is now`
  return [
    `steps that the run has begun were changed, moved or taken out (${where}): only what comes after them may be another`,
  ]
}
