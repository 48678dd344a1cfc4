/** Options of checkWorkflow(), and what they come to once they were looked through. It runs nothing. */
import * as fc from 'fast-check'
import type { AgentDefinition } from '../../actors/agent.ts'
import { checkOptions } from '../../actors/schema.ts'
import { checkWorkflow as checkDefinition } from '../../actors/shapes.ts'
import type { AnyTask } from '../../actors/task.ts'
import type { AnyWorkflow } from '../../actors/workflow.ts'
import { StatorError } from '../../errors.ts'
import { agentMessages, agentPublic } from '../../messages/agent.ts'
import type { Json } from '../../messages/json.ts'
import { taskMessages, taskPublic } from '../../messages/task.ts'
import { workflowMessages, workflowPublic } from '../../messages/workflow.ts'
import { limitsOf, type Limits } from '../../runtime/limits.ts'
import type { RunOutcome } from '../../runtime/outcome.ts'
import type { Setup } from '../host/stage.ts'
import { arbitraryOf } from '../arbitrary/index.ts'
import { withChildren } from '../invariants/known.ts'
import { EFFECT_FAULTS, world, type Effect, type EffectFault } from '../world/effect.ts'
import type { WorldView } from '../world/view.ts'
import { checkShape } from './options-shape.ts'

/** What may go wrong: the process dies (`crash`), the disk refuses a write, an agent is paused, and all that effects allow. */
export const FAULTS = ['crash', 'refused', 'pause', ...EFFECT_FAULTS] as const
export type FaultName = (typeof FAULTS)[number]

/** What real handlers reach the world through, instead of the services that they call in production. */
export interface Outside {
  /**
   * A call of an effect that `effects` names. Give it the idempotency key of the handler or of its sub-step, as a service would be
   * given: by its beginning the effect is known to belong to a run. `T` is what its `output` gives; nobody checks that it does.
   */
  call<T = Json>(effect: string, input: unknown, idempotencyKey: string): Promise<T>
  /** Resolves after a while of virtual time, in milliseconds. */
  wait(ms: number): Promise<void>
  /** Virtual time, in milliseconds since the epoch. */
  now(): number
}

/** How a run ended, with what it was given. */
export type EndedRun<Outputs> = RunOutcome<Outputs> & { readonly id: string; readonly input: Json }

export interface WorkflowCheckOptions<Outputs, Given> {
  /** Inputs of runs. Default: derived from the input schema of the workflow. */
  readonly input?: fc.Arbitrary<Given>
  /** How each task behaves, by its name, or each effect that real handlers call. A task not named is `world.idempotent()`. */
  readonly effects?: Readonly<Record<string, Effect>>
  /** Real handlers: the agents of a process, whose code calls `outside` in place of services. Default: agents that play `effects`. */
  readonly agents?: (outside: Outside) => readonly AgentDefinition[]
  /** Each must hold for each run after everything that happens. */
  readonly always?: Readonly<Record<string, (world: WorldView) => boolean>>
  /** Must hold of each run once it has ended and all faults are over. */
  readonly eventually?: (ended: EndedRun<Outputs>) => boolean
  /** Default 'all'. */
  readonly faults?: 'all' | 'none' | readonly FaultName[]
  /**
   * Messages that clients send of their own accord, such as `workflow.cancel`, each with an arbitrary of its data, or `true` to derive
   * that from its schema. Default: none.
   */
  readonly events?: Readonly<Record<string, true | fc.Arbitrary<Json>>>
  /** Simulations. Default 100. */
  readonly runs?: number
  /** Default: a fresh one each time. */
  readonly seed?: number
  /** Runs of the workflow at the same time, at most. Default 2. */
  readonly together?: number
  readonly limits?: Partial<Limits>
  /** Where its tasks wait, and what agents of a role may do at once: as for createRuntime. */
  readonly queues?: NonNullable<Setup['queues']>
  readonly roles?: NonNullable<Setup['roles']>
  /** Names the check in tokens and in the file of its regressions. Default: the name of the workflow. */
  readonly name?: string
  /** Where tokens of failed cases are kept, to be played first from then on; false keeps none. Default '.stator/regressions'. */
  readonly regressions?: string | false
}

export interface EventRule {
  readonly type: string
  readonly data: fc.Arbitrary<Json>
}

