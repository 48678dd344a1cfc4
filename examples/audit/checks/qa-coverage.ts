// How much test there is for how much code, by directory, and which source no test reaches.
// Never in here: running anything. Reach over imports is a lower bound of care, not coverage.
import { check, onceSchema, wholeCheck } from '../check.ts'
import { collector, partSchema, plural, rules } from '../finding.ts'
import { basename } from '../languages.ts'
import { dirname } from '../lang/imports.ts'
import { workspaceOf } from '../lang/workspace.ts'
import { byText, treeOf } from '../tree.ts'
import { graphPart } from './architecture-graph.ts'
import { moduleFiles } from './architecture-imports.ts'
import { churnPart } from './backend-churn.ts'
import { kib } from './frontend-assets.ts'

const ratio = rules('qa', {
  'no-tests': {
    severity: 'high',
    title: 'Write a first test',
    advice: 'Start with what would hurt most if it broke.',
  },
  'thinly-tested': {
    severity: 'low',
    title: 'Test the directories that have hardly any tests',
    advice: 'Begin with the file of the directory that changes most.',
  },
  'tests-not-in-pipeline': {
    severity: 'medium',
    title: 'Run the tests in the pipeline',
    advice: 'Add a step that runs them; tests that nobody runs stop passing.',
  },
})

/** The directory a file is counted under: a package of a workspace, or the directory at the top. */
const area = (path: string): string => {
  const [first = '', second = ''] = dirname(path).split('/')
  return /^(packages|apps|libs|crates|modules|services|plugins|examples)$/.test(first) && second !== ''
    ? `${first}/${second}`
    : first
}

export const qaRatio = wholeCheck({
  name: 'qa.ratio',
  role: 'qa',
  about:
    'Bytes of test code for bytes of source code, in the whole tree and by directory; whether a test command exists.',
  rules: ratio,
  inspect: async (out, tree, context) => {
    const code = tree.files.filter(file => file.code)
    const total = (kind: string): number =>
      code.filter(file => file.kind === kind).reduce((sum, { size }) => sum + size, 0)
    const source = total('source')
    const tests = total('test')
    out.checked(code.length)
    out.sum('KiB of source code', Math.ceil(source / 1024))
    out.sum('KiB of test code', Math.ceil(tests / 1024))
    if (source > 4_096 && tests === 0) {
      out.add(ratio['no-tests'], { message: `${kib(source)} of source code and no test` })
      return
    }
    const areas = new Map<string, { source: number; test: number }>()
    for (const { path, kind, size } of code) {
      if (kind !== 'source' && kind !== 'test') continue
      const sums = areas.get(area(path)) ?? { source: 0, test: 0 }
      sums[kind] += size
      areas.set(area(path), sums)
    }
    // Where tests live in a directory of their own at the top, the ratio by directory says nothing.
    const apart = [...areas.values()].filter(sums => sums.source === 0 && sums.test > tests / 3).length > 0
    for (const [directory, sums] of apart ? [] : areas) {
      if (directory === '' || sums.source < 20_480 || sums.test > sums.source / 20) continue
      const message = `${kib(sums.test)} of tests for ${kib(sums.source)} of source`
      out.add(ratio['thinly-tested'], { file: directory, message, weight: sums.source })
    }
    const { manifests } = await workspaceOf(context)
    const root = manifests.find(({ directory }) => directory === '')
    const scripts = root === undefined ? '' : JSON.stringify(root.json['scripts'] ?? {})
    if (root !== undefined && tests > 0 && !/"test[^"]*":/.test(scripts)) {
      out.add(ratio['tests-not-in-pipeline'], {
        file: root.path,
        message: 'there are tests, and no npm script runs them',
        severity: 'low',
      })
    }
  },
})

const untested = rules('qa', {
  'unreached-by-tests': {
    severity: 'low',
    title: 'Test the source files that no test reaches',
    advice: 'Write a first test that imports it; the most changed and largest first.',
  },
  'tests-import-nothing': {
    severity: 'medium',
    title: 'Add tests below the level of the whole program',
    advice:
      'Test the parts with the most branches directly: from outside, a failure does not say where it is.',
  },
  'no-test-named-after': {
    severity: 'info',
    title: 'Look at files without a test of their name',
    advice: 'Add one, or make sure another test covers it.',
  },
})

const entry =
  /(^|\/)(index|main|cli|bin|server|app|setup|conftest|__init__|__main__|version|_version|types?|constants?)\.[a-z.]+$|\.d\.[cm]?ts$|\.config\.[a-z]+$|(^|\/)(scripts?|bin|tools|docs?|\.[^/]+)\//
const stem = (path: string): string =>
  basename(path)
    .replace(/\.[^.]+$/, '')
    .toLowerCase()
const testStem = (path: string): string => stem(path).replace(/^test[_-]?|[._-]?(?:tests?|spec)$/g, '')
const byName = new Set(['Go', 'Java', 'Kotlin', 'C#', 'Swift', 'PHP', 'Scala', 'Dart', 'Elixir'])

export const qaUntested = check({
  name: 'qa.untested',
  role: 'qa',
  about:
    'Source files that no test file reaches over imports (JavaScript, TypeScript, Python, C, C++, Ruby), ranked by ' +
    'changes; for Go, Java, Kotlin, C#, Swift, PHP, Scala, Dart and Elixir, files without a test of their name.',
  rules: untested,
  input: onceSchema.extend({ graph: graphPart, churn: churnPart }),
  output: partSchema,
  joins: { graph: { task: 'architecture.graph', all: false }, churn: { task: 'backend.churn', all: false } },
  run: async ({ bytes, graph, churn }, context) => {
    const out = collector()
    const tree = await treeOf(context)
    const commits = new Map(churn.files.map(file => [file.path, file.commits]))
    const haveTests = moduleFiles(tree).some(({ kind }) => kind === 'test')
    out.sum('source files that tests reach', graph.reachedCount)
    out.sum('source files that no test reaches', graph.unreachedCount)
    out.checked(graph.reachedCount + graph.unreachedCount)
    const all = graph.reachedCount + graph.unreachedCount
    const fromOutside = haveTests && graph.reachedCount * 20 < all
    if (fromOutside && all >= 10) {
      const message = `the tests import ${graph.reachedCount} of ${all} source files: they seem to run the program from outside`
      out.add(untested['tests-import-nothing'], { message })
    }
    for (const { path, size } of haveTests && !fromOutside ? graph.unreached : []) {
      if (entry.test(path) || size < 400) continue
      const changed = commits.get(path) ?? 0
      const message = `${kib(size)}, changed in ${plural(changed, 'commit')} of the window; no test imports it, directly or not`
      const severity = changed >= 10 && size > 4_096 ? 'medium' : 'low'
      out.add(untested['unreached-by-tests'], {
        file: path,
        message,
        severity,
        weight: changed * 1_000 + size / 1_000,
      })
    }
    const names = new Set(
      tree.files.filter(({ kind, code }) => kind === 'test' && code).map(({ path }) => testStem(path)),
    )
    const named = tree.files.filter(
      ({ kind, language, size }) => kind === 'source' && byName.has(language) && size > 1_000,
    )
    for (const { path, size } of names.size === 0 ? [] : named.sort((a, b) => byText(a.path, b.path))) {
      out.checked()
      if (names.has(stem(path)) || entry.test(path)) continue
      out.add(untested['no-test-named-after'], {
        file: path,
        message: `${kib(size)}; no test is named after it`,
        weight: size,
      })
    }
    return out.part(bytes)
  },
})
