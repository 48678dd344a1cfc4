/**
 * Registry: what this process life knows: tasks, workflows, agents with their code, clients. It answers which
 * definition an actor runs; it holds no actor and no message.
 */
import type { AgentDefinition } from '../actors/agent.ts'
import type { Definition } from '../actors/kind.ts'
import { agentKind, taskKind } from '../actors/kinds.ts'
import type { AnyTask } from '../actors/task.ts'
import { definitionOfGraph, definitionOfWorkflow, type Admit } from '../actors/workflow-runtime.ts'
import type { AnyWorkflow } from '../actors/workflow.ts'
import { StatorError } from '../errors.ts'
import { kindOf, type Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import type { Plan } from '../messages/workflow.ts'
import { hashOf } from './hash.ts'
import type { DefinitionRef } from './journal.ts'
import type { Definitions } from './population.ts'

interface RegisteredWorkflow {
  readonly workflow: AnyWorkflow
  readonly definition: Definition
}

export class Registry implements Definitions {
  readonly #admit: Admit
  readonly #tasks = new Map<string, AnyTask>()
  readonly #workflows = new Map<string, RegisteredWorkflow>()
  readonly #agents = new Map<string, AgentDefinition>()
  readonly #clients = new Set<Address>()
  readonly #task = plain(taskKind, 'task')
  readonly #agent = plain(agentKind, 'agent')

  constructor(admit: Admit) {
    this.#admit = admit
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

  /** Is there an agent, in the role asked for, that has code for the task? */
  isHandled(task: string, role: string | undefined): boolean {
    return this.agents().some(
      agent => agent.handlers.has(task) && (role === undefined || agent.role === role),
    )
  }

  /** @throws StatorError ALREADY_REGISTERED: an agent of that id, or another task of the same name */
  addAgent(agent: AgentDefinition): void {
    if (this.#agents.has(agent.id)) throw new StatorError('ALREADY_REGISTERED', { agent: agent.id })
    for (const { task } of agent.handlers.values()) this.addTask(task)
    this.#agents.set(agent.id, agent)
  }

  removeAgent(id: string): void {
    this.#agents.delete(id)
  }

  /** @throws StatorError ALREADY_REGISTERED: another task of the same name */
  addTask(task: AnyTask): void {
    const known = this.#tasks.get(task.name)
    if (known !== undefined && known !== task)
      throw new StatorError('ALREADY_REGISTERED', { task: task.name })
    this.#tasks.set(task.name, task)
  }

  /** @throws StatorError ALREADY_REGISTERED: another workflow of the same name and version */
  addWorkflow(workflow: AnyWorkflow): void {
    const hash = hashOf([workflow.name, workflow.version, workflow.plan as unknown as Json])
    for (const { task } of workflow.declared) this.addTask(task)
    const known = [...this.#workflows.values()].some(
      other =>
        other.workflow !== workflow &&
        other.workflow.name === workflow.name &&
        other.workflow.version === workflow.version,
    )
    if (known)
      throw new StatorError('ALREADY_REGISTERED', { workflow: workflow.name, version: workflow.version })
    this.#workflows.set(`${workflow.name}@${hash}`, {
      workflow,
      definition: definitionOfWorkflow(workflow, hash, this.#admit),
    })
  }

  /** @throws StatorError NOT_FOUND when it is not registered */
  workflow(workflow: AnyWorkflow): RegisteredWorkflow {
    for (const registered of this.#workflows.values()) if (registered.workflow === workflow) return registered
    throw new StatorError('NOT_FOUND', {
      workflow: workflow.name,
      reason: 'give it to createRuntime({ workflows })',
    })
  }

  addClient(address: Address): void {
    this.#clients.add(address)
  }

  isClient(address: Address): boolean {
    return this.#clients.has(address)
  }

  hashOfGraph(plan: Plan): string {
    return hashOf(['graph', plan as unknown as Json])
  }

  creating(message: Pick<Signal, 'type' | 'to' | 'data'>): Definition | undefined {
    const kind = kindOf(message.to)
    if (message.type === 'task.create' && kind === 'task') return this.#task
    if (message.type === 'agent.register' && kind === 'agent') return this.#agent
    if (message.type !== 'workflow.start' || kind !== 'workflow') return undefined
    const { workflow, hash, plan } = message.data as { workflow: string; hash: string; plan?: Plan }
    return plan === undefined
      ? this.#workflows.get(`${workflow}@${hash}`)?.definition
      : definitionOfGraph(hash, plan, name => this.#tasks.get(name), this.#admit)
  }

  named(address: Address, ref: DefinitionRef, create: () => Signal | undefined): Definition | undefined {
    const kind = kindOf(address)
    if (kind === 'task' || kind === 'agent') {
      const definition = kind === 'task' ? this.#task : this.#agent
      return definition.ref.version === ref.version ? definition : undefined
    }
    const known = this.#workflows.get(`${ref.name}@${ref.hash}`)?.definition
    if (known !== undefined || ref.name !== 'graph') return known
    const signal = create()
    return signal === undefined ? undefined : this.creating(signal)
  }
}

/** A kind whose actors all run the same definition and whose context is JSON already. */
function plain(kind: typeof taskKind, name: string): Definition {
  const version = kind.machine.version ?? '1'
  return {
    kind,
    ref: { name, version, hash: version },
    input: undefined,
    freeze: context => context as Json,
    thaw: context => context,
  }
}
