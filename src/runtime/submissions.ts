/**
 * Submissions: how work gets in: workflows, graphs and tasks, checked against what is registered, each once for its key. A
 * submission settles when it is durable.
 */
import { z } from 'zod'
import type { TaskGraph } from '../actors/graph.ts'
import { checkKey, specOf } from '../actors/create.ts'
import { flow } from '../actors/flow.ts'
import type { FlowDocument } from '../actors/flow-document.ts'
import { checkGraph, checkPlan } from '../actors/plan.ts'
import { parse, type Schema } from '../actors/schema.ts'
import { checkTask } from '../actors/shapes.ts'
import type { AnyTask, TaskDefinition } from '../actors/task.ts'
import type { AnyWorkflow } from '../actors/workflow.ts'
import type { Startable } from '../actors/workflow-steps.ts'
import { StatorError } from '../errors.ts'
import { checkName, CLIENT, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { TaskCreate } from '../messages/task.ts'
import { isTaskOfSchedule } from '../messages/schedule.ts'
import { Door } from './door.ts'
import { openFor } from './budget/opening.ts'
import { join } from './project/joining.ts'
import { checkAfter, checkPriority, checkSubmitOptions, keyOf, startOf } from './given.ts'
import { TaskHandle, type HandleHost } from './handles.ts'
import { hashOf } from './hash.ts'
import { hashOfData, hashOfGraph } from './identity.ts'
import type { Coming } from './intake.ts'
import type { NewId } from './ids.ts'
import type { Limits } from './limits.ts'
import type { StartOptions, SubmitOptions } from './options.ts'
import { checkFlow, type CompleteRules } from './preflight-rules.ts'
import type { Registry } from './registry.ts'
import { asked, runsIn, tasksIn } from './requirements.ts'
import { Run } from './run-handle.ts'

/** For those who know submissions and not addresses. */
export { CLIENT }

const ANYTHING: Schema = z.unknown()

export interface SubmissionParts {
  readonly registry: Registry
  readonly door: Door
  readonly handles: HandleHost
  readonly limits: Limits
  readonly ids: NewId
  /** What a workflow given as data is refused for. */
  readonly preflight: CompleteRules | undefined
}

export class Submissions {
  readonly #parts: SubmissionParts

  constructor(parts: SubmissionParts) {
    this.#parts = parts
  }

  /**
   * Starts a workflow. Settles when the start is durable.
   * @throws StatorError (rejects) INPUT_INVALID, NOT_FOUND (workflow not registered), TASK_UNHANDLED, IDEMPOTENCY_CONFLICT,
   * HUB_BUSY, CLOSED, and what JSON is refused with
   */
  async start<Input, Result, Wanted>(
    workflow: Startable<Input, Result, Wanted>,
    data: Wanted,
    options: StartOptions = {},
  ): Promise<Run<Result>> {
    checkSubmitOptions(options)
    const { definition, workflow: known } = this.#parts.registry.workflow(workflow as unknown as AnyWorkflow)
    const { input, given } = this.#input(known.input, data, `input of workflow ${known.name}`)
    this.#requireAll(known)
    const { name, version, hash } = definition.ref
    const { vars } = known.surface
    const first = vars === undefined ? {} : { vars: this.admit(vars.parse({})) }
    const address = await this.#start({ workflow: name, version, hash, input, ...first }, given, options)
    return new Run<Result>(this.#parts.handles, address)
  }

  /**
   * Starts a graph given as data, wherever that comes from; results come by step id. Errors as for `start`, and
   * @throws StatorError (rejects) DEFINITION_INVALID, ADDRESS_INVALID, DEPENDENCY_UNKNOWN, CYCLE: no graph
   */
  async startGraph(graph: TaskGraph, options: StartOptions = {}): Promise<Run> {
    checkSubmitOptions(options)
    const plan = checkPlan(this.admit(checkGraph(graph).plan))
    for (const step of plan.steps) {
      const task = this.#parts.registry.task(step.task)
      if (task === undefined) throw new StatorError('TASK_UNHANDLED', { task: step.task, step: step.name })
      this.#requireHandled(step.task, step.role ?? task.spec.role, task.spec.skills)
      // An input that later outputs complete can only be checked then.
      if (step.bind === undefined)
        parse(task.input, step.input, 'INPUT_INVALID', `input of step ${step.name}`)
    }
    const hash = hashOfGraph(plan)
    const address = await this.#start(
      { workflow: 'graph', version: '1', hash, input: null, plan: plan as unknown as Json },
      hash,
      options,
    )
    return new Run(this.#parts.handles, address)
  }

  /**
   * Starts a workflow given as data, wherever that comes from; outputs come by step. Errors as for `start`, and those of `flow()`:
   * @throws StatorError (rejects) DEFINITION_INVALID, ADDRESS_INVALID, DEPENDENCY_UNKNOWN, PREFLIGHT_FAILED
   */
  async startFlow(document: FlowDocument, data?: unknown, options: StartOptions = {}): Promise<Run> {
    checkSubmitOptions(options)
    const definition = flow(this.admit(document) as unknown as FlowDocument)
    const { name, version, flow: made } = definition
    const { preflight } = this.#parts
    if (preflight !== undefined) checkFlow(definition, preflight)
    for (const { task, role, step } of tasksIn(made)) {
      const known = this.#parts.registry.task(task)
      if (known === undefined) throw new StatorError('TASK_UNHANDLED', { task, step })
      this.#requireHandled(task, role ?? known.spec.role, known.spec.skills)
    }
    for (const child of runsIn(made)) this.#requireAll(this.#parts.registry.workflowNamed(child))
    const { input, given } = this.#input(ANYTHING, data, `input of workflow ${name}`)
    const hash = hashOfData(name, version, made)
    const address = await this.#start(
      { workflow: name, version, hash, input, flow: made as unknown as Json },
      [hash, ...given],
      options,
    )
    return new Run(this.#parts.handles, address)
  }

  /**
   * Submits one task. Settles when that is durable. The definition that is registered by its name decides: its schema checks the
   * input, its policies hold. Another definition of that name is no more than the name and types for whoever wrote it; where
   * its policies are other ones, it is refused. Errors as for `start`, and
   * @throws StatorError (rejects) ALREADY_REGISTERED: a task of that name with other policies is; DEFINITION_INVALID: no task
   */
  async submit<I, O, Given, Made>(
    task: TaskDefinition<I, O, Given, Made>,
    data: Given,
    options: SubmitOptions = {},
  ): Promise<TaskHandle<O>> {
    checkSubmitOptions(options)
    const { create, raw } = this.prepare(task as unknown as AnyTask, data, options)
    const { queue } = create as { queue?: string }
    const coming = this.#parts.door.asks(queue) ? new Map([[queue, 1]]) : undefined
    const address = await this.#create(
      'task.create',
      `task/${this.#idOf(options)}`,
      create,
      raw,
      options,
      coming,
    )
    return new TaskHandle<O>(this.#parts.handles, address)
  }

  /** What a task is created with, all of it checked; and what of it makes two submissions the same. Errors as for `submit`. */
  prepare(task: AnyTask, data: unknown, options: SubmitOptions): { create: Json; raw: Json } {
    const known = this.#registered(checkTask(task, 'a task'))
    const { input, given } = this.#input(known.input, data, `input of task ${known.name}`)
    const create: TaskCreate = specOf(known, input, options.cache)
    // All of it is JSON before it goes in: what runs now and what a replay reads are the same.
    this.#place(create, options)
    if (options.after !== undefined && options.after.length > 0)
      create.after = checkAfter(options.after, this.#parts.limits.dependencies)
    if (options.metadata !== undefined)
      create.metadata = this.admit(options.metadata) as NonNullable<TaskCreate['metadata']>
    return { create: create as unknown as Json, raw: ['task', known.name, ...given] }
  }

  /** What the journal holds of an input, and what of it as it was given makes two submissions the same. */
  #input(schema: Schema, data: unknown, what: string): { input: Json; given: readonly Json[] } {
    const raw = this.admit(data)
    const isAbsent = data === undefined
    const input = this.admit(parse(schema, isAbsent ? undefined : raw, 'INPUT_INVALID', what))
    return { input, given: [isAbsent ? 'nothing' : 'input', raw] }
  }

  #start(
    data: {
      workflow: string
      version: string
      hash: string
      input: Json
      vars?: Json
      plan?: Json
      flow?: Json
    },
    raw: Json,
    options: StartOptions,
  ): Promise<Address> {
    return this.#create(
      'workflow.start',
      `workflow/${this.#idOf(options)}`,
      { ...data, ...this.#metadata(options) },
      // A graph may be named like a workflow, and either like a task.
      [data.plan === undefined ? 'workflow' : 'graph', data.workflow, raw],
      options,
    )
  }

  async #create(
    type: string,
    wanted: Address,
    data: Json,
    given: Json,
    options: StartOptions,
    coming?: Coming,
  ): Promise<Address> {
    const { budget: option, project } = options
    const raw = option === undefined ? given : [given, this.admit(option)]
    const key = keyOf(options, wanted, raw)
    if (project !== undefined) await join(this.#parts, { member: wanted, project, key: key?.key }, options)
    const opening =
      option === undefined ? undefined : openFor(this.#parts, { to: wanted, option, key }, options)
    const to = opening?.to ?? wanted
    const priority = checkPriority(options.priority)
    const started = this.#parts.door.create(
      { type, to, from: CLIENT, data, priority, correlationId: to, key, coming },
      options,
    )
    if (opening !== undefined) await Promise.all([opening.opened, started])
    return started
  }

  /** When, where and on whose account it waits, and for whom. */
  #place(create: TaskCreate, options: SubmitOptions): void {
    const { queue, key, agent } = options
    const startAt = startOf(options, this.#parts.handles.clock)
    this.#parts.registry.requireQueue(queue)
    if (startAt !== undefined) create.startAt = startAt
    if (queue !== undefined) create.queue = checkName(queue, 'queue')
    if (key !== undefined) create.key = checkKey(key, create.task)
    if (agent !== undefined) create.agent = this.#requireAgent(agent, create)
  }

  /** @throws StatorError ADDRESS_INVALID, AGENT_UNKNOWN, TASK_UNHANDLED: it is here, and will not do that */
  #requireAgent(id: string, { task, role, skills = [] }: TaskCreate): Address {
    const address: Address = `agent/${checkName(id, 'agent id')}`
    const known = this.#parts.registry.agent(id)
    if (known === undefined && this.#parts.handles.cell(address) === undefined)
      throw new StatorError('AGENT_UNKNOWN', { agent: id })
    const fits =
      known === undefined ||
      (known.handlers.has(task) &&
        (role === undefined || known.role === role) &&
        skills.every(skill => known.skills.includes(skill)))
    if (!fits) throw new StatorError('TASK_UNHANDLED', { task, agent: id })
    return address
  }

  #metadata(options: StartOptions): { metadata?: Json } {
    return options.metadata === undefined ? {} : { metadata: this.admit(options.metadata) }
  }

  #idOf(options: StartOptions): string {
    if (options.id === undefined) return this.#parts.ids()
    const id = checkName(options.id, 'id')
    if (!isTaskOfSchedule(id)) return id
    throw new StatorError('ADDRESS_INVALID', { what: 'id', id, reason: 'only schedules give such ids' })
  }

  /** A value from outside as the journal holds it. @throws StatorError NOT_JSON, MESSAGE_TOO_DEEP, MESSAGE_TOO_LARGE */
  admit(value: unknown): Json {
    return Door.admit(value, this.#parts.limits)
  }

  #registered(task: AnyTask): AnyTask {
    const { name } = task
    const known = this.#parts.registry.task(name)
    if (known === undefined) throw new StatorError('TASK_UNHANDLED', { task: name })
    this.#requireHandled(name, known.spec.role, known.spec.skills)
    if (known !== task && this.#policies(task) !== this.#policies(known))
      throw new StatorError('ALREADY_REGISTERED', {
        task: name,
        reason: 'with other policies: submit the definition that is registered',
      })
    return known
  }

  #policies({ spec, version, cacheFor }: AnyTask): string {
    return hashOf(this.admit([spec, version, cacheFor ?? null]))
  }

  /** Every step must have an agent that can do it, also those of workflows below. */
  #requireAll(workflow: AnyWorkflow): void {
    for (const { task, role, skills } of asked(workflow)) this.#requireHandled(task, role, skills)
    for (const child of workflow.children) this.#requireAll(child)
  }

  #requireHandled(task: string, role: string | undefined, skills?: readonly string[]): void {
    if (this.#parts.registry.isHandled(task, role, skills)) return
    throw new StatorError('TASK_UNHANDLED', {
      task,
      ...(role === undefined ? {} : { role }),
      ...(skills === undefined ? {} : { skills }),
    })
  }
}
