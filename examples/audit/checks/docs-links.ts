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

const generators =
  /(^|\/)(mkdocs\.ya?ml|docusaurus\.config\.\w+|astro\.config\.\w+|conf\.py|book\.toml|_config\.ya?ml|hugo\.\w+|next\.config\.\w+|gatsby-config\.\w+)$|(^|\/)\.vitepress\//
const siteDirectory = /(^|\/)(docs?|website|site|content|pages|book|_?posts?|guides?)\//i

/** Whether a generator makes pages of the file: paths and anchors then mean what the generator makes of them. */
const ofSite = (tree: Tree, path: string): boolean =>
  siteDirectory.test(path) && tree.files.some(file => generators.test(file.path))

/** Schemes, protocol-relative addresses, and templates that something else fills in. */
const elsewhere = (url: string): boolean =>
  /^(?:[a-z][a-z0-9+.-]*:|\/\/)|[{}<>$]/i.test(url) || /^%[0-9a-z]/i.test(url)

const offers = (anchors: ReadonlySet<string>, anchor: string): boolean =>
  anchors.has(anchor) || anchors.has(anchor.toLowerCase())

const special = /^(?:|top|L\d.*|fn.*|user-content.*|:~.*)$/

interface Page {
  source: Source
  anchors: ReadonlySet<string>
  site: boolean
}

const inspectTarget = async (
  { url, line, image }: MarkdownLink,
  { source, anchors, site }: Page,
  out: Collector,
  tree: Tree,
  context: AuditContext,
): Promise<void> => {
  const at = { file: source.path, line }
  const [target = '', anchor = ''] = decoded(url.replace(/\?[^#]*/, '')).split('#')
  const checked = !site && !special.test(anchor)
  if (target === '') {
    if (!checked || offers(anchors, anchor)) return
    return out.add(rule['dead-anchor'], { ...at, message: `no heading here has the anchor \`#${anchor}\`` })
  }
  const rooted = target.startsWith('/')
  const path = rooted ? target.slice(1) : joinPath(dirname(source.path), target)
  // Above the root of the repository lie the forge's own pages: ../../issues.
  if (path === undefined || (rooted && site)) return
  const found = exists(tree, path, site)
  if (found === undefined) {
    if (site && !/\.\w{1,5}$/.test(target)) return
    const message = `the ${image ? 'image' : 'link'} \`${target.slice(0, 160)}\` leads to nothing in this commit`
    return out.add(rule['dead-link'], { ...at, message })
  }
  if (!checked || !/\.(md|markdown)$/i.test(found)) return
  const text = await readText(context, found)
  if (text === undefined || offers(parseMarkdown(text).anchors, anchor)) return
  const message = `\`${found}\` has no heading with the anchor \`#${anchor}\``
  out.add(rule['dead-anchor'], { ...at, message })
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
    const page = { source, anchors, site: ofSite(tree, source.path) }
    for (const link of links) {
      if (link.url.trim() === '') {
        const message = `${link.image ? 'an image' : 'a link'} without target`
        out.add(rule['empty-link'], { file: source.path, line: link.line, message })
      } else if (elsewhere(link.url)) out.sum('web links (not followed)')
      else {
        out.sum('links inside the repository')
        await inspectTarget(link, page, out, tree, context)
      }
    }
  },
})
