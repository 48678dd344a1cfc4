/** Flow view: what came of the steps of a compiled workflow, and how they stand: for its code, and for those who look at a run. */
import type { Failure } from '../errors.ts'
import type { Placed } from '../machines/flow-index.ts'
import {
  COMPLETED,
  FAILED,
  HELD,
  NODE_STATES,
  SKIPPED,
  type MapState,
  type WorkflowContext,
} from '../machines/workflow-context.ts'
import { isPaused } from '../machines/workflow.ts'
import { nameOf } from '../machines/workflow-moves.ts'
import { isStuck, widthOf } from '../machines/workflow-undo.ts'
import type { Json } from '../messages/json.ts'
import type { HeldNode, Look, RunReport, RunView, StepReport, Tally } from './kind.ts'
import type { From } from './flow-code.ts'
import { blockage } from './graph-runtime.ts'

/** Those that leave something behind: groups, branches and loops do not. */
const hasOutput = ({ kind }: Placed): boolean => kind !== 'branch' && kind !== 'loop'

/** Undefined where it has not completed. */
export function outputOfNode(context: WorkflowContext, step: number, look: Look): Json | undefined {
  const node = context.index.entries[step]?.node
  if (node === undefined || !hasOutput(node) || context.status.get(step) !== COMPLETED) return undefined
  const map = node.kind === 'map' ? context.maps[step] : undefined
  // One that an operator finished by hand has the output that was given then.
  if (map === undefined || context.refs.get(step) !== map.list) return look.output(context.refs.get(step))
  const outputs: Json[] = []
  for (let item = 0; item < map.count; item++) outputs.push(look.output(map.refs.get(item)))
  return outputs
}

/** Lists that mappers have looked at: each item of a map may look at that of another. Held weakly, as they can be made anew. */
const lists = new WeakMap<MapState, WeakRef<readonly Json[]>>()

/** As `outputOfNode`, but the list of a map is one for all who look: nobody can write to it. */
function seenOfNode(context: WorkflowContext, step: number, look: Look): Json | undefined {
  const map = context.maps[step]
  if (map === undefined) return outputOfNode(context, step, look)
  const known = lists.get(map)?.deref()
  if (known !== undefined && context.status.get(step) === COMPLETED) return known as Json
  const output = outputOfNode(context, step, look)
  if (Array.isArray(output)) lists.set(map, new WeakRef(Object.freeze(output) as readonly Json[]))
  return output
}

/** Outputs by name, read when asked for: a mapper that looks at one step costs the same whatever the workflow's size. */
export function outputsView(context: WorkflowContext, look: Look): Record<string, Json> {
  const { indexes } = context.index
  const read = (name: string | symbol): Json | undefined => {
    const step = typeof name === 'string' ? indexes.get(name) : undefined
    return step === undefined ? undefined : seenOfNode(context, step, look)
  }
  const has = (name: string | symbol): boolean => {
    const step = typeof name === 'string' ? indexes.get(name) : undefined
    const node = step === undefined ? undefined : context.index.entries[step]?.node
    return node !== undefined && hasOutput(node) && context.status.get(node.step) === COMPLETED
  }
  return new Proxy(Object.create(null) as Record<string, Json>, {
    has: (_, name) => has(name),
    get: (_, name) => read(name),
    ownKeys: () => [...indexes.keys()].filter(has),
    getOwnPropertyDescriptor: (_, name) =>
      has(name) ? { configurable: true, enumerable: true, writable: false, value: read(name) } : undefined,
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  })
}

export const runView: RunView = {
  tally: context => tallyOf(context as WorkflowContext),
  report: (context, look) => reportOf(context as WorkflowContext, look),
  mayCome: (context, name) => {
    const { index, status } = context as WorkflowContext
    const step = index.indexes.get(name)
    return step === undefined ? undefined : NODE_STATES[status.get(step)] === 'new'
  },
  isPaused,
  held: context => heldIn(context as WorkflowContext),
  isPastPivot: context => (context as WorkflowContext).pivoted,
}

/** What its code is given. */
export function fromOf(context: WorkflowContext, look: Look): From {
  const { input, vars } = context
  return { input, vars, outputs: outputsView(context, look) }
}

