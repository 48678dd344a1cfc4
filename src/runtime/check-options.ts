/**
 * Check options: what createRuntime() is given, as it comes from outside, where TypeScript may not have looked; refused by name, or
 * completed with the defaults. It opens and registers nothing.
 */
import { pino } from 'pino'
import { z } from 'zod'
import type { AgentDefinition } from '../actors/agent.ts'
import type { QueueDefinition } from '../actors/queue.ts'
import type { AnyContext } from '../actors/shared-context.ts'
import { func, parse } from '../actors/schema.ts'
import type { AnyTask } from '../actors/task.ts'
import type { Logger } from '../actors/task-context.ts'
import type { AnyWorkflow } from '../actors/workflow.ts'
import { StatorError } from '../errors.ts'
import { checkName } from '../messages/address.ts'
import { mocksOf, type Mocks } from './effects.ts'
import type { NotifyGate } from './gate/notifier.ts'
import { systemHost, type Host } from './host.ts'
import type { Journal } from './journal.ts'
import { limitsOf, type Limits } from './limits.ts'
import { memory } from './memory-journal.ts'
import type { RuntimeOptions } from './options.ts'
import { preflightRules, type CompleteRules } from './preflight-rules.ts'

/** Nothing is left out any more. */
export interface CompleteOptions {
  readonly journal: Journal
  readonly agents: readonly AgentDefinition[]
  readonly workflows: readonly AnyWorkflow[]
  readonly tasks: readonly AnyTask[]
  readonly queues: readonly QueueDefinition[]
  readonly contexts: readonly AnyContext[]
  readonly roles: ReadonlyMap<string, number>
  readonly limits: Limits
  /** Undefined where nobody is told. */
  readonly notifyGate: NotifyGate | undefined
  readonly logger: Logger
  readonly host: Host
  /** Undefined where agents do their work themselves. */
  readonly mocks: Mocks | undefined
  /** Undefined where workflows are not looked at. */
  readonly preflight: CompleteRules | undefined
}

const LOGGER = ['debug', 'info', 'warn', 'error']
const JOURNAL =
  'open standing commit read get query checkpoint checkpoints pending results key keys cached kept prune verify close'.split(
    ' ',
  )

/** @throws StatorError DEFINITION_INVALID, naming the option */
export function checkOptions(options: RuntimeOptions): CompleteOptions {
  object(options, 'options')
  const { journal, logger, agents = [], workflows = [], tasks = [], queues = [], contexts = [] } = options
  if (journal !== undefined) checkJournal(journal, 'journal')
  if (logger !== undefined) methods(logger, LOGGER, 'logger', `a logger with ${LOGGER.join(', ')}`)
  list(agents, 'agents', 'agent')
  list(workflows, 'workflows', 'workflow')
  list(tasks, 'tasks', 'task')
  list(queues, 'queues', 'queue')
  list(contexts, 'contexts', 'sharedContext', 'context')
  return {
    journal: journal ?? memory(),
    agents,
    // The variance of inputs and outputs does not matter for a list of them.
    workflows: workflows as readonly AnyWorkflow[],
    tasks,
    queues,
    contexts: contexts as readonly AnyContext[],
    roles: rolesOf(options.roles),
    limits: limitsOf(present(options.limits, 'limits')),
    notifyGate: parse(notifyShape, options.notify ?? {}, 'DEFINITION_INVALID', 'notify').gate as
      NotifyGate | undefined,
    logger: logger ?? pino({ name: 'stator', level: 'warn' }),
    host: hostOf(options.host),
    mocks: mocksOf(options.effects),
    preflight: preflightRules(options.preflight),
  }
}

/** @throws StatorError DEFINITION_INVALID */
export function checkJournal(value: unknown, option: string): void {
  methods(value, JOURNAL, option, 'a journal, such as memory() or sqlite(path)')
}

const notifyShape = z.strictObject({ gate: func.optional() })
const rolesShape = z.record(z.string(), z.strictObject({ concurrency: z.int().min(1).optional() }))

/** How many tasks each role may run at once, where that is said. */
function rolesOf(roles: RuntimeOptions['roles']): ReadonlyMap<string, number> {
  const given = parse(rolesShape, roles ?? {}, 'DEFINITION_INVALID', 'roles')
  return new Map(
    Object.entries(given).flatMap(([role, { concurrency }]) =>
      concurrency === undefined ? [] : [[checkName(role, 'role'), concurrency] as const],
    ),
  )
}

/** The options of a call that has to have some. @throws StatorError INPUT_INVALID */
export function checkCall(options: unknown): void {
  if (!isObject(options)) throw new StatorError('INPUT_INVALID', { options, expected: 'an object' })
}

function hostOf(given: Partial<Host> | undefined): Host {
  const host = { ...systemHost, ...present(given, 'host') }
  methods(host.clock, ['now', 'after'], 'host.clock', 'a clock with now and after')
  methods(host.scheduler, ['soon'], 'host.scheduler', 'a scheduler with soon')
  for (const name of ['ids', 'random'] as const)
    if (typeof host[name] !== 'function') throw refused(`host.${name}`, host[name], 'a function')
  return host
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

function object(value: unknown, option: string): void {
  if (!isObject(value) || Array.isArray(value)) throw refused(option, value, 'an object')
}

/** What is there and undefined is as if it were not there. */
function present<T extends object>(given: T | undefined, option: string): Partial<T> {
  if (given === undefined) return {}
  object(given, option)
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>
}

function methods(value: unknown, names: readonly string[], option: string, expected: string): void {
  const missing = isObject(value) ? names.find(name => typeof value[name] !== 'function') : undefined
  if (!isObject(value) || missing !== undefined) throw refused(option, value, expected, missing)
}

/** Are they of this kind? What they are made of, the registry looks at. */
function list(values: unknown, option: string, maker: string, kind = maker): void {
  if (!Array.isArray(values)) throw refused(option, values, 'a list')
  for (const [index, value] of (values as readonly unknown[]).entries())
    if (!isObject(value) || value['kind'] !== kind)
      throw refused(`${option}[${index}]`, value, `made by ${maker}()`)
}

/** What was given may be anything, and is not shown where it could be large or secret. */
function refused(option: string, given: unknown, expected: string, missing?: string): StatorError {
  const got = given === null ? 'null' : Array.isArray(given) ? 'a list' : typeof given
  return new StatorError('DEFINITION_INVALID', {
    option,
    expected,
    got,
    ...(missing === undefined ? {} : { missing }),
  })
}
