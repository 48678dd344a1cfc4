// What should not be in a repository at all, and names that some systems cannot check out.
// Never in here: judgement of contents, apart from merge markers.
import { fileCheck, wholeCheck } from '../check.ts'
import { rules } from '../finding.ts'
import { basename } from '../languages.ts'
import { kib } from './frontend-assets.ts'

const file = rules('devops', {
  'large-file': {
    severity: 'low',
    title: 'Move large files out of git',
    advice: 'Use Git LFS or a release asset: every clone carries it for ever.',
  },
  'build-output': {
    severity: 'low',
    title: 'Remove committed build output and droppings',
    advice: 'Remove it from git and add it to .gitignore.',
  },
  'unportable-name': {
    severity: 'medium',
    title: 'Rename files that some systems cannot check out',
    advice: 'Leave out : ? * | < > " and \\, trailing dots and spaces, and names like con or nul.',
  },
})

const dropping =
  /(^|\/)(\.DS_Store|Thumbs\.db|npm-debug\.log|yarn-error\.log|desktop\.ini)$|(^|\/)(__pycache__|node_modules|\.pytest_cache|\.mypy_cache|\.venv)\/|\.(pyc|pyo|class|swp|orig|rej)$/
const reserved = /^(con|prn|aux|nul|com[1-9]|lpt[1-9])(\.|$)/i
const unportable = (path: string): boolean =>
  path.split('/').some(name => /[:?*|<>"\\\p{Cc}]|[. ]$/u.test(name) || reserved.test(name))

const text = rules('devops', {
  'merge-marker': {
    severity: 'high',
    title: 'Finish the merges that left their markers',
    advice: 'Choose a side and remove the markers.',
  },
  'mixed-line-endings': {
    severity: 'info',
    title: 'Settle line endings in .gitattributes',
    advice: 'Add `* text=auto` and normalise once: mixed endings make diffs unreadable.',
  },
})

const mergeMarkers = /^<{7} [^\n]*\n[\s\S]*?^={7}\r?\n[\s\S]*?^>{7} /m

export const devopsHygiene = fileCheck({
  name: 'devops.hygiene',
  role: 'devops',
  about:
    'Every file: sizes over 5 MiB, committed build output and droppings, names Windows cannot check out.',
  rules: file,
  applies: () => true,
  reads: false,
  inspect: ({ path, size, kind }, out) => {
    out.sum('files')
    out.sum('KiB in the tree', Math.ceil(size / 1024))
    out.peak('KiB of the largest file', Math.ceil(size / 1024))
    const at = { file: path }
    if (size > 5 << 20) {
      out.add(file['large-file'], {
        ...at,
        message: kib(size),
        weight: size,
        severity: size > 50 << 20 ? 'medium' : 'low',
      })
    }
    if (dropping.test(path) && kind !== 'test')
      out.add(file['build-output'], { ...at, message: `\`${basename(path)}\` is made by tools` })
    if (unportable(path))
      out.add(file['unportable-name'], { ...at, message: 'cannot be checked out on Windows' })
  },
})

export const devopsMarkers = fileCheck({
  name: 'devops.markers',
  role: 'devops',
  about: 'Every text file: left merge markers, line endings that change within a file.',
  rules: text,
  applies: ({ kind }) =>
    kind === 'source' ||
    kind === 'test' ||
    kind === 'config' ||
    kind === 'docs' ||
    kind === 'other' ||
    kind === 'example',
  inspect: ({ path, text: content, kind }, out) => {
    if (kind !== 'test' && kind !== 'docs' && content.includes('<<<<<<< ')) {
      const match = mergeMarkers.exec(content)
      if (match !== null) {
        const line = content.slice(0, match.index).split('\n').length
        out.add(text['merge-marker'], {
          file: path,
          line,
          message: 'holds the markers of an unfinished merge',
        })
      }
    }
    if (!content.includes('\r\n') || kind === 'test') return
    const windows = content.match(/\r\n/g)?.length ?? 0
    const all = content.match(/\n/g)?.length ?? 0
    const other = all - windows
    if (windows >= 3 && other >= 3) {
      out.add(text['mixed-line-endings'], {
        file: path,
        message: `${windows} lines end in CR LF, ${other} in LF`,
      })
    }
  },
})

const clash = rules('devops', {
  'case-clash': {
    severity: 'high',
    title: 'Rename files that differ only in case',
    advice: 'On Windows and macOS only one of them can exist; the other shows as changed for ever.',
  },
})

export const devopsNames = wholeCheck({
  name: 'devops.names',
  role: 'devops',
  about: 'Paths that differ only in upper and lower case.',
  rules: clash,
  inspect: (out, tree) => {
    const seen = new Map<string, string>()
    for (const { path } of tree.files) {
      out.checked()
      const lower = path.toLowerCase()
      const first = seen.get(lower)
      if (first === undefined) seen.set(lower, path)
      else out.add(clash['case-clash'], { file: path, message: `differs from \`${first}\` only in case` })
    }
    out.sum('symbolic links', tree.symlinks.length)
    out.sum('submodules', tree.submodules.length)
    return Promise.resolve()
  },
})
