// What the project takes from others and what it promises to those who find a hole.
// Never in here: known vulnerabilities. They change by the day, and the report of a commit must not.
import { wholeCheck } from '../check.ts'
import { plural, rules } from '../finding.ts'
import { asObject, workspaceOf } from '../lang/workspace.ts'
import { basename } from '../languages.ts'
import { lineIndex } from '../lang/js.ts'
import { readText } from '../tree.ts'
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

export const securitySupply = wholeCheck({
  name: 'security.supply',
  role: 'security',
  about:
    'Dependency ranges, dependencies from URLs, install scripts, lockfiles over http, files like .env and private keys, ' +
    'a security policy. Known vulnerabilities are not looked up: the same commit must give the same report.',
  rules: rule,
  inspect: async (out, tree, context) => {
    for (const { path, kind, size } of tree.files) {
      out.checked()
      if (size === 0 || kind === 'test' || kind === 'example' || kind === 'vendored' || !secretFile(path))
        continue
      const text = basename(path).startsWith('.env') ? await readText(context, path) : undefined
      const values =
        text?.match(
          /^[ \t]*\w*(?:KEY|SECRET|TOKEN|PASSWORD|PASSWD|_PASS)[ \t]*=[ \t]*["']?[^\s"'#$<]{6,}/gim,
        ) ?? []
      if (text !== undefined && values.length === 0) continue
      out.add(rule['secret-file'], {
        file: path,
        message:
          text === undefined ? 'is a file of keys or credentials' : `sets ${plural(values.length, 'secret')}`,
      })
    }
    const { manifests } = await workspaceOf(context)
    for (const { path, json } of manifests) {
      const kind = tree.byPath.get(path)?.kind
      if (kind === 'test' || kind === 'example') continue
      const line = lineIndex((await readText(context, path)) ?? '')
      const text = (await readText(context, path)) ?? ''
      for (const field of ['dependencies', 'devDependencies', 'optionalDependencies']) {
        for (const [name, range] of Object.entries(asObject(json[field]))) {
          if (typeof range !== 'string') continue
          out.sum('declared dependencies')
          const at = {
            file: path,
            line: line(Math.max(0, text.indexOf(`"${name}":`, text.indexOf(`"${field}"`)))),
          }
          const severity = field === 'devDependencies' ? ({ severity: 'low' } as const) : {}
          if (floating.test(range))
            out.add(rule['unbounded-dependency'], {
              ...at,
              ...severity,
              message: `\`${name}\` may be any version (\`${range}\`)`,
            })
          else if (remote.test(range) && !/#[0-9a-f]{40}$|#semver:/.test(range)) {
            out.add(rule['dependency-from-url'], {
              ...at,
              ...severity,
              message: `\`${name}\` comes from \`${range.slice(0, 80)}\``,
            })
          }
        }
      }
      const scripts = asObject(json['scripts'])
      const hooks = ['preinstall', 'install', 'postinstall'].filter(name => typeof scripts[name] === 'string')
      if (hooks.length > 0 && json['private'] !== true) {
        out.add(rule['runs-on-install'], {
          file: path,
          message: `runs \`${hooks.join('`, `')}\` on every machine that installs it`,
        })
      }
    }
    for (const { path } of tree.files.filter(file =>
      /(^|\/)(package-lock\.json|yarn\.lock)$/.test(file.path),
    )) {
      const text = await readText(context, path)
      const http = text?.match(/(?:"resolved": "|resolved ")http:\/\/(?!localhost|127\.)/g)?.length ?? 0
      if (http > 0)
        out.add(rule['lockfile-over-http'], { file: path, message: `${http} packages are fetched over http` })
    }
    const policy = tree.files.some(({ path }) => /^(\.github\/|docs\/)?security\.(md|rst|txt)$/i.test(path))
    const licensed = tree.files.some(({ path }) => /^(licen[cs]e|copying)/i.test(path))
    if (!policy && licensed) out.add(rule['no-security-policy'], { message: 'there is no SECURITY.md' })
  },
})
