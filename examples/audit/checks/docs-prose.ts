// The state of documents: leftovers, headings, images without words.
// Never in here: style and spelling.
import { fileCheck } from '../check.ts'
import { plural, rules } from '../finding.ts'
import { parseMarkdown } from '../lang/markdown.ts'

const rule = rules('docs', {
  'unfinished-text': {
    severity: 'low',
    title: 'Finish documents that still hold placeholders',
    advice: 'Write it, or remove the section: a reader cannot tell what is meant to be there.',
  },
  'skipped-heading-level': {
    severity: 'info',
    title: 'Keep headings in order',
    advice: 'Go down one level at a time: screen readers and tables of contents follow the levels.',
  },
  'wall-of-text': {
    severity: 'low',
    title: 'Divide long documents without headings',
    advice: 'Add a heading for each question a reader brings.',
  },
  'image-without-words': {
    severity: 'info',
    title: 'Give images in documents an alt text',
    advice: 'Say in the alt text what the image shows.',
  },
})

const leftovers =
  /\blorem ipsum\b|^\s*(?:>|-|\*|#+)?\s*(?:TODO|TBD|FIXME|coming soon)\b[.:!…]*\s*$|\bTODO: ?(?:write|document|describe|add|explain)\b/i

export const docsProse = fileCheck({
  name: 'docs.prose',
  role: 'docs',
  about:
    'Markdown: placeholders left in the text, skipped heading levels, long documents without headings, images without alt text.',
  rules: rule,
  applies: ({ path, kind }) => /\.(md|mdx|markdown)$/i.test(path) && kind === 'docs',
  inspect: ({ path, text }, out) => {
    const { headings, links, words } = parseMarkdown(text)
    out.sum('words of documentation', words)
    text.split('\n').forEach((line, i) => {
      if (leftovers.test(line))
        out.add(rule['unfinished-text'], {
          file: path,
          line: i + 1,
          message: `\`${line.trim().slice(0, 80)}\``,
        })
    })
    let depth = headings[0]?.depth ?? 1
    for (const heading of headings) {
      if (heading.depth > depth + 1) {
        const message = `from level ${depth} to level ${heading.depth} at “${heading.text.slice(0, 80)}”`
        out.add(rule['skipped-heading-level'], { file: path, line: heading.line, message })
        break
      }
      depth = heading.depth
    }
    if (words > 1_200 && headings.length < 2)
      out.add(rule['wall-of-text'], {
        file: path,
        message: `${words} words under ${plural(headings.length, 'heading')}`,
        weight: words,
      })
    const silent = links.filter(({ image, text: alt }) => image && alt === '')
    const [first] = silent
    if (first !== undefined)
      out.add(rule['image-without-words'], {
        file: path,
        line: first.line,
        message: `${plural(silent.length, 'image')} without alt text`,
      })
  },
})
