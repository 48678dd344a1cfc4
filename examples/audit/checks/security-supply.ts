// What the project takes from others and what it promises to those who find a hole.
// Never in here: known vulnerabilities. They change by the day, and the report of a commit must not.
import { wholeCheck } from '../check.ts'
import { plural, rules } from '../finding.ts'
import type { Collector, Severity } from '../finding.ts'
import { asObject, workspaceOf } from '../lang/workspace.ts'
import type { Manifest } from '../lang/workspace.ts'
import { basename } from '../languages.ts'
import { lineIndex } from '../lang/js.ts'
import { readText } from '../tree.ts'
import type { AuditContext, Tree } from '../tree.ts'
import { secretFile } from './security-secrets.ts'

const rule = rules('security', {
  'secret-file': {
    severity: 'high',
    title: 'Remove files that exist to hold secrets',
    advice: 'Remove it, revoke what it holds, and add its name to .gitignore.',
  },
  'unbounded-dependency': {
    severity: 'medium',
    title: 'Bound the versions of dependencies',
    advice: 'Name a range: `*` and `latest` take whatever is published next.',
  },
  'dependency-from-url': {
    severity: 'medium',
    title: 'Pin dependencies that come from git or a URL',
    advice: 'Name a full commit, or publish the package: a branch can change under you.',
  },
  'runs-on-install': {
    severity: 'low',
    title: 'Drop scripts that run when the package is installed',
    advice: 'Do it at build or first run: many installers refuse such scripts, for good reasons.',
  },
  'lockfile-over-http': {
    severity: 'high',
    title: 'Fetch locked packages over https',
    advice: 'Regenerate the lockfile against an https registry.',
  },
  'no-security-policy': {
    severity: 'low',
    title: 'Say how to report a vulnerability',
    advice: 'Add a SECURITY.md with a private contact and what to expect.',
  },
})

const floating = /^(\*|latest|x|>=?\s*0(\.0)*|)$/
const remote = /^(git[+:]|github:|https?:|[\w-]+\/[\w.-]+(#|$))/

interface Place {
  file: string
  line: number
  severity?: Severity
}

const secrets = /^[ \t]*\w*(?:KEY|SECRET|TOKEN|PASSWORD|PASSWD|_PASS)[ \t]*=[ \t]*["']?[^\s"'#$<]{6,}/gim

const inspectSecretFiles = async (out: Collector, tree: Tree, context: AuditContext): Promise<void> => {
  for (const { path, kind, size } of tree.files) {
    out.checked()
    const aside = kind === 'test' || kind === 'example' || kind === 'vendored'
    if (aside || size === 0 || !secretFile(path)) continue
    const text = basename(path).startsWith('.env') ? await readText(context, path) : undefined
    const count = text?.match(secrets)?.length ?? 0
    if (text !== undefined && count === 0) continue
    const message =
      text === undefined ? 'is a file of keys or credentials' : `sets ${plural(count, 'secret')}`
    out.add(rule['secret-file'], { file: path, message })
  }
}

const inspectRange = (name: string, range: string, place: Place, out: Collector): void => {
  out.sum('declared dependencies')
  if (floating.test(range)) {
    const message = `\`${name}\` may be any version (\`${range}\`)`
    out.add(rule['unbounded-dependency'], { ...place, message })
  } else if (remote.test(range) && !/#[0-9a-f]{40}$|#semver:/.test(range)) {
    const message = `\`${name}\` comes from \`${range.slice(0, 80)}\``
    out.add(rule['dependency-from-url'], { ...place, message })
  }
}

const inspectManifest = ({ path, json }: Manifest, text: string, out: Collector): void => {
  const line = lineIndex(text)
  for (const field of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    const severity = field === 'devDependencies' ? ({ severity: 'low' } as const) : {}
    for (const [name, range] of Object.entries(asObject(json[field]))) {
      if (typeof range !== 'string') continue
      const start = text.indexOf(`"${name}":`, text.indexOf(`"${field}"`))
      inspectRange(name, range, { file: path, line: line(Math.max(0, start)), ...severity }, out)
    }
  }
  const scripts = asObject(json['scripts'])
  const hooks = ['preinstall', 'install', 'postinstall'].filter(name => typeof scripts[name] === 'string')
  if (hooks.length === 0 || json['private'] === true) return
  const message = `runs \`${hooks.join('`, `')}\` on every machine that installs it`
  out.add(rule['runs-on-install'], { file: path, message })
}

const inspectLockfiles = async (out: Collector, tree: Tree, context: AuditContext): Promise<void> => {
  const locks = tree.files.filter(({ path }) => /(^|\/)(package-lock\.json|yarn\.lock)$/.test(path))
  for (const { path } of locks) {
    const text = await readText(context, path)
    const http = text?.match(/(?:"resolved": "|resolved ")http:\/\/(?!localhost|127\.)/g)?.length ?? 0
    if (http === 0) continue
    out.add(rule['lockfile-over-http'], {
      file: path,
      message: `${plural(http, 'package')} fetched over http`,
    })
  }
}

export const securitySupply = wholeCheck({
  name: 'security.supply',
  role: 'security',
  about:
    'Dependency ranges, dependencies from URLs, install scripts, lockfiles over http, files like .env and private keys, ' +
    'a security policy. Known vulnerabilities are not looked up: the same commit must give the same report.',
  rules: rule,
  inspect: async (out, tree, context) => {
    await inspectSecretFiles(out, tree, context)
    const { manifests } = await workspaceOf(context)
    for (const manifest of manifests) {
      const kind = tree.byPath.get(manifest.path)?.kind
      if (kind === 'test' || kind === 'example') continue
      inspectManifest(manifest, (await readText(context, manifest.path)) ?? '', out)
    }
    await inspectLockfiles(out, tree, context)
    const policy = tree.files.some(({ path }) => /^(\.github\/|docs\/)?security\.(md|rst|txt)$/i.test(path))
    const licensed = tree.files.some(({ path }) => /^(licen[cs]e|copying)/i.test(path))
    if (!policy && licensed) out.add(rule['no-security-policy'], { message: 'there is no SECURITY.md' })
  },
})
