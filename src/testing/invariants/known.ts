/** Known: the workflows that a process of a simulation knows, by hash: those that run as steps of others with them. It restores nothing. */
import type { AnyWorkflow } from '../../actors/workflow.ts'
import { hashOf } from '../../runtime/hash.ts'
import type { Setup } from '../host/stage.ts'

const known = new WeakMap<Setup, ReadonlyMap<string, AnyWorkflow>>()

export function workflowsOf(setup: Setup): ReadonlyMap<string, AnyWorkflow> {
  const found = known.get(setup)
  if (found !== undefined) return found
  const all = withChildren((setup.workflows ?? []).map(each => each as AnyWorkflow))
  const byHash = new Map(all.map(each => [hashOf([each.name, each.version, each.structure]), each]))
  known.set(setup, byHash)
  return byHash
}

/** They, and all that is below them. */
export function withChildren(workflows: readonly AnyWorkflow[]): AnyWorkflow[] {
  const all = new Set(workflows)
  // Grows while it is walked.
  for (const { children } of all) for (const child of children) all.add(child)
  return [...all]
}
