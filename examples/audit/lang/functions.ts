// Functions of a file with their length, branches and nesting: exact for JavaScript, by layout for other languages.
// Never in here: thresholds and findings.
import type { Source } from '../check.ts'
import { blank } from './blank.ts'
import { functionName, isFunction, parseJs, walk } from './js.ts'
import type { Node } from './js.ts'

export interface FunctionFacts {
  name: string
  line: number
  lines: number
  /** Independent paths, counting a whole switch as one. */
  complexity: number
  nesting: number
}

const branches = (node: Node): boolean => {
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'SwitchStatement':
    case 'CatchClause':
      return true
    default:
      return false
  }
}

/** `a && b && c` is one branch, `a ?? b` none: a default for a missing value is no decision of the reader's. */
const chains = (node: Node, parent: Node | undefined): boolean =>
  node.type === 'LogicalExpression' &&
  node.operator !== '??' &&
  !(parent?.type === 'LogicalExpression' && parent.operator === node.operator)

const nests = (node: Node, parent: Node | undefined): boolean =>
  branches(node) &&
  node.type !== 'ConditionalExpression' &&
  !(node.type === 'IfStatement' && parent?.type === 'IfStatement' && parent.alternate === node)

const ofJs = ({ path, text }: Source): FunctionFacts[] | undefined => {
  const parsed = parseJs(path, text)
  if (parsed === undefined) return undefined
  const found: FunctionFacts[] = []
  const open: { facts: FunctionFacts; nested: Set<Node> }[] = []
  walk(
    parsed.program,
    (node, parents) => {
      if (isFunction(node)) {
        const line = parsed.line(node.start)
        const lines = parsed.line(node.end) - line + 1
        open.push({
          facts: { name: functionName(node, parents), line, lines, complexity: 1, nesting: 0 },
          nested: new Set(),
        })
        return
      }
      const inside = open[open.length - 1]
      const parent = parents[parents.length - 1]
      if (inside === undefined || (!branches(node) && !chains(node, parent))) return
      inside.facts.complexity++
      if (!nests(node, parent)) return
      inside.nested.add(node)
      inside.facts.nesting = Math.max(inside.facts.nesting, inside.nested.size)
    },
    node => {
      const inside = open[open.length - 1]
      if (!isFunction(node)) inside?.nested.delete(node)
      else if (inside !== undefined) {
        open.pop()
        found.push(inside.facts)
      }
    },
  )
  return found.sort((a, b) => a.line - b.line)
}

const starts: Readonly<Record<string, RegExp>> = {
  Python: /^([ \t]*)(?:async )?def (\w+)/,
  Go: /^()func (?:\([^)]*\) ?)?(\w+)/,
  Rust: /^([ \t]*)(?:pub(?:\([^)]*\))? )?(?:async |const |unsafe )*fn (\w+)/,
  Swift: /^([ \t]*)(?:\w+ )*func (\w+)/,
  Kotlin: /^([ \t]*)(?:\w+ )*fun (?:<[^>]*> )?(?:\w+\.)?(\w+)\(/,
  PHP: /^([ \t]*)(?:\w+ )*function (\w+)/,
  Java: /^([ \t]+)(?:(?:public|private|protected|static|final|synchronized|abstract|default) )+[\w<>[\], .?]*?(\w+)\(/,
  'C#': /^([ \t]+)(?:(?:public|private|protected|internal|static|async|override|virtual|sealed) )+[\w<>[\], .?]*?(\w+)\(/,
  C: /^()(?:[a-z_][\w*]*[ *]+)+(\w+)\([^;]*$/i,
  'C++': /^()(?:[a-z_][\w:<>*&]*[ *&]+)+([\w:~]+)\([^;]*$/i,
}

const branchWords =
  /\b(?:if|elif|for|foreach|while|switch|match|select|catch|except|rescue|when)\b|&&|\|\||\band\b|\bor\b/g

const ofLayout = ({ text, family, language }: Source, start: RegExp): FunctionFacts[] => {
  const lines = blank(text, family).split('\n')
  const found: FunctionFacts[] = []
  const width = (line: string): number => (/^[ \t]*/.exec(line)?.[0] ?? '').replaceAll('\t', '    ').length
  for (let at = 0; at < lines.length; at++) {
    const match = start.exec(lines[at] ?? '')
    if (match === null) continue
    const indent = width(match[1] ?? '')
    let end = at
    for (let next = at + 1; next < lines.length; next++) {
      const line = lines[next] ?? ''
      if (line.trim() === '') continue
      if (width(line) > indent || /^\s*[){]/.test(line)) end = next
      else {
        if (language !== 'Python' && /^\s*}/.test(line)) end = next
        break
      }
    }
    const body = lines.slice(at + 1, end + 1)
    const levels = new Set(body.filter(line => branchStart.test(line)).map(line => width(line)))
    const complexity = 1 + (body.join('\n').match(branchWords)?.length ?? 0)
    found.push({
      name: match[2] ?? '(anonymous)',
      line: at + 1,
      lines: end - at + 1,
      complexity,
      nesting: levels.size,
    })
  }
  return found
}

const branchStart = /^\s*(?:}?\s*else )?(?:if|elif|for|foreach|while|switch|match|try|with)\b/

/** The functions of a file; `undefined` when it does not parse or its language has no known shape of functions. */
export const functionsOf = (source: Source): FunctionFacts[] | undefined => {
  if (source.family === 'js') return ofJs(source)
  const start = starts[source.language]
  return start === undefined ? undefined : ofLayout(source, start)
}