/** Going forward a held step is marked; going backward its state is stuck: it has failed, and nothing of it is under way. */
export function heldIn(context: WorkflowContext): HeldNode[] {
  if (context.held === 0) return []
  const { index, status, refs, undoing, error } = context
  const forward = index.entries
    .filter(({ node }) => status.get(node.step) === HELD)
    .map(({ node: { name: step, step: at } }) => {
      const known = error?.step === step ? error.error : null
      return { step, undo: false, index: at, since: refs.get(at), error: known }
    })
  const backward = Object.entries(undoing).flatMap(([owner, one]) =>
    isStuck(one, widthOf(context, Number(owner)))
      ? one.failed.map(({ step: at }) => {
          return { step: nameOf(context, at), undo: true, index: at, since: 0, error: null }
        })
      : [],
  )
  // Several items of a map are one step.
  return [...forward, ...new Map(backward.map(node => [node.step, node])).values()]
}

function tallyOf({ index, status }: WorkflowContext): Tally {
  const counts = { completed: 0, running: 0, failed: 0, cancelled: 0, blocked: 0 }
  let total = 0
  for (const { node } of index.entries) {
    if (!hasOutput(node)) continue
    total++
    const state = NODE_STATES[status.get(node.step)]
    if (state === 'completed' || state === 'skipped') counts.completed++
    else if (state === 'running' || state === 'held') counts.running++
    else if (state === 'failed') counts.failed++
    else if (state === 'cancelled') counts.cancelled++
  }
  return { total, ...counts }
}

/** What has not begun never will: the run was called off, something failed, or nothing led there. */
function reportOf(context: WorkflowContext, look: Look): RunReport {
  // Of one that was ended as it stood nobody knows what would have come.
  const { index, status, refs, error, cancel, endedAt } = context
  const outputs: Record<string, Json> = {}
  const steps: Record<string, StepReport> = {}
  const by = error === null ? undefined : blockage(error.step, error.error.code)
  for (const { node } of index.entries) {
    const state = NODE_STATES[status.get(node.step)] ?? 'new'
    const output = outputOfNode(context, node.step, look)
    if (output !== undefined) outputs[node.name] = output
    else if (state !== 'completed' && (hasOutput(node) || state === 'failed')) {
      const item = failedItem(context, node)
      const stands = item === undefined ? state : 'failed'
      const failure =
        stands === 'failed' || stands === 'cancelled'
          ? (errorAt(look, item ?? refs.get(node.step)) ?? ownError(error, node))
          : by
      steps[node.name] = reportOn(stands, cancel !== null || endedAt === 0, failure, error)
    }
  }
  return { outputs, steps, ...(error === null ? {} : { error: error.error }) }
}

function reportOn(
  state: (typeof NODE_STATES)[number],
  called: boolean,
  failure: Failure | undefined,
  first: WorkflowContext['error'],
): StepReport {
  const withError = (status: StepReport['status']): StepReport => ({
    status,
    ...(failure === undefined ? {} : { error: failure }),
  })
  if (state === 'skipped') return { status: 'skipped' }
  if (state === 'failed' || state === 'held') return withError('failed')
  if (state === 'cancelled' || state === 'running') return withError('cancelled')
  if (called) return { status: 'pending' }
  return first === null ? { status: 'skipped' } : withError('blocked')
}

/** Where is recorded why the first item of a map failed, where one has: the map has then, also where it was stopped for that. */
function failedItem({ maps, status }: WorkflowContext, { kind, step }: Placed): number | undefined {
  const map = kind === 'map' && status.get(step) !== SKIPPED ? maps[step] : undefined
  if (map === undefined || map.failed === 0) return undefined
  for (let item = 0; item < map.count; item++) if (map.status.get(item) === FAILED) return map.refs.get(item)
  return undefined
}

/** What a branch, a loop or a wait failed with is its own word, and in no message. */
const ownError = (error: WorkflowContext['error'], { name }: Placed): Failure | undefined =>
  error?.step === name ? error.error : undefined

const errorAt = (look: Look, ref: number): Failure | undefined =>
  (look.data(ref) as { readonly error?: Failure } | null)?.error
