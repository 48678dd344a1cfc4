// Elements of HTML, Vue, Svelte and Astro files, and of JSX, in one plain shape.
// Never in here: rules about elements.
import { parse, parseFragment } from 'parse5'
import type { DefaultTreeAdapterTypes } from 'parse5'
import type { Source } from '../check.ts'
import { literal, parseJs, walk } from './js.ts'

export interface Element {
  tag: string
  line: number
  /** Attribute names in lower case without binding marks; the value where it is fixed text. */
  attributes: ReadonlyMap<string, string | undefined>
  /** Attributes may come from elsewhere: a spread. */
  open: boolean
  /** Text or elements inside, as far as they can be seen. */
  empty: boolean
}

type TreeNode = DefaultTreeAdapterTypes.ChildNode

const bound = (name: string): string =>
  name.replace(/^(?::|v-bind:|bind:|\[|x-bind:|\{)/, '').replace(/[\]}]$/, '')

const ofTree = (nodes: readonly TreeNode[], found: Element[]): void => {
  for (const node of nodes) {
    if (!('tagName' in node)) continue
    const attributes = new Map<string, string | undefined>()
    for (const { name, value } of node.attrs) {
      const plain = bound(name)
      attributes.set(plain, plain === name && !/[{<]/.test(value) ? value : undefined)
    }
    const open = node.attrs.some(
      ({ name }) => name.startsWith('{...') || name === 'v-bind' || /^[{<]/.test(name),
    )
    const inside = node.childNodes.filter(
      child => 'tagName' in child || ('value' in child && child.value.trim() !== ''),
    )
    found.push({
      tag: node.tagName,
      line: node.sourceCodeLocation?.startLine ?? 1,
      attributes,
      open,
      empty: inside.length === 0,
    })
    ofTree(node.childNodes, found)
    if ('content' in node) ofTree(node.content.childNodes, found)
  }
}

const ofJsx = (source: Source): Element[] | undefined => {
  const parsed = parseJs(source.path, source.text)
  if (parsed === undefined) return undefined
  const found: Element[] = []
  walk(parsed.program, node => {
    if (node.type !== 'JSXElement') return
    const { name, attributes: given } = node.openingElement
    if (name.type !== 'JSXIdentifier' || !/^[a-z]/.test(name.name)) return
    const attributes = new Map<string, string | undefined>()
    let open = false
    for (const item of given) {
      if (item.type === 'JSXSpreadAttribute') open = true
      else if (item.name.type === 'JSXIdentifier') {
        const value = item.value?.type === 'JSXExpressionContainer' ? item.value.expression : item.value
        attributes.set(item.name.name.toLowerCase(), value === null ? '' : literal(value ?? undefined))
      }
    }
    const inside = node.children.filter(child => child.type !== 'JSXText' || child.value.trim() !== '')
    found.push({
      tag: name.name,
      line: parsed.line(node.start),
      attributes,
      open,
      empty: inside.length === 0,
    })
  })
  return found
}

export const isPage = (text: string): boolean => /<html[\s>]/i.test(text)

/** All elements of a file in document order; `undefined` when it does not parse. */
export const elementsOf = (source: Source): Element[] | undefined => {
  if (source.family === 'js') return ofJsx(source)
  const options = { sourceCodeLocationInfo: true }
  const found: Element[] = []
  // Front matter of Astro is no markup; blank it out and keep its lines.
  const text = source.text.replace(/^---\n[\s\S]*?\n---/, block => block.replace(/[^\n]/g, ' '))
  ofTree(isPage(text) ? parse(text, options).childNodes : parseFragment(text, options).childNodes, found)
  return found
}
