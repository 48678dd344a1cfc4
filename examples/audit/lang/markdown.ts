// What a Markdown file links to and which anchors it offers, as GitHub renders it.
// Never in here: whether a target exists; docs-links asks the tree.
import GithubSlugger from 'github-slugger'
import type { Definition, Image, Link, Nodes, Root } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'

export interface MarkdownLink {
  url: string
  line: number
  image: boolean
  /** Text of the link or alt text of the image. */
  text: string
}

export interface Heading {
  depth: number
  text: string
  line: number
}

export interface Markdown {
  links: MarkdownLink[]
  headings: Heading[]
  anchors: ReadonlySet<string>
  /** Fenced code: its language and place. */
  fences: { language: string; line: number }[]
  words: number
}

const textOf = (node: Nodes): string => {
  if ('value' in node) return node.type === 'html' ? '' : node.value
  if (node.type === 'image') return node.alt ?? ''
  return 'children' in node ? node.children.map(textOf).join('') : ''
}

const visit = (node: Nodes, enter: (node: Nodes) => void): void => {
  enter(node)
  if ('children' in node) for (const child of node.children) visit(child, enter)
}

/** Reads CommonMark with GitHub's tables, footnotes, strikethrough and bare addresses; front matter is skipped. */
export const parseMarkdown = (text: string): Markdown => {
  const body = text.replace(/^---\r?\n[\s\S]*?\r?\n---(?=\r?\n|$)/, block => block.replace(/[^\n]/g, ''))
  const root: Root = fromMarkdown(body, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
  const slugger = new GithubSlugger()
  const found: Omit<Markdown, 'anchors'> & { anchors: Set<string> } = {
    links: [],
    headings: [],
    anchors: new Set(),
    fences: [],
    words: 0,
  }
  visit(root, node => {
    const line = node.position?.start.line ?? 1
    if (node.type === 'heading') {
      const heading = textOf(node)
      found.headings.push({ depth: node.depth, text: heading, line })
      found.anchors.add(slugger.slug(heading.replace(/\s*\{#[\w-]+\}\s*$/, '')))
      const explicit = /\{#([\w-]+)\}\s*$/.exec(heading)?.[1]
      if (explicit !== undefined) found.anchors.add(explicit)
    } else if (node.type === 'link' || node.type === 'image' || node.type === 'definition')
      addLink(node, line, found.links)
    else if (node.type === 'html') addHtml(node.value, line, found)
    else if (node.type === 'code') found.fences.push({ language: node.lang ?? '', line })
    else if (node.type === 'text') found.words += node.value.split(/\s+/).filter(word => word !== '').length
  })
  return found
}

const addLink = (node: Link | Image | Definition, line: number, links: MarkdownLink[]): void => {
  const text =
    node.type === 'link'
      ? textOf(node)
      : node.type === 'image'
        ? (node.alt ?? '')
        : (node.label ?? node.identifier)
  links.push({ url: node.url, line, image: node.type === 'image', text })
}

const addHtml = (
  html: string,
  line: number,
  found: { anchors: Set<string>; links: MarkdownLink[] },
): void => {
  for (const [, , name = ''] of html.matchAll(/\b(id|name)=["']([^"']+)["']/gi)) found.anchors.add(name)
  for (const match of html.matchAll(/<(a|img)\b[^>]*?\b(?:href|src)=["']([^"']*)["'][^>]*>/gi)) {
    const [tag, name = '', url = ''] = match
    const below = html.slice(0, match.index).split('\n').length - 1
    const alt = /\balt=["']([^"']*)["']/i.exec(tag)
    const image = name.toLowerCase() === 'img'
    found.links.push({
      url,
      line: line + below,
      image,
      text: image ? (alt === null ? '' : alt[1] || '(decorative)') : '(html)',
    })
  }
}
