/**
 * Definitions: what the actors of a simulation run, by what a process was set up with: made once for each setup. It restores and
 * delivers nothing.
 */
import type { AnyWorkflow } from '../../actors/workflow.ts'
import type { Json } from '../../messages/json.ts'
import type { Signal } from '../../messages/signal.ts'
import { Door } from '../../runtime/door.ts'
import { limitsOf } from '../../runtime/limits.ts'
import { Registry } from '../../runtime/registry.ts'
import type { Setup } from '../host/stage.ts'
import { workflowsOf } from './known.ts'

const registries = new WeakMap<Setup, Registry>()

/** All that a process with this setup knows. */
export function registryOf(setup: Setup): Registry {
  const known = registries.get(setup)
  if (known !== undefined) return known
  const limits = limitsOf()
  const registry = new Registry(value => Door.admit(value, limits))
  for (const queue of setup.queues ?? []) registry.addQueue(queue)
  for (const task of setup.tasks ?? []) registry.addTask(task)
  for (const workflow of setup.workflows ?? []) registry.addWorkflow(workflow as AnyWorkflow)
  for (const agent of setup.agents ?? []) registry.addAgent(agent)
  registries.set(setup, registry)
  return registry
}

/** Is the definition of the run that this message started among them, by name, version and content? A graph brings its own. */
export function isKnown(setup: Setup, { data }: Pick<Signal, 'data'>): boolean {
  const { workflow, version, hash, plan, flow } = (data ?? {}) as Record<string, Json | undefined>
  if (plan !== undefined || flow !== undefined) return true
  const known = workflowsOf(setup).get(typeof hash === 'string' ? hash : '')
  return known !== undefined && known.name === workflow && known.version === version
}

/** Is it for want of its definition that an actor is held? What is there instead may not be able to go on with it. */
export const isAway = (code: string | undefined): boolean =>
  code === 'VERSION_MISSING' || code === 'UPGRADE_REFUSED'
