// The documents a newcomer looks for: README, licence, changelog, how to contribute.
// Never in here: links and style; other checks read those.
import { wholeCheck } from '../check.ts'
import { rules } from '../finding.ts'
import { workspaceOf } from '../lang/workspace.ts'
import { parseMarkdown } from '../lang/markdown.ts'
import { readText } from '../tree.ts'

const rule = rules('docs', {
  'no-readme': {
    severity: 'medium',
    title: 'Write a README',
    advice: 'Say in one sentence what it is, then show how to install and use it.',
  },
  'thin-readme': {
    severity: 'low',
    title: 'Fill out the README',
    advice: 'Show how to install it and a first use that can be copied.',
  },
  'no-licence': {
    severity: 'medium',
    title: 'Add a licence',
    advice: 'Without one nobody may use it; choose one and add the LICENSE file.',
  },
  'no-changelog': {
    severity: 'low',
    title: 'Keep a changelog',
    advice: 'Say for each release what a user must know; forge releases count if the README links to them.',
  },
  'no-contributing': {
    severity: 'info',
    title: 'Tell contributors how to build and test',
    advice: 'Add CONTRIBUTING.md with the commands and what a change needs.',
  },
  'bare-manifest': {
    severity: 'info',
    title: 'Complete the package manifest',
    advice: 'Registries and search show these fields.',
  },
})

const use = /install|getting started|quick ?start|usage|set-?up|running|run locally|development|how to/i

export const docsEssentials = wholeCheck({
  name: 'docs.essentials',
  role: 'docs',
  about:
    'README and what it says about installing and using, licence, changelog, contributing, fields of published manifests.',
  rules: rule,
  inspect: async (out, tree, context) => {
    out.checked(tree.files.length)
    const top = tree.files.filter(
      ({ path }) => !path.includes('/') || path.startsWith('.github/') || path.startsWith('docs/'),
    )
    const find = (name: RegExp): string | undefined =>
      top.map(({ path }) => path).find(path => name.test(path))
    const readme = find(/^(\.github\/|docs\/)?readme(\.(md|markdown|rst|adoc|txt))?$/i)
    const text = readme === undefined ? undefined : await readText(context, readme)
    if (readme === undefined) out.add(rule['no-readme'], { message: 'there is no README' })
    else if (text !== undefined && /\.(md|markdown)$/i.test(readme)) {
      const { headings, fences, words } = parseMarkdown(text)
      out.sum('words in the README', words)
      const says = headings.some(heading => use.test(heading.text)) || fences.length > 0 || use.test(text)
      if (words < 40) out.add(rule['thin-readme'], { file: readme, message: `has ${words} words` })
      else if (!says)
        out.add(rule['thin-readme'], { file: readme, message: 'says nothing about installing or using it' })
    }
    const linked = (name: RegExp): boolean => tree.symlinks.some(path => name.test(path))
    const licence = /^(licen[cs]es?|copying|unlicense)([.-].*)?(\/|$)/i
    const hasLicence =
      top.some(({ path }) => licence.test(path)) ||
      tree.files.some(({ path }) => licence.test(path)) ||
      linked(licence)
    if (!hasLicence) out.add(rule['no-licence'], { message: 'there is no licence file' })
    const { manifests } = await workspaceOf(context)
    const published = manifests.filter(
      ({ json, path }) =>
        json['private'] !== true && json['version'] !== undefined && tree.byPath.get(path)?.kind === 'config',
    )
    const library = published.length > 0 || tree.byPath.has('pyproject.toml') || tree.byPath.has('Cargo.toml')
    const changes = /(^|\/)(changelog|changes|history|news|releases?)(\.(md|rst|txt|adoc))?$/i
    if (library && !tree.files.some(({ path }) => changes.test(path)) && !/\/releases\b/.test(text ?? '')) {
      out.add(rule['no-changelog'], { message: 'there is no changelog' })
    }
    if (
      find(/^(\.github\/|docs\/)?contributing(\.(md|rst|txt))?$/i) === undefined &&
      !/contribut/i.test(text ?? '')
    ) {
      out.add(rule['no-contributing'], {
        message: 'neither CONTRIBUTING nor the README says how to contribute',
      })
    }
    for (const { path, json } of published) {
      const missing = ['description', 'license', 'repository'].filter(field => json[field] === undefined)
      if (missing.length > 0)
        out.add(rule['bare-manifest'], { file: path, message: `lacks ${missing.join(', ')}` })
    }
  },
})
