/**
 * Declare: nodes of a workflow out of what users write, each checked as it is added. Without types: those are workflow-steps.ts's.
 */
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import { checkName } from '../messages/address.ts'
import { toMs, type Duration } from '../messages/duration.ts'
import type {
  BranchDraft,
  ChildDraft,
  Draft,
  GateDraft,
  LoopDraft,
  MapDraft,
  TaskDraft,
  WaitDraft,
} from './draft.ts'
import type { From, NodeCode } from './flow-code.ts'
import { checkLimit } from './graph.ts'
import { func, parse } from './schema.ts'
import { checkGate, checkSignal, checkWorkflow, checkTask } from './shapes.ts'
import { retryPolicy, type AnyTask, type RetryOptions } from './task.ts'

type Fn = (from: From) => unknown

const other = z.unknown().optional()

const stepOptions = z.strictObject({
  compensate: other,
  pivot: z.boolean().optional(),
  role: other,
  retry: other,
  timeout: other,
})
const mapOptions = z.strictObject({
  ...stepOptions.omit({ pivot: true }).shape,
  limit: other,
  each: func.optional(),
})
const waitOptions = z.union([
  z.strictObject({ signal: z.unknown(), timeout: z.custom<Duration>().optional() }),
  z.strictObject({ for: z.custom<Duration>() }),
  z.strictObject({ until: func }),
])
const maker = func.optional()
const gateMappers = z.strictObject({
  title: maker,
  reason: maker,
  details: maker,
  attemptedSolutions: maker,
  approvers: maker,
})
const loopOptions = z.strictObject({ while: func, max: z.int().min(1) })

const invalid = (details: Record<string, unknown>): StatorError =>
  new StatorError('DEFINITION_INVALID', details)

/** A step: a task, a workflow or a gate. A mapper and options may follow, either may be left out. */
export function declareStep(name: string, what: unknown, first: unknown, second: unknown): Draft {
  checkName(name, 'step name')
  const { kind } = (what ?? {}) as { readonly kind?: unknown }
  if (kind === 'gate') return gateDraft(name, what, first)
  const [mapper, options] =
    typeof first === 'function'
      ? [first, second]
      : second === undefined
        ? [undefined, first]
        : [first, second]
  if (mapper !== undefined) parse(func, mapper, 'DEFINITION_INVALID', `mapper of step ${name}`)
  if (kind === 'workflow') return childDraft(name, what, mapper as Fn | undefined)
  const task = checkTask(what, `task of step ${name}`)
  const given =
    options === undefined ? {} : parse(stepOptions, options, 'DEFINITION_INVALID', `options of step ${name}`)
  return { ...taskDraft(name, task, given), mapper: mapper as Fn | undefined, pivot: given.pivot }
}

function gateDraft(name: string, what: unknown, made: unknown): GateDraft {
  const { expires, ...asks } = checkGate(what, `gate of step ${name}`).question
  const draft = { kind: 'gate', name, expires, ...(Object.keys(asks).length === 0 ? {} : { asks }) } as const
  if (made === undefined || typeof made === 'function') return { ...draft, mapper: made as Fn | undefined }
  const mappers = parse(gateMappers, made, 'DEFINITION_INVALID', `question of gate ${name}`)
  const question = (from: From): unknown =>
    Object.fromEntries(Object.entries(mappers).map(([word, make]) => [word, (make as Fn)(from)]))
  return { ...draft, question }
}

function childDraft(name: string, what: unknown, mapper: Fn | undefined): ChildDraft {
  return { kind: 'workflow', name, child: checkWorkflow(what, `workflow of step ${name}`), mapper }
}

interface Policies {
  readonly compensate?: unknown
  readonly role?: unknown
  readonly retry?: unknown
  readonly timeout?: unknown
}

function taskDraft(
  name: string,
  task: AnyTask,
  { compensate, role, retry, timeout }: Policies,
): Omit<TaskDraft, 'mapper'> {
  return {
    kind: 'step',
    name,
    task,
    undo: compensate === undefined ? undefined : checkTask(compensate, `compensation of step ${name}`),
    role: role === undefined ? undefined : checkName(role, 'role'),
    retry: retry === undefined ? undefined : retryPolicy(retry as RetryOptions, `retry of step ${name}`),
    timeout: timeout === undefined ? undefined : toMs(timeout as Duration, 'timeout'),
  }
}

export function declareMap(name: string, list: unknown, what: unknown, options: unknown): MapDraft {
  checkName(name, 'step name')
  parse(func, list, 'DEFINITION_INVALID', `list of map ${name}`)
  const given =
    options === undefined ? {} : parse(mapOptions, options, 'DEFINITION_INVALID', `options of map ${name}`)
  const isRun = (what as { readonly kind?: unknown } | null)?.kind === 'workflow'
  return {
    kind: 'map',
    name,
    list: list as Fn,
    limit: given.limit === undefined ? undefined : checkLimit(given.limit as number, 'limit'),
    each: isRun
      ? childDraft(name, what, undefined)
      : taskDraft(name, checkTask(what, `task of map ${name}`), given),
    mapper: given.each as NodeCode['each'],
  }
}

export function declareWait(name: string, options: unknown): WaitDraft {
  checkName(name, 'step name')
  const given = parse(waitOptions, options, 'DEFINITION_INVALID', `options of wait ${name}`)
  if ('for' in given) return { kind: 'wait', name, for: toMs(given.for, 'for') }
  if ('until' in given) return { kind: 'wait', name, until: given.until as Fn }
  const signal = checkSignal(given.signal, `signal of wait ${name}`)
  return {
    kind: 'wait',
    name,
    signal,
    for: given.timeout === undefined ? undefined : toMs(given.timeout, 'timeout'),
  }
}

export function declareLoop(name: string, body: readonly Draft[], options: unknown): LoopDraft {
  checkName(name, 'loop name')
  const given = parse(loopOptions, options, 'DEFINITION_INVALID', `options of loop ${name}`)
  if (body.length === 0) throw invalid({ loop: name, reason: 'there is nothing in it to do again' })
  refusePivots(body, `loop ${name}`)
  return { kind: 'loop', name, while: given.while as Fn, max: given.max, body }
}

export function declareBranch(name: string, cases: BranchDraft['cases']): BranchDraft {
  checkName(name, 'branch name')
  if (cases.length === 0) throw invalid({ branch: name, reason: 'it has no cases' })
  const names = new Set(cases.map(one => one.name))
  if (names.size < cases.length) throw invalid({ branch: name, reason: 'two cases have the same name' })
  return { kind: 'branch', name, cases }
}

/** A point of no return is one for the whole workflow: all before it has completed, nothing runs beside it. */
export function refusePivots(body: readonly Draft[], where: string): void {
  const line = [...body]
  // Grows while it is walked.
  for (const draft of line) {
    if (draft.kind === 'step' && draft.pivot === true)
      throw invalid({ step: draft.name, reason: `a pivot cannot stand in ${where}` })
    if (draft.kind === 'branch') line.push(...draft.cases.flatMap(one => one.body))
    else if ('body' in draft) line.push(...draft.body)
  }
}

/** The names of nodes, which are found by them; groups, branches and loops have one too. */
export function* namesIn(body: readonly Draft[]): Generator<string> {
  for (const draft of body) {
    yield draft.name
    if (draft.kind === 'branch') for (const one of draft.cases) yield* namesIn(one.body)
    else if ('body' in draft) yield* namesIn(draft.body)
  }
}
