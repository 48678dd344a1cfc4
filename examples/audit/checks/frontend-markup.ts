// What people with a screen reader, a phone or a slow line meet in the markup.
// Never in here: looks; only what the element says by itself.
import { fileCheck } from '../check.ts'
import type { Source } from '../check.ts'
import { rules } from '../finding.ts'
import type { Collector } from '../finding.ts'
import { elementsOf, isPage } from '../lang/markup.ts'
import type { Element } from '../lang/markup.ts'

const rule = rules('frontend', {
  'image-without-alt': {
    severity: 'medium',
    title: 'Describe images to those who cannot see them',
    advice: 'Add alt with what the image says, or alt="" when it only decorates.',
  },
  'page-without-language': {
    severity: 'low',
    title: 'State the language of each page',
    advice: 'Add lang to the html element: screen readers choose the voice by it.',
  },
  'page-without-title': {
    severity: 'low',
    title: 'Give each page a title',
    advice: 'Add a title element: tabs, bookmarks and screen readers announce it.',
  },
  'page-without-viewport': {
    severity: 'low',
    title: 'Make pages fit small screens',
    advice: 'Add <meta name="viewport" content="width=device-width, initial-scale=1">.',
  },
  'nameless-control': {
    severity: 'medium',
    title: 'Name buttons and links that show no text',
    advice: 'Put text inside, or add aria-label: otherwise it is announced as "button".',
  },
  'positive-tabindex': {
    severity: 'low',
    title: 'Leave the tab order to the document',
    advice: 'Use 0 or -1 and put elements in reading order.',
  },
  'insecure-resource': {
    severity: 'medium',
    title: 'Load scripts, styles and frames over https',
    advice: 'Use https: browsers block mixed content, and anyone on the way can change the rest.',
  },
  'foreign-script': {
    severity: 'low',
    title: 'Pin scripts that come from other hosts',
    advice: 'Add integrity and crossorigin, or serve the file yourself.',
  },
  'raw-html': {
    severity: 'medium',
    title: 'Check where raw HTML comes from',
    advice: 'Sanitise it next to where it is used, or render it as text.',
  },
})

const named = [
  'aria-label',
  'aria-labelledby',
  'title',
  'text',
  'v-html',
  'v-text',
  'dangerouslysetinnerhtml',
  'children',
]

type At = { file: string; line: number }

const inspectNames = ({ tag, attributes, open, empty }: Element, at: At, out: Collector): void => {
  const has = (name: string): boolean => attributes.has(name)
  if (tag === 'img' && !open) {
    out.sum('images in markup')
    const hidden = attributes.get('aria-hidden') === 'true' || attributes.get('role') === 'presentation'
    if (!has('alt') && !has('aria-label') && !hidden)
      out.add(rule['image-without-alt'], { ...at, message: '`<img>` without alt' })
  }
  const control = tag === 'button' || (tag === 'a' && has('href'))
  if (control && empty && !open && !named.some(has)) {
    out.add(rule['nameless-control'], { ...at, message: `\`<${tag}>\` has neither text nor label` })
  }
  const tab = attributes.get('tabindex') ?? '0'
  if (Number(tab) > 0) {
    out.add(rule['positive-tabindex'], { ...at, message: `\`<${tag}>\` has tabindex ${tab}` })
  }
}

/** The address an element makes the browser load; links of other kinds load nothing. */
const loadedBy = ({ tag, attributes }: Element): string => {
  if (tag === 'script' || tag === 'iframe') return attributes.get('src') ?? ''
  return tag === 'link' && attributes.get('rel') === 'stylesheet' ? (attributes.get('href') ?? '') : ''
}

const inspectLoads = (element: Element, at: At, out: Collector): void => {
  const { tag, attributes, open } = element
  const address = loadedBy(element)
  if (/^http:\/\/(?!localhost|127\.0\.0\.1|\[::1\])/i.test(address)) {
    out.add(rule['insecure-resource'], { ...at, message: `\`<${tag}>\` loads over http` })
  } else if (tag === 'script' && /^(?:https:)?\/\//i.test(address) && !attributes.has('integrity') && !open) {
    out.add(rule['foreign-script'], { ...at, message: 'a script of another host without integrity' })
  }
}

const inspectElement = (element: Element, { path: file, kind }: Source, out: Collector): void => {
  const { tag, line, attributes } = element
  inspectNames(element, { file, line }, out)
  inspectLoads(element, { file, line }, out)
  // Inside script and style elements it is how a page inlines its own code.
  if (tag === 'script' || tag === 'style' || kind !== 'source') return
  const how = attributes.has('v-html') ? 'v-html' : 'dangerouslySetInnerHTML'
  if (!attributes.has(how.toLowerCase())) return
  out.add(rule['raw-html'], { file, line, message: `\`<${tag}>\` takes ${how}` })
}

const templated = /\{\{|\{%|<%|<\?php/

const inspectPage = ({ path, text }: Source, elements: readonly Element[], out: Collector): void => {
  out.sum('pages')
  const find = (tag: string): Element | undefined => elements.find(element => element.tag === tag)
  const at = { file: path, line: 1 }
  const html = find('html')
  if (html !== undefined && !html.attributes.has('lang') && !html.open) {
    out.add(rule['page-without-language'], { ...at, message: '`<html>` without lang' })
  }
  // A template may get its head from what it includes.
  if (templated.test(text) || find('head') === undefined) return
  if (find('title') === undefined) out.add(rule['page-without-title'], { ...at, message: 'no `<title>`' })
  const viewport = elements.some(
    ({ tag, attributes }) => tag === 'meta' && attributes.get('name') === 'viewport',
  )
  if (!viewport) out.add(rule['page-without-viewport'], { ...at, message: 'no viewport meta element' })
}

export const frontendMarkup = fileCheck({
  name: 'frontend.markup',
  role: 'frontend',
  about:
    'HTML, JSX, Vue, Svelte and Astro: alt texts, names of controls, tab order, language, title and viewport of pages, ' +
    'scripts of other hosts, http resources, raw HTML.',
  rules: rule,
  applies: ({ path, kind, language, family }) =>
    (kind === 'source' || kind === 'other' || kind === 'example' || language === 'HTML') &&
    kind !== 'vendored' &&
    kind !== 'generated' &&
    kind !== 'test' &&
    (language === 'HTML' ||
      (family === 'markup' && language !== 'XML' && language !== 'SVG') ||
      /\.[jt]sx$/.test(path)),
  inspect: (source, out) => {
    const elements = elementsOf(source)
    if (elements === undefined) return out.skipped('did not parse')
    out.sum('elements', elements.length)
    for (const element of elements) inspectElement(element, source, out)
    if (source.language === 'HTML' && isPage(source.text)) inspectPage(source, elements, out)
  },
})
