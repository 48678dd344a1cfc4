// The manifests of a JavaScript tree: workspace packages, declared dependencies, path aliases.
// Never in here: installed packages. The committed manifests say what a checkout is meant to have.
import { isBuiltin } from 'node:module'
import { readFiles, treeOf } from '../tree.ts'
import type { AuditContext, Tree } from '../tree.ts'
import { basename } from '../languages.ts'
import { blank } from './blank.ts'
import { asModule, dirname, joinPath } from './imports.ts'

type Json = Readonly<Record<string, unknown>>

export interface Manifest {
  path: string
  directory: string
  name: string | undefined
  json: Json
  declared: ReadonlySet<string>
}

interface Alias {
  directory: string
  prefix: string
  exact: boolean
  targets: string[]
}

export interface Workspace {
  manifests: Manifest[]
  /** The file of the tree that a bare specifier means: an alias or a package of the workspace. */
  resolve(specifier: string, from: string): string | undefined
  /** The package name when the specifier names one that no manifest above the file declares. */
  undeclared(specifier: string, from: string): string | undefined
}

export const asObject = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}

/** JSON as people write it: comments and trailing commas allowed. */
export const looseJson = (text: string): Json | undefined => {
  try {
    return asObject(JSON.parse(text))
  } catch {
    // Comments and trailing commas are why the strict parser refuses; try without them.
  }
  try {
    return asObject(JSON.parse(blank(text, 'js', { keepStrings: true }).replace(/,(\s*[}\]])/g, '$1')))
  } catch {
    return undefined
  }
}

const fields = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies', 'imports']

const aliasesOf = (path: string, json: Json): Alias[] => {
  const options = asObject(json['compilerOptions'])
  const directory = dirname(path)
  const base = typeof options['baseUrl'] === 'string' ? joinPath(directory, options['baseUrl']) : directory
  if (base === undefined) return []
  return Object.entries(asObject(options['paths'])).map(([pattern, to]) => ({
    directory,
    prefix: pattern.replace(/\*.*$/, ''),
    exact: !pattern.includes('*'),
    targets: (Array.isArray(to) ? to : []).flatMap(target => {
      const joined = typeof target === 'string' ? joinPath(base, target.replace(/\*.*$/, '')) : undefined
      return joined === undefined ? [] : [joined]
    }),
  }))
}

const load = async (context: AuditContext): Promise<Workspace> => {
  const tree = await treeOf(context)
  const wanted = tree.files.filter(
    ({ path, kind }) =>
      kind !== 'vendored' && kind !== 'generated' && /^(package|[tj]sconfig.*)\.json$/.test(basename(path)),
  )
  const manifests: Manifest[] = []
  const aliases: Alias[] = []
  for await (const { file, text } of readFiles(context, wanted)) {
    const json = text === undefined ? undefined : looseJson(text)
    if (json === undefined) continue
    if (basename(file.path) !== 'package.json') {
      aliases.push(...aliasesOf(file.path, json))
      continue
    }
    const name = typeof json['name'] === 'string' ? json['name'] : undefined
    const declared = new Set(fields.flatMap(field => Object.keys(asObject(json[field]))))
    manifests.push({ path: file.path, directory: dirname(file.path), name, json, declared })
  }
  aliases.sort((a, b) => b.directory.length - a.directory.length || b.prefix.length - a.prefix.length)
  return {
    manifests,
    resolve: (specifier, from) =>
      throughAlias(tree, aliases, specifier, from) ?? throughPackage(tree, manifests, specifier),
    undeclared: (specifier, from) => {
      const name = packageName(specifier)
      if (name === undefined || manifests.length === 0 || manifests.some(manifest => manifest.name === name))
        return undefined
      if (aliases.some(({ prefix, exact }) => (exact ? specifier === prefix : specifier.startsWith(prefix))))
        return undefined
      const above = manifests.filter(({ directory }) => within(directory, from))
      const known = above.some(
        ({ declared }) => declared.has(name) || declared.has(`@types/${typesName(name)}`),
      )
      return above.length === 0 || known ? undefined : name
    },
  }
}

const within = (directory: string, path: string): boolean =>
  directory === '' || path.startsWith(`${directory}/`)
const typesName = (name: string): string => name.replace(/^@([^/]+)\//, '$1__')

const throughAlias = (
  tree: Tree,
  aliases: readonly Alias[],
  specifier: string,
  from: string,
): string | undefined => {
  for (const { directory, prefix, exact, targets } of aliases) {
    if (!within(directory, from)) continue
    if (exact ? specifier !== prefix : !specifier.startsWith(prefix)) continue
    const rest = specifier.slice(prefix.length)
    for (const target of targets) {
      const found = asModule(tree, [target, rest].filter(part => part !== '').join('/'))
      if (found !== undefined) return found
    }
  }
  return undefined
}

const throughPackage = (
  tree: Tree,
  manifests: readonly Manifest[],
  specifier: string,
): string | undefined => {
  const name = packageName(specifier)
  const manifest = name === undefined ? undefined : manifests.find(one => one.name === name)
  if (name === undefined || manifest === undefined) return undefined
  const below = specifier.slice(name.length + 1)
  const at = (path: string): string => [manifest.directory, path].filter(part => part !== '').join('/')
  for (const path of below === '' ? ['src', 'src/main', 'lib', ''] : [`src/${below}`, below]) {
    const found = asModule(tree, at(path))
    if (found !== undefined) return found
  }
  return undefined
}

/** `@scope/name/x` as `@scope/name`; `undefined` for built-ins, relative paths, URLs and virtual modules. */
export const packageName = (specifier: string): string | undefined => {
  const name = /^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(?=\/|$)/.exec(specifier)?.[0]
  return name === undefined || isBuiltin(specifier) || isBuiltin(name) ? undefined : name
}

const known = new Map<string, Promise<Workspace>>()

/** Read once a process for each commit. */
export const workspaceOf = (context: AuditContext): Promise<Workspace> => {
  const key = `${context.commit} ${context.repo}`
  const found = known.get(key)
  if (found !== undefined) return found
  const loading = load({ ...context, signal: new AbortController().signal })
  known.set(key, loading)
  loading.catch(() => known.delete(key))
  return loading
}
