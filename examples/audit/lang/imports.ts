// What a file imports, and which file of the tree an import means.
// Never in here: package managers and node_modules; what is not in the tree is external.
import type { Source } from '../check.ts'
import type { Tree } from '../tree.ts'
import { blank } from './blank.ts'
import { lineIndex, literal, parseJs, walk } from './js.ts'

export interface Import {
  specifier: string
  line: number
  /** Erased at run time: `import type`. */
  type: boolean
  /** Runs only when reached: `import()`, an import inside a Python function. */
  lazy: boolean
}

const jsImports = ({ path, text }: Source): Import[] | undefined => {
  const parsed = parseJs(path, text)
  if (parsed === undefined) return undefined
  const found: Import[] = []
  const { staticImports, staticExports } = parsed.module
  for (const { moduleRequest, entries, start } of staticImports) {
    const type =
      (entries.length > 0 && entries.every(entry => entry.isType)) ||
      /^import\s+type\b/.test(text.slice(start, start + 20))
    found.push({ specifier: moduleRequest.value, line: parsed.line(start), type, lazy: false })
  }
  for (const { entries, start } of staticExports) {
    const from = entries.find(entry => entry.moduleRequest !== null)?.moduleRequest
    if (from === undefined || from === null) continue
    found.push({
      specifier: from.value,
      line: parsed.line(start),
      type: entries.every(entry => entry.isType),
      lazy: false,
    })
  }
  if (!/\b(?:import|require)\s*\(/.test(text)) return found
  walk(parsed.program, (node, parents) => {
    const call =
      node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'require'
    const target = node.type === 'ImportExpression' ? node.source : call ? node.arguments[0] : undefined
    const specifier = literal(target)
    if (specifier === undefined) return
    const lazy = !call || parents.some(parent => parent.type.includes('Function'))
    found.push({ specifier, line: parsed.line(node.start), type: false, lazy })
  })
  return found
}

const pythonImports = ({ text }: Source): Import[] => {
  const found: Import[] = []
  const line = lineIndex(text)
  const code = blank(text, 'hash')
  const typing = /^if (?:typing\.|t\.|te\.)?TYPE_CHECKING\b[^\n]*\n((?:[ \t]+[^\n]*\n|[ \t]*\n)*)/gm
  const checkingOnly = [...code.matchAll(typing)].map(
    match => [match.index, match.index + match[0].length] as const,
  )
  const add = (specifier: string, at: number, indent: string): void => {
    const type = checkingOnly.some(([start, end]) => at >= start && at < end)
    found.push({ specifier, line: line(at), type, lazy: indent !== '' && !type })
  }
  for (const match of code.matchAll(/^([ \t]*)from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)/gm)) {
    const [, indent = '', module = '', names = ''] = match
    const at = match.index + indent.length
    for (const name of names.replace(/[()\\]/g, ' ').split(',')) {
      const [bare = ''] = name.trim().split(/\s+/)
      if (bare !== '') add(module.endsWith('.') ? `${module}${bare}` : `${module}.${bare}`, at, indent)
    }
  }
  for (const match of code.matchAll(
    /^([ \t]*)import[ \t]+([\w.]+(?:[ \t]+as[ \t]+\w+)?(?:[ \t]*,[ \t]*[\w.]+(?:[ \t]+as[ \t]+\w+)?)*)/gm,
  )) {
    for (const name of (match[2] ?? '').split(','))
      add(name.trim().split(/\s+/)[0] ?? '', match.index, match[1] ?? '')
  }
  return found
}

const patternImports = ({ text }: Source, pattern: RegExp): Import[] => {
  const line = lineIndex(text)
  return [...text.matchAll(pattern)].map(match => ({
    specifier: match[1] ?? '',
    line: line(match.index),
    type: false,
    lazy: false,
  }))
}

/** The imports of a file; `undefined` when it does not parse or its language is not understood. */
export const importsOf = (source: Source): Import[] | undefined => {
  if (source.family === 'js') return jsImports(source)
  if (source.language === 'Python') return pythonImports(source)
  if (source.language === 'C' || source.language === 'C++')
    return patternImports(source, /^[ \t]*#[ \t]*include[ \t]+"([^"]+)"/gm)
  if (source.language === 'Ruby')
    return patternImports(source, /^[ \t]*require_relative[ \t]+['"]([^'"]+)['"]/gm)
  if (source.language === 'Vue' || source.language === 'Svelte' || source.language === 'Astro') {
    return patternImports(source, /^[ \t]*import[^'"\n]*['"]([^'"]+)['"]/gm)
  }
  return undefined
}

/** `a/b/../c` as `a/c`; `undefined` above the root. */
export const joinPath = (directory: string, relative: string): string | undefined => {
  const parts = directory === '' ? [] : directory.split('/')
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}

export const dirname = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

const endings = ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs', 'json', 'vue', 'svelte', 'd.ts']

/** The file that a path without or with another ending means, as Node, TypeScript and bundlers agree. */
export const asModule = (tree: Tree, path: string): string | undefined => {
  if (tree.byPath.has(path)) return path
  const swapped = path.replace(/\.([mc]?)jsx?$/, '.$1ts')
  const candidates = [
    swapped,
    `${swapped}x`,
    ...endings.map(end => `${path}.${end}`),
    ...endings.map(end => (path === '' ? `index.${end}` : `${path}/index.${end}`)),
  ]
  return candidates.find(candidate => tree.byPath.has(candidate))
}

const asPython = (tree: Tree, from: string, specifier: string): string | undefined => {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0
  const names = specifier
    .slice(dots)
    .split('.')
    .filter(name => name !== '')
  const tries = (base: string): string | undefined => {
    for (let used = names.length; used > 0; used--) {
      const path = [...(base === '' ? [] : [base]), ...names.slice(0, used)].join('/')
      for (const candidate of [`${path}.py`, `${path}/__init__.py`])
        if (tree.byPath.has(candidate)) return candidate
    }
    return undefined
  }
  if (dots > 0) {
    let base = dirname(from)
    for (let up = 1; up < dots; up++) base = dirname(base)
    const package_ = base === '' ? '__init__.py' : `${base}/__init__.py`
    return tries(base) ?? (tree.byPath.has(package_) ? package_ : undefined)
  }
  return tries('') ?? tries('src')
}

/** The file of the tree that an import means; `undefined` when it is external or cannot be known. */
export const resolveImport = (tree: Tree, source: Source, specifier: string): string | undefined => {
  const from = dirname(source.path)
  if (source.language === 'Python') return asPython(tree, source.path, specifier)
  if (source.language === 'C' || source.language === 'C++') {
    const near = joinPath(from, specifier)
    return [near, `include/${specifier}`, `src/${specifier}`].find(
      path => path !== undefined && tree.byPath.has(path),
    )
  }
  if (source.language === 'Ruby') {
    const path = joinPath(from, specifier.endsWith('.rb') ? specifier : `${specifier}.rb`)
    return path !== undefined && tree.byPath.has(path) ? path : undefined
  }
  if (!specifier.startsWith('.')) return undefined
  const path = joinPath(from, specifier.replace(/[?#].*$/, ''))
  return path === undefined ? undefined : asModule(tree, path)
}