/** Options with every default filled in. */
export interface Check {
  readonly name: string
  readonly workflow: AnyWorkflow
  readonly tasks: readonly AnyTask[]
  readonly input: fc.Arbitrary<Json>
  readonly effects: ReadonlyMap<string, Effect>
  /** Those that the user named. */
  readonly declared: readonly string[]
  readonly outputs: Readonly<Record<string, fc.Arbitrary<Json>>>
  readonly agents: ((outside: Outside) => readonly AgentDefinition[]) | undefined
  readonly always: Readonly<Record<string, (world: WorldView) => boolean>>
  readonly eventually: ((ended: EndedRun<never>) => boolean) | undefined
  readonly faults: ReadonlySet<FaultName>
  readonly events: readonly EventRule[]
  readonly runs: number
  readonly seed: number | undefined
  readonly together: number
  readonly limits: Partial<Limits>
  readonly queues: NonNullable<Setup['queues']>
  readonly roles: NonNullable<Setup['roles']>
  readonly regressions: string | false
}

/** @throws StatorError CHECK_INVALID, DEFINITION_INVALID */
export function checkOf<Outputs, Given>(
  workflow: AnyWorkflow,
  options: WorkflowCheckOptions<Outputs, Given>,
): Check {
  checkDefinition(workflow)
  checkOptions(options, 'options of a check')
  checkShape(options)
  const tasks = tasksOf(workflow)
  const declared = options.effects ?? {}
  if (options.agents === undefined)
    for (const name of Object.keys(declared))
      if (!tasks.some(task => task.name === name))
        invalid(`effects.${name}`, `no task of ${workflow.name}: ${tasks.map(task => task.name).join(', ')}`)
  const effects = new Map(Object.entries(declared))
  if (options.agents === undefined)
    for (const { name } of tasks) if (!effects.has(name)) effects.set(name, world.idempotent())
  const names = options.faults ?? 'all'
  return {
    name: options.name ?? workflow.name,
    workflow,
    tasks,
    input: (options.input ?? arbitraryOf(workflow.input)) as fc.Arbitrary<Json>,
    effects,
    declared: Object.keys(declared),
    outputs: Object.fromEntries([...effects].map(([name, effect]) => [name, answers(name, effect, tasks)])),
    agents: options.agents,
    always: options.always ?? {},
    eventually: options.eventually as Check['eventually'],
    faults: new Set(names === 'all' ? FAULTS : names === 'none' ? [] : names.map(known)),
    events: Object.entries(options.events ?? {}).map(([type, data]) => eventRule(type, data)),
    runs: whole(options.runs ?? 100, 'runs'),
    seed: options.seed,
    together: whole(options.together ?? 2, 'together'),
    limits: limitsFor(options.limits),
    queues: options.queues ?? [],
    roles: options.roles ?? {},
    regressions: options.regressions ?? '.stator/regressions',
  }
}

/** Those of workflows that run as its steps, and those that undo, included. */
function tasksOf(workflow: AnyWorkflow): AnyTask[] {
  const tasks = withChildren([workflow]).flatMap(one => one.tasks)
  return [...new Map(tasks.map(task => [task.name, task])).values()]
}

/** What a fault may do to an effect, where both allow it. */
export function faultsOf(check: Check, effect: Effect): readonly EffectFault[] {
  return effect.may.filter(fault => check.faults.has(fault))
}

function answers(name: string, effect: Effect, tasks: readonly AnyTask[]): fc.Arbitrary<Json> {
  if (typeof effect.output === 'function') return fc.constant(null)
  const task = tasks.find(one => one.name === name)
  return (effect.output ??
    (task === undefined ? fc.constant(null) : arbitraryOf(task.output))) as fc.Arbitrary<Json>
}

/** What clients may say to a workflow that is to come to its end: an agent that is stopped never works again. */
const PUBLIC = [...workflowPublic, ...taskPublic, ...agentPublic].filter(
  type => type !== 'agent.stop',
) as readonly string[]
const SCHEMAS = { ...workflowMessages, ...taskMessages, ...agentMessages }

function eventRule(type: string, data: true | fc.Arbitrary<Json>): EventRule {
  if (!PUBLIC.includes(type)) invalid(`events.${type}`, `clients may send ${PUBLIC.join(', ')}`)
  return {
    type,
    data: data === true ? (arbitraryOf(SCHEMAS[type as keyof typeof SCHEMAS]) as fc.Arbitrary<Json>) : data,
  }
}

/** What the user gave, and no more: the rest is for each case to choose. */
function limitsFor(given: Partial<Limits> = {}): Partial<Limits> {
  limitsOf(given)
  return given
}

function known(name: FaultName): FaultName {
  if (!FAULTS.includes(name)) invalid('faults', `${name} is none of ${FAULTS.join(', ')}`)
  return name
}

function whole(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 1) invalid(what, 'a whole number of 1 or more')
  return value
}

function invalid(option: string, reason: string): never {
  throw new StatorError('CHECK_INVALID', { option, reason })
}
