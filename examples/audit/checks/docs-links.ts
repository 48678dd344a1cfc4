// Relative links, images and anchors of Markdown files that lead nowhere in the audited commit.
// Never in here: the network. Whether a web address answers changes by the hour; a report of a commit must not.
import { fileCheck } from '../check.ts'
import type { Source } from '../check.ts'
import { rules } from '../finding.ts'
import type { Collector } from '../finding.ts'
import { dirname, joinPath } from '../lang/imports.ts'
import { parseMarkdown } from '../lang/markdown.ts'
import type { MarkdownLink } from '../lang/markdown.ts'
import { readText } from '../tree.ts'
import type { AuditContext, Tree } from '../tree.ts'

const rule = rules('docs', {
  'dead-link': {
    severity: 'medium',
    title: 'Mend links to files that are not there',
    advice: 'Correct the path, or remove the link.',
  },
  'dead-anchor': {
    severity: 'low',
    title: 'Mend links to headings that are not there',
    advice: 'Use the anchor that the heading has now.',
  },
  'empty-link': {
    severity: 'low',
    title: 'Fill links that have no target',
    advice: 'Add the target or make it plain text.',
  },
})

const decoded = (url: string): string => {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}

/** Pages of a documentation site are linked without their ending, and their index by the directory. */
const exists = (tree: Tree, path: string, site: boolean): string | undefined => {
  const bare = path.replace(/\/$/, '')
  if (
    tree.byPath.has(bare) ||
    tree.directories.has(bare) ||
    tree.symlinks.includes(bare) ||
    tree.submodules.some(sub => bare === sub || bare.startsWith(`${sub}/`))
  )
    return bare
  const pages = ['md', 'mdx', 'html'].flatMap(end => [
    `${bare.replace(/\.html$/, '')}.${end}`,
    `${bare}/index.${end}`,
  ])
  return site ? pages.find(page => tree.byPath.has(page)) : undefined
}

const siteDirectory = /(^|\/)(docs?|website|site|content|pages|book|_?posts?|guides?|src)\//i
const below = (path: string): string | undefined => siteDirectory.exec(path)?.[0]

const inspectLink = async (
  { url, line, image }: MarkdownLink,
  source: Source,
  own: ReadonlySet<string>,
  out: Collector,
  tree: Tree,
  context: AuditContext,
): Promise<void> => {
  const at = { file: source.path, line }
  const what = image ? 'image' : 'link'
  if (url.trim() === '') return out.add(rule['empty-link'], { ...at, message: `a ${what} without target` })
  // Schemes, protocol-relative addresses, and templates that a site generator fills in.
  if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)|[{}<>$]/i.test(url) || /^%[0-9a-z]/i.test(url))
    return out.sum('web links (not followed)')
  out.sum('links inside the repository')
  const [target = '', anchor = ''] = decoded(url.replace(/\?[^#]*/, '')).split('#')
  const site = below(source.path) !== undefined
  if (target === '') {
    const known =
      own.has(anchor.toLowerCase()) ||
      own.has(anchor) ||
      anchor === '' ||
      anchor === 'top' ||
      /^(L\d|fn|user-content|:~)/.test(anchor)
    if (!known && !site)
      out.add(rule['dead-anchor'], { ...at, message: `no heading here has the anchor \`#${anchor}\`` })
    return
  }
  // From the root of a site, what a path means is up to the generator.
  if (target.startsWith('/') && site) return
  const path = target.startsWith('/') ? target.slice(1) : joinPath(dirname(source.path), target)
  // Above the root of the repository lie the forge's own pages: ../../issues.
  if (path === undefined) return
  const found = exists(tree, path, site)
  if (found === undefined) {
    if (site && !/\.\w{1,5}$/.test(target)) return
    return out.add(rule['dead-link'], {
      ...at,
      message: `the ${what} \`${target.slice(0, 160)}\` leads to nothing in this commit`,
    })
  }
  if (anchor === '' || !/\.(md|markdown)$/i.test(found) || /^L\d/.test(anchor) || site) return
  const text = await readText(context, found)
  if (text === undefined) return
  const { anchors } = parseMarkdown(text)
  if (anchors.has(anchor) || anchors.has(anchor.toLowerCase())) return
  out.add(rule['dead-anchor'], {
    ...at,
    message: `\`${found}\` has no heading with the anchor \`#${anchor}\``,
  })
}

export const docsLinks = fileCheck({
  name: 'docs.links',
  role: 'docs',
  about:
    'Markdown: relative links, images and anchors against the files and headings of the commit. Web addresses are counted, not followed.',
  rules: rule,
  applies: ({ path, kind }) =>
    /\.(md|markdown)$/i.test(path) && kind !== 'vendored' && kind !== 'test' && kind !== 'generated',
  inspect: async (source, out, tree, context) => {
    const { links, anchors } = parseMarkdown(source.text)
    out.sum('Markdown files')
    for (const link of links) await inspectLink(link, source, anchors, out, tree, context)
  },
})
