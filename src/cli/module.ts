/**
 * Module: the workflows that a user's module exports. It loads the module, which runs its code, and looks at what it exports; it
 * starts no runtime and changes nothing.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AnyWorkflow } from '../actors/workflow.ts'
import { StatorError } from '../errors.ts'

/**
 * Workflows among the exports, each once: exported themselves, in a list or an object, or in the `workflows` of options for a runtime.
 * @throws StatorError (rejects) MODULE_INVALID: it is not there, does not load, or exports no workflow
 */
export async function workflowsOf(path: string, cwd: string): Promise<readonly AnyWorkflow[]> {
  const found = new Set<AnyWorkflow>()
  for (const exported of Object.values(await load(path, cwd))) {
    collect(exported, found)
    for (const inside of partsOf(exported)) collect(inside, found)
    if (isObject(exported)) for (const listed of partsOf(exported['workflows'])) collect(listed, found)
  }
  if (found.size === 0) throw new StatorError('MODULE_INVALID', { path, reason: 'it exports no workflow' })
  return [...found]
}

/**
 * The one of that name, or the only one there is; `name@version` where several versions are exported.
 * @throws StatorError COMMAND_INVALID, naming those there are
 */
export function choose(workflows: readonly AnyWorkflow[], name: string | undefined): AnyWorkflow {
  const fitting = named(workflows, name)
  const [only] = fitting
  if (only !== undefined && fitting.length === 1) return only
  throw new StatorError('COMMAND_INVALID', {
    reason: only === undefined ? `there is no workflow ${String(name)}` : 'which workflow is not clear',
    workflows: (only === undefined ? workflows : fitting).map(titleOf),
  })
}

/** Those of that name; all where none is given. */
export function named(workflows: readonly AnyWorkflow[], name: string | undefined): readonly AnyWorkflow[] {
  if (name === undefined) return workflows
  return workflows.filter(workflow => workflow.name === name || titleOf(workflow) === name)
}

export const titleOf = ({ name, version }: AnyWorkflow): string => `${name}@${version}`

async function load(path: string, cwd: string): Promise<Record<string, unknown>> {
  const file = resolve(cwd, path)
  if (!existsSync(file)) throw new StatorError('MODULE_INVALID', { path, reason: 'there is no such file' })
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    const hint = /\.[mc]?tsx?$/.test(file) ? { node: process.version } : {}
    throw new StatorError('MODULE_INVALID', { path, reason, ...hint }, { cause: error })
  }
}

function collect(value: unknown, found: Set<AnyWorkflow>): void {
  if (isWorkflow(value)) found.add(value)
}

/** By what it says of itself: it may be of another copy of this package. */
function isWorkflow(value: unknown): value is AnyWorkflow {
  return (
    isObject(value) &&
    value['kind'] === 'workflow' &&
    typeof value['name'] === 'string' &&
    typeof value['version'] === 'string'
  )
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

function partsOf(value: unknown): unknown[] {
  return isObject(value) && !isWorkflow(value) ? Object.values(value) : []
}
