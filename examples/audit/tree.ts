// The files of the audited commit: listing them, and reading those that are text.
// Never in here: the work tree; a file that changes on disk must not change the report.
import { git, readBlobs } from './git.ts'
import { kindOf, languageOf } from './languages.ts'
import type { Family, Kind } from './languages.ts'

/** Where a check works: which repository, which commit, and when to stop. */
export interface AuditContext {
  repo: string
  commit: string
  signal: AbortSignal
}

export interface TreeFile {
  path: string
  hash: string
  size: number
  mode: string
  language: string
  family: Family
  code: boolean
  kind: Kind
}

export interface Tree {
  /** Regular files, by path. */
  files: TreeFile[]
  byPath: ReadonlyMap<string, TreeFile>
  directories: ReadonlySet<string>
  symlinks: string[]
  submodules: string[]
}

/** Larger files are counted, never read. */
export const readLimit = 1 << 20
const batchBytes = 8 << 20

export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const describe = (path: string, hash: string, size: number, mode: string): TreeFile => {
  const { name, family, code } = languageOf(path)
  return { path, hash, size, mode, language: name, family, code, kind: kindOf(path) }
}

const list = async (repo: string, commit: string): Promise<Tree> => {
  const listing = await git(repo, ['ls-tree', '-r', '-z', '-l', '--full-tree', commit])
  const tree = { files: [] as TreeFile[], symlinks: [] as string[], submodules: [] as string[] }
  for (const entry of listing.toString('utf8').split('\0')) {
    const tab = entry.indexOf('\t')
    if (tab < 0) continue
    const [mode = '', type = '', hash = '', size = '0'] = entry.slice(0, tab).split(/ +/)
    const path = entry.slice(tab + 1)
    if (type === 'commit') tree.submodules.push(path)
    else if (mode === '120000') tree.symlinks.push(path)
    else tree.files.push(describe(path, hash, Number(size) || 0, mode))
  }
  tree.files.sort((a, b) => byText(a.path, b.path))
  const directories = new Set<string>([''])
  for (const { path } of tree.files) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const directory = path.slice(0, slash)
      if (directories.has(directory)) break
      directories.add(directory)
    }
  }
  return {
    ...tree,
    symlinks: tree.symlinks.sort(byText),
    submodules: tree.submodules.sort(byText),
    byPath: new Map(tree.files.map(file => [file.path, file])),
    directories,
  }
}

const known = new Map<string, Promise<Tree>>()

/** The tree of the commit; listed once a process, because a commit does not change. */
export const treeOf = ({ repo, commit }: Pick<AuditContext, 'repo' | 'commit'>): Promise<Tree> => {
  const key = `${commit} ${repo}`
  const found = known.get(key)
  if (found !== undefined) return found
  const listing = list(repo, commit)
  known.set(key, listing)
  listing.catch(() => known.delete(key))
  return listing
}

export type Unread = 'binary' | 'too large' | 'not UTF-8' | 'missing'

export interface ReadFile {
  file: TreeFile
  /** The text without a byte order mark, or why there is none. */
  text: string | undefined
  unread?: Unread
}

const decoder = new TextDecoder('utf-8', { fatal: true })

const decode = (file: TreeFile, blob: Buffer | undefined): ReadFile => {
  if (blob === undefined) return { file, text: undefined, unread: 'missing' }
  if (blob.subarray(0, 8_000).includes(0)) return { file, text: undefined, unread: 'binary' }
  try {
    return { file, text: decoder.decode(blob) }
  } catch {
    return { file, text: undefined, unread: 'not UTF-8' }
  }
}

/** Reads files in order, in batches bounded by size, so that a part of any size fits in memory. */
export async function* readFiles(
  context: AuditContext,
  files: readonly TreeFile[],
): AsyncGenerator<ReadFile> {
  let at = 0
  while (at < files.length) {
    context.signal.throwIfAborted()
    const batch: TreeFile[] = []
    for (let bytes = 0; at < files.length && (batch.length === 0 || bytes < batchBytes); at++) {
      const file = files[at]
      if (file === undefined) break
      batch.push(file)
      if (file.size <= readLimit) bytes += file.size
    }
    const small = batch.filter(file => file.size <= readLimit)
    const blobs = await readBlobs(
      context.repo,
      small.map(file => file.hash),
      context.signal,
    )
    const read = new Map(small.map((file, i) => [file, blobs[i]]))
    for (const file of batch) {
      if (file.size > readLimit) yield { file, text: undefined, unread: 'too large' }
      else yield decode(file, read.get(file))
    }
  }
}

/** The text of one path of the commit, when it is there and text. */
export const readText = async (context: AuditContext, path: string): Promise<string | undefined> => {
  const file = (await treeOf(context)).byPath.get(path)
  if (file === undefined) return undefined
  for await (const { text } of readFiles(context, [file])) return text
  return undefined
}
