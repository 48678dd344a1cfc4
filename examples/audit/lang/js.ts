// Syntax trees of JavaScript and TypeScript, and the few questions that checks ask of them.
// Never in here: rules, thresholds, or a second parser.
import { parseSync, visitorKeys } from 'oxc-parser'
import type {
  ArrowFunctionExpression,
  EcmaScriptModule,
  Function as PlainFunction,
  Node,
  Program,
} from 'oxc-parser'
import { extension } from '../languages.ts'

export type { Node }
export type FunctionNode = PlainFunction | ArrowFunctionExpression
export type CallNode = Extract<Node, { type: 'CallExpression' }>

export interface Comment {
  type: 'Line' | 'Block'
  value: string
  start: number
  end: number
}

export interface Parsed {
  program: Program
  comments: Comment[]
  module: EcmaScriptModule
  text: string
  line(offset: number): number
}

const dialect = (path: string): 'ts' | 'tsx' | 'jsx' | 'dts' => {
  if (/\.d\.[cm]?ts$/.test(path)) return 'dts'
  const end = extension(path)
  return end === 'tsx' ? 'tsx' : end === 'ts' || end === 'mts' || end === 'cts' ? 'ts' : 'jsx'
}

/** Line numbers of offsets, by bisection. */
export const lineIndex = (text: string): ((offset: number) => number) => {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return offset => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}

/** The tree, or `undefined` when the text is no JavaScript or TypeScript that parses. */
export const parseJs = (path: string, text: string): Parsed | undefined => {
  const { program, comments, module, errors } = parseSync(path, text, { lang: dialect(path) })
  if (errors.length > 0 && program.body.length === 0) return undefined
  return { program, comments, module, text, line: lineIndex(text) }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

const children = function* (node: Node): Generator<Node> {
  const fields = node as unknown as Readonly<Record<string, unknown>>
  for (const key of visitorKeys[node.type] ?? []) {
    const value = fields[key]
    if (Array.isArray(value)) {
      for (const item of value as unknown[]) if (isNode(item)) yield item
    } else if (isNode(value)) yield value
  }
}

type Enter = (node: Node, parents: readonly Node[]) => boolean | void

/** Visits a tree from the top; `parents` runs from the root to the parent; `false` leaves out what is inside. */
export const walk = (root: Node, enter: Enter, leave?: (node: Node) => void): void => {
  const parents: Node[] = []
  const visit = (node: Node): void => {
    const inside = enter(node, parents) !== false
    if (inside) {
      parents.push(node)
      for (const child of children(node)) visit(child)
      parents.pop()
    }
    leave?.(node)
  }
  visit(root)
}

export const isFunction = (node: Node): node is FunctionNode =>
  node.type === 'FunctionDeclaration' ||
  node.type === 'FunctionExpression' ||
  node.type === 'ArrowFunctionExpression'

/** `a.b.c` of a plain member chain, `this.x` included; anything computed ends it. */
export const dotted = (node: Node): string | undefined => {
  if (node.type === 'Identifier') return node.name
  if (node.type === 'ThisExpression') return 'this'
  if (node.type === 'ChainExpression') return dotted(node.expression)
  if (node.type !== 'MemberExpression' || node.computed) return undefined
  const left = dotted(node.object)
  const right = node.property.type === 'Identifier' ? node.property.name : undefined
  return right === undefined ? undefined : left === undefined ? `?.${right}` : `${left}.${right}`
}

/** The text of a string literal or of a template without holes. */
export const literal = (node: Node | null | undefined): string | undefined => {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? ''
  return undefined
}

const keyName = (key: Node): string | undefined =>
  'name' in key && typeof key.name === 'string' ? key.name : literal(key)

/** The value of a property of an object literal. */
export const property = (node: Node | undefined, name: string): Node | undefined => {
  if (node?.type !== 'ObjectExpression') return undefined
  for (const item of node.properties) {
    if (item.type === 'Property' && !item.computed && keyName(item.key) === name) return item.value
  }
  return undefined
}

export const hasSpread = (node: Node | undefined): boolean =>
  node?.type === 'ObjectExpression' && node.properties.some(item => item.type === 'SpreadElement')

/** What a reader would call the function: its own name, or the name it is assigned to. */
export const functionName = (node: FunctionNode, parents: readonly Node[]): string => {
  if (node.id !== null && node.id !== undefined) return node.id.name
  const parent = parents[parents.length - 1]
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name
  if (
    parent?.type === 'Property' ||
    parent?.type === 'MethodDefinition' ||
    parent?.type === 'PropertyDefinition'
  ) {
    return keyName(parent.key) ?? '(computed)'
  }
  if (parent?.type === 'AssignmentExpression') return dotted(parent.left) ?? '(assigned)'
  if (parent?.type === 'CallExpression') return `callback of ${dotted(parent.callee) ?? 'a call'}`
  return '(anonymous)'
}

/** Names that the module binds by importing from packages that match, with the package. */
export const importedFrom = ({ module }: Parsed, wanted: RegExp): Map<string, string> => {
  const names = new Map<string, string>()
  for (const { moduleRequest, entries } of module.staticImports) {
    if (!wanted.test(moduleRequest.value)) continue
    for (const { localName, isType } of entries) if (!isType) names.set(localName.value, moduleRequest.value)
  }
  return names
}
