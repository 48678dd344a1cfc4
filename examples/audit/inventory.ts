// The first step: which commit is audited, what it is made of, and how many files each check applies to.
// Never in here: a list of all files. Parts of a check are cut from the tree of the frozen commit, which any
// process can list again; so the inventory stays small for a repository of any size.
import { z } from 'zod'
import { checks } from './checks.ts'
import { git } from './git.ts'
import { readHistory } from './history.ts'
import { byText, treeOf } from './tree.ts'

export const inventorySchema = z.object({
  /** The repository's directory name; never its place on this machine. */
  repository: z.string(),
  commit: z.string(),
  /** When the audited commit was made; the report knows no other time. */
  date: z.string(),
  files: z.number().int(),
  bytes: z.number().int(),
  symlinks: z.number().int(),
  submodules: z.number().int(),
  /** History was cut off by a shallow clone. */
  shallow: z.boolean(),
  languages: z.array(z.object({ name: z.string(), files: z.number().int(), bytes: z.number().int() })),
  kinds: z.record(z.string(), z.number()),
  /** Files that each fanned-out check applies to. */
  applicable: z.record(z.string(), z.number()),
})
export type Inventory = z.infer<typeof inventorySchema>

export const inventoryInputSchema = z.object({
  /** What to audit; `HEAD` is resolved once, and the result is what a resumed run goes on with. */
  revision: z.string(),
  repository: z.string(),
})

const count = (record: Record<string, number>, key: string): void => {
  record[key] = (record[key] ?? 0) + 1
}

/** Takes stock of the commit that `revision` names now. */
export const takeInventory = async (
  { revision, repository }: z.infer<typeof inventoryInputSchema>,
  { repo, signal }: { repo: string; signal: AbortSignal },
): Promise<Inventory> => {
  const resolved = await git(
    repo,
    ['rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`],
    signal,
  )
  const commit = resolved.toString('utf8').trim()
  const [tree, shown, { shallow }] = await Promise.all([
    treeOf({ repo, commit }),
    git(repo, ['show', '-s', '--format=%cI', commit], signal),
    readHistory(repo, commit, signal),
  ])
  const kinds: Record<string, number> = {}
  const languages = new Map<string, { name: string; files: number; bytes: number }>()
  let bytes = 0
  for (const { kind, language, size } of tree.files) {
    bytes += size
    count(kinds, kind)
    const entry = languages.get(language) ?? { name: language, files: 0, bytes: 0 }
    entry.files++
    entry.bytes += size
    languages.set(language, entry)
  }
  const applicable: Record<string, number> = {}
  for (const { name, applies } of checks)
    if (applies !== undefined) applicable[name] = tree.files.filter(applies).length
  return {
    repository,
    commit,
    date: shown.toString('utf8').trim(),
    files: tree.files.length,
    bytes,
    symlinks: tree.symlinks.length,
    submodules: tree.submodules.length,
    shallow,
    languages: [...languages.values()]
      .sort((a, b) => b.bytes - a.bytes || byText(a.name, b.name))
      .slice(0, 40),
    kinds,
    applicable,
  }
}
