// How the project is built and shipped: pipeline, lockfiles, updates, shell scripts.
// Never in here: the contents of pipelines; devops-workflows reads those.
import { fileCheck, wholeCheck } from '../check.ts'
import { rules } from '../finding.ts'
import { blank } from '../lang/blank.ts'
import { dirname } from '../lang/imports.ts'
import { asObject, workspaceOf } from '../lang/workspace.ts'
import { basename } from '../languages.ts'

const rule = rules('devops', {
  'no-pipeline': {
    severity: 'medium',
    title: 'Set up continuous integration',
    advice: 'Run build and tests on each push; without it, main breaks unnoticed.',
  },
  'no-lockfile': {
    severity: 'medium',
    title: 'Commit a lockfile',
    advice: 'Commit it: the same commit otherwise installs other versions each day.',
  },
  'several-lockfiles': {
    severity: 'low',
    title: 'Keep one lockfile',
    advice: 'Choose one package manager and delete the lockfile of the other; they disagree sooner or later.',
  },
  'no-updates': {
    severity: 'low',
    title: 'Let a bot raise dependencies',
    advice: 'Add .github/dependabot.yml or renovate.json.',
  },
  'no-engines': {
    severity: 'low',
    title: 'State the runtime versions that are supported',
    advice: 'Set engines in package.json (or .nvmrc): installers then warn before users meet a syntax error.',
  },
  'no-gitignore': {
    severity: 'low',
    title: 'Add a .gitignore',
    advice: 'List build output and local settings before someone commits them.',
  },
})

const pipelines =
  /^(\.github\/workflows\/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci\/config\.yml|azure-pipelines\.ya?ml|Jenkinsfile|\.travis\.yml|\.woodpecker(\.ya?ml|\/.*)|\.buildkite\/.*|bitbucket-pipelines\.yml|\.drone\.yml|appveyor\.yml|\.cirrus\.yml)$/
const updates =
  /^(\.github\/(dependabot\.ya?ml|renovate\.json5?)|renovate\.json5?|\.renovaterc(\.json)?|\.gitlab\/renovate\.json)$/
const jsLocks =
  /^(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock)$/

export const devopsDelivery = wholeCheck({
  name: 'devops.delivery',
  role: 'devops',
  about:
    'Presence of a pipeline, one lockfile, dependency updates, supported runtime versions, a .gitignore.',
  rules: rule,
  inspect: async (out, tree, context) => {
    const { files } = tree
    out.checked(files.length)
    if (!files.some(file => file.code)) return
    if (!files.some(({ path }) => pipelines.test(path)))
      out.add(rule['no-pipeline'], { message: 'no pipeline of a known service is committed' })
    if (!tree.byPath.has('.gitignore'))
      out.add(rule['no-gitignore'], { message: 'there is no .gitignore at the root' })
    const { manifests } = await workspaceOf(context)
    const root = manifests.find(({ directory }) => directory === '')
    if (root === undefined) return
    const locks = files
      .filter(({ path }) => dirname(path) === '' && jsLocks.test(basename(path)))
      .map(({ path }) => path)
    const managers = new Set(
      locks.filter(path => path !== 'deno.lock').map(path => path.replace(/^npm-shrinkwrap/, 'package-lock')),
    )
    const needs = root.declared.size > 0
    if (needs && locks.length === 0)
      out.add(rule['no-lockfile'], {
        file: root.path,
        message: 'declares dependencies; no lockfile is committed',
      })
    if (managers.size > 1)
      out.add(rule['several-lockfiles'], {
        message: [...managers].map(path => `\`${path}\``).join(' and '),
      })
    const dependable =
      needs && !files.some(({ path }) => updates.test(path)) && asObject(root.json)['renovate'] === undefined
    if (dependable) out.add(rule['no-updates'], { message: 'neither Dependabot nor Renovate is configured' })
    const runtime =
      root.json['engines'] !== undefined ||
      tree.byPath.has('.nvmrc') ||
      tree.byPath.has('.node-version') ||
      tree.byPath.has('.tool-versions')
    if (needs && !runtime)
      out.add(rule['no-engines'], { file: root.path, message: 'neither engines nor a version file' })
  },
})

const shell = rules('devops', {
  'carries-on-after-errors': {
    severity: 'low',
    title: 'Stop shell scripts at the first error',
    advice: 'Start with `set -euo pipefail`: the next line otherwise works on what the failed one left.',
  },
  'unguarded-removal': {
    severity: 'medium',
    title: 'Guard recursive removals of variables',
    advice: 'Write "${name:?}/…": an unset variable otherwise removes from the root.',
  },
  'piped-into-shell': {
    severity: 'medium',
    title: 'Check what scripts download before they run it',
    advice: 'Download a named version, compare its checksum, then run it.',
  },
})

const commands = (code: string): number => code.split('\n').filter(line => line.trim() !== '').length

export const devopsScripts = fileCheck({
  name: 'devops.scripts',
  role: 'devops',
  about: 'Shell scripts: stop at errors, removal of variables, downloads piped into a shell.',
  rules: shell,
  applies: ({ language, kind }) => language === 'Shell' && kind !== 'vendored' && kind !== 'test',
  inspect: ({ path, text }, out) => {
    const code = blank(text, 'hash', { keepStrings: true })
    out.sum('shell scripts')
    const stops = /^\s*set\s+(?:-\w*e|-o\s+errexit)|^#!.*\s-\w*e/m.test(text)
    const sourced = !text.startsWith('#!')
    if (!stops && !sourced && commands(code) > 5) {
      out.add(shell['carries-on-after-errors'], {
        file: path,
        line: 1,
        message: `${commands(code)} lines without \`set -e\``,
      })
    }
    code.split('\n').forEach((line, i) => {
      const at = { file: path, line: i + 1 }
      const removal = /\brm\s+-\w*r\w*\s+(?:-\w+\s+)*"?\$\{?(\w+)\}?"?\//.exec(line)
      if (removal !== null && !/set\s+-\w*u|nounset/.test(text)) {
        out.add(shell['unguarded-removal'], {
          ...at,
          message: `removes below \`$${removal[1] ?? ''}\`, which may be empty`,
        })
      }
      if (/\b(?:curl|wget)\b[^|;&"']*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b/.test(line)) {
        out.add(shell['piped-into-shell'], { ...at, message: 'pipes a download into a shell' })
      }
    })
  },
})
