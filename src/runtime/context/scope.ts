/** Scope: whose a shared value is, and where it lives: `context/<scope>/<name>/<key>`. Pure. */
import { z } from 'zod'
import type { ContextScope } from '../../actors/context-calls.ts'
import { parse } from '../../actors/schema.ts'
import { checkName, idOf, rootOf, type Address } from '../../messages/address.ts'

export interface Scope {
  /** Between the kind and the name of the context. */
  readonly path: string
  /** The run or task with which it ends; undefined of a project, which has no end. */
  readonly owner: Address | undefined
}

const shape = z.union([
  z.strictObject({ run: z.string() }),
  z.strictObject({ task: z.string() }),
  z.strictObject({ project: z.string() }),
])

/** @throws StatorError INPUT_INVALID, ADDRESS_INVALID */
export function scopeOf(given: ContextScope): Scope {
  const scope = parse(shape, given, 'INPUT_INVALID', 'scope')
  if ('run' in scope) return scopeOfOwner(`workflow/${checkName(scope.run, 'run id')}`)
  if ('task' in scope) return scopeOfOwner(`task/${checkName(scope.task, 'task id')}`)
  return { path: `project/${checkName(scope.project, 'project')}`, owner: undefined }
}

/** That of a task at work: what is below a run shares with all of that run. */
export const scopeOfTask = (task: Address): Scope => scopeOfOwner(rootOf(task))

function scopeOfOwner(owner: Address): Scope {
  const kind = owner.startsWith('workflow/') ? 'run' : 'task'
  return { path: `${kind}/${idOf(owner)}`, owner }
}

/** A run or task that a value belongs to, by its address; undefined of a project's. */
export function ownerOf(address: Address): Address | undefined {
  const [, kind, id = ''] = address.split('/')
  if (kind === 'project') return undefined
  return kind === 'run' ? `workflow/${id}` : `task/${id}`
}

/** All values of one definition in one scope: their addresses without the key. */
export const shelfOf = (address: Address): string => address.slice(0, address.lastIndexOf('/'))
