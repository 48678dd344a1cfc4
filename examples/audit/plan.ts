// From the inventory to the graph of tasks: how checks are fanned out, joined, summarised and reported.
// Never in here: input or output. The same inventory gives the same plan, in any process.
import { checks } from './checks.ts'
import type { AuditCheck } from './check.ts'
import type { Inventory } from './inventory.ts'
import { roles } from './roles.ts'
import type { Role } from './roles.ts'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** One task of the audit, ready to be started. */
export interface PlannedTask {
  id: string
  /** The task type: a check's name, `<role>.summary` or `report`. */
  task: string
  role: Role
  input: { [key: string]: Json }
  /** Ids of the tasks that must be done first. */
  after: string[]
  /** Input keys that take outputs of finished tasks: of one id the output, of several ids the list of outputs. */
  bind?: { [inputKey: string]: string | string[] }
}

/** More tasks than this are not planned, however large the repository. */
export const mostTasks = 400
const tasksPerFile = 0.6
const aim = 380

/** Outputs bound to one task stay below 256 KiB: what is joined shares this many bytes. */
const sharedBytes = 190 * 1024
const mostBytes = 40 * 1024
const summaryBytes = 22 * 1024

const partsOf = (files: number, size: number): number => Math.ceil(files / size)

/** Files a part, for all checks alike: as many as still give the wanted number of tasks. */
export const partSize = ({ files, applicable }: Pick<Inventory, 'files' | 'applicable'>): number => {
  const counts = Object.values(applicable)
  const fixed = checks.length - counts.length + roles.length + 2
  const total = (size: number): number => counts.reduce((sum, count) => sum + partsOf(count, size), fixed)
  const wanted = Math.min(aim, Math.ceil(files * tasksPerFile))
  let size = Math.max(1, ...counts)
  while (size > 1 && total(size) < wanted) size--
  while (total(size) > mostTasks) size++
  return size
}

/** A task that speaks for many, or for the whole tree, may say more than one that read a few files. */
const share = ({ applies, absorbs }: AuditCheck): number =>
  absorbs !== undefined ? 20 : applies === undefined ? 5 : 1

const isJoin = ({ joins }: AuditCheck): boolean => joins !== undefined

/** Plans the whole audit behind the inventory. Tasks come after those they depend on. */
export const planAudit = (inventory: Inventory): PlannedTask[] => {
  const { commit, applicable } = inventory
  const size = partSize(inventory)
  const ids = new Map<string, string[]>()
  for (const { name, applies } of checks) {
    const parts = applies === undefined ? 0 : partsOf(applicable[name] ?? 0, size)
    const digits = String(parts).length
    ids.set(
      name,
      applies === undefined
        ? [name]
        : Array.from({ length: parts }, (_, i) => `${name}-${String(i + 1).padStart(digits, '0')}`),
    )
  }
  const idsOf = (name: string): string[] => ids.get(name) ?? []
  const absorbed = new Set(checks.flatMap(check => check.absorbs ?? []))
  const direct = (role: Role): AuditCheck[] =>
    checks.filter(check => check.role === role && !absorbed.has(check.name))
  const sharesOf = (role: Role): number =>
    direct(role).reduce((sum, check) => sum + idsOf(check.name).length * share(check), 0)
  const bytesOf = (check: AuditCheck): number => {
    const part = absorbed.has(check.name)
      ? 0.8 / Math.max(1, idsOf(check.name).length)
      : share(check) / sharesOf(check.role)
    return Math.max(1_000, Math.min(mostBytes, Math.floor(sharedBytes * part)))
  }

  const planned: PlannedTask[] = []
  for (const check of checks.toSorted((a, b) => Number(isJoin(a)) - Number(isJoin(b)))) {
    const { name, role, applies, joins } = check
    const own = idsOf(name)
    const bind: { [key: string]: string | string[] } = {}
    for (const [key, { task, all }] of Object.entries(joins ?? {}))
      bind[key] = all ? idsOf(task) : (idsOf(task)[0] ?? task)
    own.forEach((id, part) => {
      const input = {
        commit,
        bytes: bytesOf(check),
        ...(applies === undefined ? {} : { part, of: own.length }),
      }
      planned.push({
        id,
        task: name,
        role,
        input,
        after: Object.values(bind).flat(),
        ...(joins === undefined ? {} : { bind }),
      })
    })
  }
  for (const role of roles) {
    const parts = direct(role).flatMap(({ name }) => idsOf(name))
    const files = Math.max(
      0,
      ...checks.filter(check => check.role === role).map(({ name }) => applicable[name] ?? 0),
    )
    planned.push({
      id: `${role}.summary`,
      task: `${role}.summary`,
      role,
      input: { commit, bytes: summaryBytes, files },
      after: parts,
      bind: { parts },
    })
  }
  const summaries = roles.map(role => `${role}.summary`)
  planned.push({
    id: 'report',
    task: 'report',
    role: 'docs',
    input: { inventory },
    after: summaries,
    bind: { summaries },
  })
  return planned
}
