/**
 * Registry: what this process life knows: tasks, workflows, agents with their code, clients. It answers which
 * definition an actor runs; it holds no actor and no message.
 */
import type { AgentDefinition } from '../actors/agent.ts'
import { gateDefinition } from '../actors/gate-definition.ts'
import { groupDefinition } from '../actors/group.ts'
import type { Definition } from '../actors/kind.ts'
import { KINDS_THAT_ACT } from '../actors/kinds.ts'
import { plain } from '../actors/plain.ts'
import { checkQueue, DEFAULT_QUEUE, type QueueDefinition } from '../actors/queue.ts'
import { checkAgent, checkTask, checkWorkflow } from '../actors/shapes.ts'
import type { AnyTask } from '../actors/task.ts'
import { definitionOfData } from '../actors/data-flow.ts'
import type { FlowHost } from '../actors/flow-host.ts'
import { definitionOfGraph, type Admit } from '../actors/graph-runtime.ts'
import type { AnyWorkflow } from '../actors/workflow.ts'
import { StatorError } from '../errors.ts'
import { kindOf, type Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type { Flow } from '../messages/flow.ts'
import type { Plan } from '../messages/workflow.ts'
import { bringsItsOwn, hashOfWorkflow } from './identity.ts'
import type { DefinitionRef } from './journal.ts'
import type { Definitions } from './population.ts'

/** What names the definition of a run, or is it. */
interface Start {
  readonly workflow: string
  readonly version: string
  readonly hash: string
  readonly plan?: Plan
  readonly flow?: Flow
}

/** Definitions of data that are kept ready. */
const MAX_DATA = 100

interface RegisteredWorkflow {
  readonly workflow: AnyWorkflow
  readonly definition: Definition
}

export class Registry implements Definitions {
  readonly #admit: Admit
  readonly #tasks = new Map<string, AnyTask>()
  /** Names of tasks that are held by no agent and no workflow, but by themselves. */
  readonly #alone = new Set<string>()
  readonly #workflows = new Map<string, RegisteredWorkflow>()
  readonly #byWorkflow = new Map<AnyWorkflow, RegisteredWorkflow>()
  /** Definitions of workflows that came as data, by hash. */
  readonly #data = new Map<string, Definition>()
  readonly #host: FlowHost
  readonly #agents = new Map<string, AgentDefinition>()
  readonly #clients = new Set<Address>()
  readonly #queues = new Map<string, QueueDefinition>()
  /** Agents that have code for a task, by its name. */
  readonly #handlers = new Map<string, Set<AgentDefinition>>()
  /** Kinds whose actors all run the same definition. */
  readonly #plain = new Map<string, Definition>(
    [
      ...KINDS_THAT_ACT.filter(({ kind }) => kind !== 'workflow').map(plain),
      gateDefinition,
      groupDefinition,
    ].map(same => [same.kind.kind, same]),
  )

  constructor(admit: Admit) {
    this.#admit = admit
    this.#host = {
      admit,
      task: name => this.#tasks.get(name),
      child: (name, version) => this.#child(name, version),
    }
  }

  agent(id: string): AgentDefinition | undefined {
    return this.#agents.get(id)
  }

  agents(): AgentDefinition[] {
    return [...this.#agents.values()]
  }

  task(name: string): AnyTask | undefined {
    return this.#tasks.get(name)
  }

  /** Does this agent have code for that task? */
  handles(agent: string, task: string): boolean {
    return this.#agents.get(agent)?.handlers.has(task) === true
  }

  /** Is there an agent, in the role and with the skills asked for, that has code for the task? */
  isHandled(task: string, role: string | undefined, skills: readonly string[] = []): boolean {
    for (const agent of this.#handlers.get(task) ?? [])
      if ((role === undefined || agent.role === role) && skills.every(skill => agent.skills.includes(skill)))
        return true
    return false
  }

  /** @throws StatorError ALREADY_REGISTERED: another queue of that name; DEFINITION_INVALID: no queue */
  addQueue(queue: QueueDefinition): void {
    const { name } = checkQueue(queue)
    if (this.#queues.has(name)) throw new StatorError('ALREADY_REGISTERED', { queue: name })
    this.#queues.set(name, queue)
  }

  queues(): IterableIterator<QueueDefinition> {
    return this.#queues.values()
  }

  /** @throws StatorError QUEUE_UNKNOWN */
  requireQueue(name: string | undefined): void {
    if (name === undefined || name === DEFAULT_QUEUE || this.#queues.has(name)) return
    throw new StatorError('QUEUE_UNKNOWN', { queue: name })
  }

  /**
   * @throws StatorError ALREADY_REGISTERED: an agent of that id, or another task of the same name; DEFINITION_INVALID: no agent.
   * One that is refused leaves nothing behind.
   */
  addAgent(agent: AgentDefinition): void {
    const { id, handlers } = checkAgent(agent)
    if (this.#agents.has(id)) throw new StatorError('ALREADY_REGISTERED', { agent: id })
    this.#addTasks([...handlers.values()].map(({ task }) => task))
    this.#agents.set(id, agent)
    for (const task of handlers.keys()) {
      const able = this.#handlers.get(task) ?? new Set()
      this.#handlers.set(task, able.add(agent))
    }
  }

  /** The names of tasks that nobody else holds are free again. Until they are taken, runs that name them know them. */
  removeAgent(id: string): void {
    const agent = this.#agents.get(id)
    this.#agents.delete(id)
    if (agent === undefined) return
    for (const task of agent.handlers.keys()) this.#handlers.get(task)?.delete(agent)
  }

  /** A task held by itself, without an agent. @throws StatorError ALREADY_REGISTERED, DEFINITION_INVALID: as for agents */
  addTask(task: AnyTask): void {
    this.#addTasks([task])
    this.#alone.add(task.name)
  }

  /** @throws StatorError ALREADY_REGISTERED: another workflow of the same name and version; DEFINITION_INVALID: none */
  addWorkflow(workflow: AnyWorkflow): void {
    const { name, version } = checkWorkflow(workflow)
    if (this.#byWorkflow.has(workflow)) return
    const known = [...this.#workflows.values()].some(
      other =>
        other.workflow !== workflow && other.workflow.name === name && other.workflow.version === version,
    )
    if (known) throw new StatorError('ALREADY_REGISTERED', { workflow: name, version })
    for (const child of workflow.children) this.addWorkflow(child)
    const definition = workflow.define(hashOfWorkflow(workflow), this.#host)
    this.#addTasks(workflow.tasks)
    const registered = { workflow, definition }
    this.#byWorkflow.set(workflow, registered)
    this.#workflows.set(`${name}@${definition.ref.hash}`, registered)
  }

  /** @throws StatorError NOT_FOUND when it is not registered, DEFINITION_INVALID when it is none */
  workflow(workflow: AnyWorkflow): RegisteredWorkflow {
    const { name } = checkWorkflow(workflow)
    const registered = this.#byWorkflow.get(workflow)
    if (registered !== undefined) return registered
    throw new StatorError('NOT_FOUND', { workflow: name, reason: 'give it to createRuntime({ workflows })' })
  }

  /** @throws StatorError NOT_FOUND */
  workflowNamed({
    workflow: name,
    version,
  }: {
    readonly workflow: string
    readonly version: string
  }): AnyWorkflow {
    for (const { workflow } of this.#workflows.values())
      if (workflow.name === name && workflow.version === version) return workflow
    throw new StatorError('NOT_FOUND', {
      workflow: name,
      version,
      reason: 'give it to createRuntime({ workflows })',
    })
  }

  #child(name: string, version: string): ReturnType<FlowHost['child']> {
    for (const { workflow, definition } of this.#workflows.values())
      if (workflow.name === name && workflow.version === version) {
        const { vars } = workflow.surface
        return {
          ref: definition.ref,
          input: workflow.input,
          vars: vars === undefined ? null : this.#admit(vars.parse({})),
        }
      }
    return undefined
  }

  /** Looks at all of them before it takes the first. */
  #addTasks(tasks: readonly AnyTask[]): void {
    const added = new Map<string, AnyTask>()
    for (const task of tasks) {
      const { name, spec } = checkTask(task, 'a task')
      this.requireQueue(spec.queue)
      const known = added.get(name) ?? this.#tasks.get(name)
      const other = known !== undefined && known !== task
      if (other && (added.has(name) || this.#isHeld(name)))
        throw new StatorError('ALREADY_REGISTERED', { task: name })
      added.set(name, task)
    }
    for (const [name, task] of added) this.#tasks.set(name, task)
  }

  /** Does anybody who is here mean a task by this name? All who do mean the same one. */
  #isHeld(task: string): boolean {
    return (
      this.#alone.has(task) ||
      this.isHandled(task, undefined) ||
      [...this.#workflows.values()].some(({ workflow }) => workflow.tasks.some(({ name }) => name === task))
    )
  }

  addClient(address: Address): void {
    this.#clients.add(address)
  }

  isClient(address: Address): boolean {
    return this.#clients.has(address)
  }

  creating(message: Pick<Signal, 'type' | 'to' | 'data'>): Definition | undefined {
    const kind = kindOf(message.to)
    const same = this.#plain.get(kind)
    if (same !== undefined) return same.kind.creates === message.type ? same : undefined
    if (message.type !== 'workflow.start' || kind !== 'workflow') return undefined
    const { workflow, version, hash, plan, flow } = message.data as unknown as Start
    if (plan !== undefined) return definitionOfGraph(hash, plan, name => this.#tasks.get(name), this.#admit)
    if (flow !== undefined) return this.#ofData({ name: workflow, version, hash }, flow)
    return this.#workflows.get(`${workflow}@${hash}`)?.definition
  }

  /** Runs of the same data share a definition, as long as there are not many others. */
  #ofData(ref: DefinitionRef, flow: Flow): Definition {
    const known = this.#data.get(ref.hash)
    if (known !== undefined) return known
    const [oldest] = this.#data.size < MAX_DATA ? [] : this.#data.keys()
    if (oldest !== undefined) this.#data.delete(oldest)
    const definition = definitionOfData(ref, flow, this.#host)
    this.#data.set(ref.hash, definition)
    return definition
  }

  named(address: Address, ref: DefinitionRef, create: () => Signal | undefined): Definition | undefined {
    const kind = kindOf(address)
    const same = this.#plain.get(kind)
    if (same !== undefined) return same.ref.version === ref.version ? same : undefined
    const known = this.#workflows.get(`${ref.name}@${ref.hash}`)?.definition
    if (known !== undefined || !bringsItsOwn(ref)) return known
    const signal = create()
    return signal === undefined ? undefined : this.creating(signal)
  }

  alike(address: Address, { name }: DefinitionRef): readonly Definition[] {
    const same = this.#plain.get(kindOf(address))
    if (same !== undefined) return [same]
    return [...this.#workflows.values()]
      .filter(({ workflow }) => workflow.name === name)
      .map(({ definition }) => definition)
  }
}
