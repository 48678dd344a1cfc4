// Style sheets: rules that fight each other, and focus marks taken away.
// Never in here: taste.
import { fileCheck } from '../check.ts'
import { rules } from '../finding.ts'
import { blank } from '../lang/blank.ts'
import { lineIndex } from '../lang/js.ts'

const rule = rules('frontend', {
  'important-everywhere': {
    severity: 'low',
    title: 'Untangle style sheets that need !important',
    advice: 'Lower the specificity of what it overrides, or use cascade layers.',
  },
  'focus-removed': {
    severity: 'medium',
    title: 'Give keyboard users their focus mark back',
    advice: 'Style :focus-visible instead of removing the outline.',
  },
  'import-chain': {
    severity: 'low',
    title: 'Bundle style sheets instead of importing them in the browser',
    advice: 'Each @import is found only after the sheet before it has arrived.',
  },
})

const crowded = 15

export const frontendStyles = fileCheck({
  name: 'frontend.styles',
  role: 'frontend',
  about: 'CSS, SCSS and Less: number of !important, outlines removed from :focus, @import of plain CSS.',
  rules: rule,
  applies: ({ language, kind }) =>
    /^(CSS|SCSS|Less)$/.test(language) && kind !== 'vendored' && kind !== 'generated',
  inspect: ({ path, text, language }, out) => {
    const code = blank(text, 'c', { keepStrings: true })
    const line = lineIndex(code)
    const important = code.match(/!important/g)?.length ?? 0
    const declarations = code.match(/[\w-]\s*:[^;{}]+;/g)?.length ?? 0
    out.sum('style sheets')
    out.sum('declarations', declarations)
    out.sum('!important', important)
    if (important >= crowded && important > declarations / 20) {
      const message = `${important} of ${declarations} declarations are !important`
      out.add(rule['important-everywhere'], { file: path, message, weight: important })
    }
    const replaced =
      /:focus-visible|:focus[^{}]*\{[^}]*(?:box-shadow|border|background|outline:(?!\s*(?:none|0)\b))/.test(
        code,
      )
    const removed = /:focus(?!-)[^{}]*\{[^}]*outline:\s*(?:none|0)\b/.exec(code)
    if (removed !== null && !replaced) {
      out.add(rule['focus-removed'], {
        file: path,
        line: line(removed.index),
        message: 'the outline of :focus is removed without another mark',
      })
    }
    if (language !== 'CSS') return
    for (const match of code.matchAll(/@import\s+(?:url\(\s*)?["']?(https?:)?([^"')\s;]+)/g)) {
      const foreign = match[1] !== undefined
      if (!foreign) continue
      out.add(rule['import-chain'], {
        file: path,
        line: line(match.index),
        message: `imports \`${match[2] ?? ''}\` from another host`,
      })
    }
  },
})
