// Public names without a word about them: exported functions, classes and types, public Python definitions.
// Never in here: whether the words are good.
import { fileCheck } from '../check.ts'
import type { Source } from '../check.ts'
import { rules } from '../finding.ts'
import type { Collector } from '../finding.ts'
import { parseJs } from '../lang/js.ts'
import type { Node } from '../lang/js.ts'

const rule = rules('docs', {
  'undocumented-exports': {
    severity: 'low',
    title: 'Say what the exported functions and classes are for',
    advice: 'One sentence above each: what it gives, and what a caller must know.',
  },
})

interface Public {
  name: string
  line: number
  documented: boolean
  /** Functions and classes call for words; constants and types often speak for themselves. */
  weighty: boolean
}

const declaredNames = (node: Node): { name: string; weighty: boolean }[] => {
  if (
    node.type === 'FunctionDeclaration' ||
    node.type === 'ClassDeclaration' ||
    node.type === 'TSDeclareFunction'
  )
    return node.id === null ? [] : [{ name: node.id.name, weighty: true }]
  if (
    node.type === 'TSInterfaceDeclaration' ||
    node.type === 'TSTypeAliasDeclaration' ||
    node.type === 'TSEnumDeclaration'
  )
    return [{ name: node.id.name, weighty: false }]
  if (node.type !== 'VariableDeclaration') return []
  return node.declarations.flatMap(({ id, init }) =>
    id.type === 'Identifier'
      ? [
          {
            name: id.name,
            weighty: init?.type === 'ArrowFunctionExpression' || init?.type === 'FunctionExpression',
          },
        ]
      : [],
  )
}

const ofJs = (source: Source): Public[] | undefined => {
  const parsed = parseJs(source.path, source.text)
  if (parsed === undefined) return undefined
  const ends = new Set<number>()
  for (const { type, value, end } of parsed.comments) {
    if (type === 'Block' && !value.startsWith('*')) continue
    ends.add(end + (/^\s*/.exec(source.text.slice(end))?.[0].length ?? 0))
  }
  const found: Public[] = []
  const seen = new Set<string>()
  for (const statement of parsed.program.body) {
    if (statement.type !== 'ExportNamedDeclaration' && statement.type !== 'ExportDefaultDeclaration') continue
    const { declaration } = statement
    if (declaration === null) continue
    for (const { name, weighty } of declaredNames(declaration)) {
      if (seen.has(name)) continue // overloads
      seen.add(name)
      found.push({ name, line: parsed.line(statement.start), documented: ends.has(statement.start), weighty })
    }
  }
  return found
}

const ofPython = ({ text }: Source): Public[] => {
  const lines = text.split('\n')
  return lines.flatMap((line, i) => {
    const match = /^(?:async )?(?:def|class) ([a-zA-Z]\w*)/.exec(line)
    if (match === null) return []
    let end = i
    while (end < lines.length - 1 && !/:\s*(?:#.*)?$/.test(lines[end] ?? '')) end++
    // Overloads and stubs of a few words speak through the function they stand for.
    const overload = /@(?:t\.|typing\.|te\.)?overload/.test(lines[i - 1] ?? '')
    const documented =
      overload ||
      /^\s*[rfub]*("""|'''|"|')/i.test(
        (lines[end + 1] ?? '').trim() === '' ? (lines[end + 2] ?? '') : (lines[end + 1] ?? ''),
      )
    return [{ name: match[1] ?? '', line: i + 1, documented, weighty: true }]
  })
}

const report = (source: Source, names: readonly Public[], out: Collector): void => {
  const weighty = names.filter(name => name.weighty)
  const silent = weighty.filter(name => !name.documented)
  out.sum('public functions and classes', weighty.length)
  out.sum('public functions and classes without a comment', silent.length)
  const [first] = silent
  if (first === undefined || silent.length < 2 || silent.length / weighty.length < 0.5) return
  const shown = silent
    .slice(0, 4)
    .map(({ name }) => `\`${name}\``)
    .join(', ')
  const message = `${silent.length} of ${weighty.length} without a comment: ${shown}${silent.length > 4 ? ', …' : ''}`
  const severity = silent.length >= 8 ? 'low' : 'info'
  out.add(rule['undocumented-exports'], {
    file: source.path,
    line: first.line,
    message,
    weight: silent.length,
    severity,
  })
}

const pages = /(^|\/)(pages|app|routes|components|views|migrations|\.[^/]+)\/|\.(config|stories|d)\.[a-z]+$/

export const docsExports = fileCheck({
  name: 'docs.exports',
  role: 'docs',
  about:
    'Exported functions and classes of JavaScript and TypeScript and public ones of Python modules without a comment; ' +
    'files are reported where half of them or more are silent. Pages, routes and components are left out.',
  rules: rule,
  applies: ({ path, code, kind, family, language }) =>
    code &&
    kind === 'source' &&
    (family === 'js' || language === 'Python') &&
    !pages.test(path) &&
    !/\.[jt]sx$/.test(path),
  inspect: (source, out) => {
    const names = source.family === 'js' ? ofJs(source) : ofPython(source)
    if (names === undefined) out.skipped('did not parse')
    else report(source, names, out)
  },
})
