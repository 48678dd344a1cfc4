/**
 * Plans: what a run may ask for by its plan, and how it may end: dependencies first, lanes within their limits, nothing new after
 * it was stopped, an end only when nothing is left. Read from records and the plan, not from the machine.
 */
import type { Json } from '../../messages/json.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Plan } from '../../messages/workflow.ts'
import { askedIn } from './asked.ts'
import type { Run } from './books.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

export function planFaults(move: Move, { books }: Shadow): string | undefined {
  const { signal } = move
  if (signal.refused !== null) return undefined
  if (signal.type === 'task.create') {
    const spec = signal.data as unknown as TaskCreate
    const run = spec.parent === undefined ? undefined : books.runs.get(spec.parent)
    return run === undefined ? undefined : stepFault(run, spec, signal.causationId)
  }
  const run = books.runs.get(signal.to)
  if (run === undefined || !signal.to.startsWith('workflow/')) return undefined
  // The hub ends it as it stands, whatever its plan says.
  if (signal.type === 'workflow.terminate') return undefined
  return (
    reportFault(run, signal.type, signal.data) ?? (signal.final ? endFault(run, move) : stopFault(run, move))
  )
}

function stepFault(run: Run, spec: TaskCreate, cause: number): string | undefined {
  const { plan, ended, begun, stopped } = run
  const index = spec.step ?? -1
  const step = plan.steps[index]
  if (step === undefined) return `${run.address} has no step ${index}`
  if (begun.has(index)) return `step ${step.name} of ${run.address} begins twice`
  if (spec.task !== step.task) return `step ${step.name} is ${step.task} and not ${spec.task}`
  if (spec.blocked !== undefined) {
    const { by } = spec.blocked
    const other = plan.steps.findIndex(({ name }) => name === by)
    if (!step.after.includes(other)) return `${step.name} is blocked by ${by}, which it does not wait for`
    return ['failed', 'cancelled', 'blocked'].includes(wordOf(run, other) ?? '')
      ? undefined
      : `${step.name} is blocked by ${by}, which is ${wordOf(run, other) ?? 'not over'}`
  }
  const early = step.after.find(other => ended.get(other) !== 'completed')
  if (early !== undefined) return `${step.name} begins before ${plan.steps[early]?.name} has completed`
  if (stopped > 0 && cause >= stopped) return `${step.name} begins after ${run.address} was stopped`
  const full = step.lanes.find(lane => busy(run, lane) >= (plan.lanes[lane] ?? 0))
  if (full !== undefined) return `${step.name} is one too many in lane ${full}`
  return overrideFault(step, spec)
}

/** What a step says of its task goes before what the task says itself. */
function overrideFault(step: Plan['steps'][number], spec: TaskCreate): string | undefined {
  if (step.role !== undefined && spec.role !== step.role) return `${step.name} is meant for ${step.role}`
  if (step.timeout !== undefined && spec.timeout !== step.timeout) return `${step.name} has another timeout`
  if (step.retry !== undefined && JSON.stringify(spec.retry) !== JSON.stringify(step.retry))
    return `${step.name} is tried again otherwise`
  return undefined
}

/** How many steps of a lane have begun and not ended. */
function busy({ plan, begun, ended }: Run, lane: number): number {
  let count = 0
  for (const step of begun.keys())
    if (!ended.has(step) && plan.steps[step]?.lanes.includes(lane) === true) count++
  return count
}

/** How a step ended; also one that will, because something stood in its way. */
function wordOf(run: Run, step: number): string | undefined {
  const word = run.ended.get(step) ?? run.told.get(step)
  if (word !== undefined) return word
  const after = run.plan.steps[step]?.after ?? []
  return after.some(other => !['completed', undefined].includes(wordOf(run, other))) ? 'blocked' : undefined
}

/** What a run is told of a step is what has become of it. */
function reportFault(run: Run, type: string, data: Json): string | undefined {
  if (type !== 'step.done') return undefined
  const { step, status } = data as { readonly step: number; readonly status: string }
  const name = run.plan.steps[step]?.name ?? String(step)
  if (run.told.has(step)) return `told twice how ${name} ended`
  const ended = run.ended.get(step)
  return ended === status ? undefined : `told that ${name} is ${status}, which is ${ended ?? 'not over'}`
}

/** A run that is stopped asks those that still run to end; another one asks nobody. */
function stopFault(run: Run, { signal, commands }: Move): string | undefined {
  const { type, data } = signal
  const failed = type === 'fault' || (data as { readonly status?: string }).status === 'failed'
  const stops = type === 'workflow.cancel' || (failed && run.plan.onFailure === 'cancel')
  const told = new Set<string>()
  for (const each of commands) if (each.type === 'send' && each.event === 'task.cancel') told.add(each.to)
  if (run.stopped > 0) return undefined
  if (!stops) return told.size === 0 ? undefined : `${[...told].join(', ')} is told to end for nothing`
  const own = (data as { readonly step?: number }).step
  for (const [step, task] of run.begun) {
    const isOver = step === own || run.told.has(step) || run.ended.get(step) === 'blocked'
    if (!isOver && !told.has(task)) return `${task} is not told to end`
  }
  return undefined
}

function endFault(run: Run, { signal, commands }: Move): string | undefined {
  const { plan } = run
  const told = new Map(run.told)
  const { step, status } = signal.data as { readonly step?: number; readonly status?: string }
  if (signal.type === 'step.done' || signal.type === 'fault') told.set(step ?? -1, status ?? 'failed')
  const left = [...run.begun].find(
    ([index, task]) => !told.has(index) && run.ended.get(index) !== 'blocked' && task !== undefined,
  )
  if (left !== undefined) return `ends while ${left[1]} is not over`
  const words = plan.steps.map((_, index) => told.get(index))
  const isWhole = words.every(word => word === 'completed')
  if ((signal.toState === 'completed') !== isWhole)
    return `${signal.toState} with ${words.map(word => word ?? 'no word').join(', ')}`
  const stopped =
    run.stopped > 0 ||
    signal.type === 'workflow.cancel' ||
    (plan.onFailure === 'cancel' && words.includes('failed'))
  if (isWhole || stopped) return undefined
  const asked = new Set([...run.asked, ...askedIn(commands)])
  const silent = plan.steps.findIndex((_, index) => !asked.has(index))
  if (silent >= 0) return `ends, and ${plan.steps[silent]?.name} was neither begun nor blocked`
  const ready = plan.steps.find(
    ({ after }, index) => words[index] === undefined && after.every(other => words[other] === 'completed'),
  )
  return ready === undefined ? undefined : `ends, and ${ready.name} never began`
}
