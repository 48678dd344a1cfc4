/**
 * Flows: what a run of a compiled workflow may ask for, by its flow: what comes before is done, the case is the one that was chosen, rounds
 * and items are no more than may be, nothing begins after it was stopped, and word of a step is true. Part of invariant 4. Read from
 * records and the flow, not from the machine.
 */
import type { Failure } from '../../errors.ts'
import type { FlowNode } from '../../messages/flow.ts'
import type { Json } from '../../messages/json.ts'
import type { Signal } from '../../messages/signal.ts'
import { casesAround, loopsAround, type Place } from './flow-places.ts'
import type { Deed, FlowRun } from './flow-runs.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

const BEGINS: ReadonlySet<string> = new Set(['task.create', 'workflow.start', 'gate.open'])
const KINDS: Readonly<Record<string, string>> = {
  'task.create': 'step',
  'workflow.start': 'workflow',
  'gate.open': 'gate',
}

export function flowFaults({ signal, isNew }: Move, { books: { flows } }: Shadow): string | undefined {
  const { to, type, data, refused } = signal
  if (refused !== null) return undefined
  if (isNew && BEGINS.has(type)) {
    const asked = (data ?? {}) as unknown as Asked
    const run = asked.parent === undefined ? undefined : flows.runs.get(asked.parent)
    return run === undefined || asked.undo === true ? undefined : beginFault(run, asked, signal)
  }
  const run = flows.runs.get(to)
  if (run === undefined) return undefined
  return type === 'step.done' ? wordFault(run, signal) : undefined
}

interface Asked {
  readonly parent?: FlowRun['address']
  readonly step: number
  readonly visit?: number
  readonly item?: number
  readonly undo?: boolean
  readonly task?: string
}

function beginFault(run: FlowRun, asked: Asked, signal: Signal): string | undefined {
  const { step, visit = 1, item = null, task } = asked
  const place = run.places.get(step)
  if (place === undefined) return `${run.address} has no node ${step}`
  const { node } = place
  const done = node.kind === 'map' ? node.each : node
  if (done.kind !== KINDS[signal.type]) return `${node.name} is a ${done.kind}`
  if (done.kind === 'step' && done.task !== task)
    return `${node.name} is ${done.task} and not ${String(task)}`
  if (run.stopped > 0 && signal.causationId >= run.stopped)
    return `${node.name} begins after its run was stopped`
  const own = run.deeds.filter(deed => deed.step === step)
  if (own.some(deed => deed.visit === visit && deed.item === item)) return `${node.name} begins twice`
  const open = own.filter(deed => deed.endedSeq === 0)
  if (node.kind === 'map') {
    const { count = 0 } = run.said.get(step)?.findLast(({ what }) => what !== 'by hand') ?? {}
    if (item === null || item >= count) return `${node.name} has no item ${String(item)}`
    if (open.length >= (node.limit ?? Number.POSITIVE_INFINITY)) return `${node.name} does too much at once`
  } else if (open.length > 0) return `${node.name} begins again before it has ended`
  return placeFault(run, place)
}

/** Is it its turn? */
function placeFault(run: FlowRun, place: Place): string | undefined {
  const { name } = place.node
  for (const { branch, name: own } of casesAround(place)) {
    const chosen = run.said.get(branch.step)?.at(-1)?.what
    if (chosen !== own) return `${name} begins, and of ${branch.name} ${String(chosen)} was chosen`
  }
  for (const loop of loopsAround(place)) {
    const said = run.said.get(loop.step) ?? []
    const rounds = said.length - 1 - said.findLastIndex(({ what }) => what !== 'again')
    if (rounds === 0) return `${name} begins, and ${loop.name} is over`
    if (rounds > loop.max) return `${name} begins in round ${rounds} of ${loop.name}`
  }
  const since = Math.max(0, ...loopsAround(place).map(({ step }) => run.rounds.get(step)?.at(-1) ?? 0))
  for (const { before } of place.levels.filter(({ of }) => of?.kind !== 'parallel')) {
    // What stands before a loop around it was done before the loop began.
    const inner = place.levels.findLast(level => level.of?.kind === 'loop')
    const from = inner === undefined || before === inner.before ? since : 0
    const early = before.find(node => !isDone(run, node, from))
    if (early !== undefined) return `${name} begins before ${early.name} is done`
  }
  return undefined
}

/** Of what leaves no record, such as a wait, nothing can be said. */
function isDone(run: FlowRun, node: FlowNode, since: number): boolean {
  if (node.kind === 'sequence' || node.kind === 'parallel')
    return node.body.every(one => isDone(run, one, since))
  if (node.kind === 'wait') return true
  const said = run.said.get(node.step)?.at(-1)
  if (said?.what === 'by hand') return true
  if (node.kind === 'loop') return said?.what === 'enough' && said.seq > since
  if (node.kind === 'branch') {
    const chosen = node.cases.find(({ name }) => name === said?.what)
    return chosen !== undefined && chosen.body.every(one => isDone(run, one, since))
  }
  const own = run.deeds.filter(deed => deed.step === node.step && deed.endedSeq > since)
  if (node.kind !== 'map') return hasCompleted(own.at(-1))
  const items = new Set(own.filter(hasCompleted).map(({ item }) => item))
  return said !== undefined && items.size >= said.count
}

const hasCompleted = (deed: Deed | undefined): boolean =>
  deed !== undefined && (deed.state === 'completed' || deed.state === 'settled' || deed.state === 'approved')

/** What came of a run below it could not be passed on: to the run above that is a failure. */
function isUntold(from: string, data: Json): boolean {
  const { status, error } = data as { readonly status?: string; readonly error?: Failure }
  return (
    from.startsWith('workflow/') &&
    status === 'failed' &&
    (error?.code === 'MESSAGE_TOO_LARGE' || error?.code === 'NOT_JSON')
  )
}

/** What a run is told of a step is what has become of it. */
function wordFault(run: FlowRun, { from, data }: Signal): string | undefined {
  const { step, visit = 1, item = null, undo, status } = data as Readonly<Record<string, unknown>>
  const deed = run.deeds.find(one => one.step === step && one.visit === visit && one.item === item)
  if (deed === undefined) return 'told of what was never begun'
  if (undo === true) {
    const { state } = deed.undoing ?? {}
    return (state === 'done') === (status === 'completed')
      ? undefined
      : `told that undoing is ${String(status)}, which is ${String(state)}`
  }
  return hasCompleted(deed) === (status === 'completed') || isUntold(from, data)
    ? undefined
    : `told that it is ${String(status)}, which is ${deed.state === '' ? 'not over' : deed.state}`
}
