/**
 * Outcomes: what waiters are told of how something ended is what its records say, however often and in whatever process life they
 * ask. Part of invariant 6.
 */
import type { OwnContext } from '../../actors/own-machine-state.ts'
import type { FlowIndex } from '../../machines/flow-index.ts'
import type { Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { GroupOutcome } from '../../runtime/group-outcome.ts'
import type { RunOutcome, TaskOutcome } from '../../runtime/outcome.ts'
import type { StatorError } from '../../errors.ts'
import type { Told, Watcher } from '../host/watcher.ts'
import { Past } from './past.ts'
import { reading } from './reading.ts'
import { isOwn } from './shade.ts'

export function outcomes(): Watcher {
  /** What machines of users' own gave at their end. */
  const own = new Map<Address, Json>()
  const compiled = new Map<Address, FlowIndex>()
  const ends = reading(() => ({
    moved: ({ actor, signal }) => {
      if (actor?.kind.flow !== undefined) compiled.set(actor.address, actor.kind.flow)
      if (!signal.final || actor === undefined || !isOwn(actor)) return
      own.set(actor.address, (actor.standing.context as OwnContext).end?.output ?? null)
    },
  }))
  return {
    ...ends(),
    told: (told, life) => {
      const wrong = untrue(told, Past.of(life.simulation), own, compiled)
      if (wrong !== undefined) life.simulation.break(6, `${told.address}: ${wrong}`)
    },
  }
}

/** The states in which a failure with that code is how something ended. */
const FAILED: Readonly<Record<string, string>> = {
  TASK_FAILED: 'failed',
  WORKFLOW_FAILED: 'failed',
  GROUP_FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  DEPENDENCY_FAILED: 'blocked',
}

function untrue(
  { what, address, value }: Told,
  past: Past,
  own: ReadonlyMap<Address, Json>,
  compiled: ReadonlyMap<Address, FlowIndex>,
): string | undefined {
  const ending = past.standing.get(address)?.ending
  // That it is told too early, or was erased, is another matter.
  if (ending === undefined || past.isErased(ending.seq)) return undefined
  const isRun = address.startsWith('workflow/')
  const flow = compiled.get(address)
  const outputsOf = (outputs: Readonly<Record<string, Json>>): string | undefined =>
    flow === undefined ? otherOutputs(address, outputs, past) : latestOutputs(address, outputs, past, flow)
  const isGroup = address.startsWith('group/')
  if (what === 'failure') {
    const { code } = value as StatorError
    // It failed, or somebody called it off.
    const isUndone = ending.toState === 'compensated' && (code === 'WORKFLOW_FAILED' || code === 'CANCELLED')
    return isUndone || FAILED[code] === ending.toState
      ? undefined
      : `told is ${code}, recorded ${ending.toState}`
  }
  if (what === 'result') {
    if (ending.toState !== 'completed') return `its result was told, recorded is ${ending.toState}`
    if (own.has(address)) return otherResult(value as Json, own.get(address))
    if (isGroup) return otherResults(completed(value as Record<string, Json>), past)
    return isRun ? outputsOf(value as Record<string, Json>) : otherOutput(address, value as Json, past)
  }
  if (what !== 'outcome') return undefined
  const { status } = value as RunOutcome | TaskOutcome
  if (status !== ending.toState) return `told is ${status}, recorded ${ending.toState}`
  if (own.has(address)) return otherResult((value as RunOutcome).result ?? null, own.get(address))
  if (isGroup) return otherResults((value as GroupOutcome).results, past)
  if (isRun) return outputsOf((value as RunOutcome).outputs as Record<string, Json>)
  return status === 'completed'
    ? otherOutput(address, (value as TaskOutcome).output ?? null, past)
    : undefined
}

/** Of a machine of a user's own: what the plain machine gives for the same records. */
function otherResult(told: Json, should: Json | undefined): string | undefined {
  const [one, other] = [JSON.stringify(told), JSON.stringify(should)]
  return one === other ? undefined : `told is ${one}, and its machine gives ${other}`
}

const completed = (outputs: Readonly<Record<string, Json>>): GroupOutcome['results'] =>
  Object.fromEntries(Object.entries(outputs).map(([id, output]) => [id, { status: 'completed', output }]))

function otherResults(results: GroupOutcome['results'], past: Past): string | undefined {
  for (const [id, { status, output = null }] of Object.entries(results)) {
    const recorded = past.standing.get(`task/${id}`)?.ending?.toState
    if (recorded !== status) return `told is that ${id} is ${status}, recorded ${recorded ?? 'no end'}`
    const wrong = status === 'completed' ? otherOutput(`task/${id}`, output, past) : undefined
    if (wrong !== undefined) return `${id}: ${wrong}`
  }
  return undefined
}

/** A step may also be a wait, a gate, a list, or a run below; done again, or by hand. */
function isOfTask(task: Address, { standing }: Past): boolean {
  const { ending } = standing.get(task) ?? {}
  return ending?.toState === 'completed' && standing.get(`${task}/2`) === undefined
}

function otherOutputs(run: Address, outputs: Readonly<Record<string, Json>>, past: Past): string | undefined {
  for (const [step, output] of Object.entries(outputs)) {
    const task: Address = `task/${run.slice('workflow/'.length)}/${step}`
    if (!isOfTask(task, past)) continue
    const wrong = otherOutput(task, output, past)
    if (wrong !== undefined) return `step ${step}: ${wrong}`
  }
  return undefined
}

/** Of a compiled run: what each task gave when it was asked for last. What was done by hand, or is no task, is another matter. */
function latestOutputs(
  run: Address,
  outputs: Readonly<Record<string, Json>>,
  past: Past,
  { indexes, entries, hasPivot }: FlowIndex,
): string | undefined {
  for (const [step, output] of Object.entries(outputs)) {
    const kind = entries[indexes.get(step) ?? -1]?.node.kind
    const first: Address = `task/${run.slice('workflow/'.length)}/${step}`
    const isKnown = past.standing.get(first) !== undefined
    if (!isKnown && kind !== undefined && (kind !== 'step' || hasPivot)) continue
    let latest = first
    for (let visit = 2; past.standing.get(`${first}/${visit}`) !== undefined; visit++)
      latest = `${first}/${visit}`
    if (isKnown && past.standing.get(latest)?.ending?.toState !== 'completed') continue
    const wrong = otherOutput(latest, output, past)
    if (wrong !== undefined) return `step ${step}: ${wrong}`
  }
  return undefined
}

function otherOutput(task: Address, output: Json, past: Past): string | undefined {
  const ending = past.standing.get(task)?.ending
  if (ending !== undefined && past.isErased(ending.seq)) return undefined
  if (ending?.toState !== 'completed') return `an output was told, recorded is ${ending?.toState ?? 'no end'}`
  const recorded = JSON.stringify((ending.data as { output?: Json } | null)?.output ?? null)
  return JSON.stringify(output) === recorded
    ? undefined
    : `told is ${JSON.stringify(output)}, recorded ${recorded}`
}
