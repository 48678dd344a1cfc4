// Calls that hand control to data: evaluation, shells, unsafe parsing, switched-off verification.
// Never in here: tests and examples, where such calls are made on purpose.
import { fileCheck } from '../check.ts'
import type { Source } from '../check.ts'
import { rules } from '../finding.ts'
import type { Collector, Rule } from '../finding.ts'
import { blank } from '../lang/blank.ts'
import { dotted, importedFrom, literal, parseJs, property, walk } from '../lang/js.ts'
import type { CallNode, Node, Parsed } from '../lang/js.ts'

const rule = rules('security', {
  'evaluates-text': {
    severity: 'medium',
    title: 'Stop evaluating text as code',
    advice: 'Parse the data, or map names to functions.',
  },
  'shell-from-text': {
    severity: 'high',
    title: 'Start processes without a shell',
    advice:
      'Pass a list of arguments (execFile, spawn; subprocess.run([...])): a shell interprets every character.',
  },
  'verification-off': {
    severity: 'high',
    title: 'Switch certificate verification back on',
    advice: 'Trust the one certificate that is needed instead of every certificate.',
  },
  'query-from-text': {
    severity: 'high',
    title: 'Use parameters in SQL',
    advice: 'Pass values as parameters of the statement instead of writing them into it.',
  },
  'unsafe-deserialization': {
    severity: 'high',
    title: 'Load untrusted data with a safe loader',
    advice: 'Use json, or yaml.safe_load: pickle and yaml.load run code that the data names.',
  },
  'weak-randomness': {
    severity: 'medium',
    title: 'Make tokens with a cryptographic generator',
    advice:
      'Use crypto.randomUUID, crypto.getRandomValues or the secrets module: the other can be predicted.',
  },
  'weak-hash': {
    severity: 'medium',
    title: 'Replace MD5 and SHA-1 where they protect something',
    advice: 'Use SHA-256, and scrypt, bcrypt or Argon2 for passwords.',
  },
  'writes-html': {
    severity: 'low',
    title: 'Check text that is written as HTML',
    advice: 'Use textContent, or sanitise right there.',
  },
  'debug-server': {
    severity: 'medium',
    title: 'Keep debug servers out of production code',
    advice: 'Read the flag from the environment: the debugger executes what a visitor types.',
  },
})

/** The line, or the one above, carries a linter's mark of acceptance: somebody looked and decided. */
const accepted = (lines: readonly string[], line: number): boolean =>
  /(?:es|ox)lint-disable[^\n]*(?:eval|new-func|security|no-unsanitized|no-danger)|\bnosec\b|#\s*noqa:?[^\n]*S\d|NOSONAR|biome-ignore\s+lint\/security/.test(
    `${lines[line - 2] ?? ''}\n${lines[line - 1] ?? ''}`,
  )

const interpolated = (node: Node | undefined): boolean =>
  (node?.type === 'TemplateLiteral' && node.expressions.length > 0) ||
  (node?.type === 'BinaryExpression' &&
    node.operator === '+' &&
    (literal(node.left as Node) === undefined || literal(node.right) === undefined))

const sql = /^\s*(?:SELECT\s[\s\S]*\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s)/i
const queries = /(?:^|\.)(?:query|execute|exec|raw|\$queryRawUnsafe|\$executeRawUnsafe|prepare)$/

type Report = (rule: Rule, node: Node, message: string) => void

const inspectProcess = (call: CallNode, name: string, report: Report): void => {
  const [first, second] = call.arguments
  const method = name.split('.').pop() ?? ''
  if (/^exec(Sync)?$/.test(method) && interpolated(first)) {
    report(rule['shell-from-text'], call, `\`${name}\` runs a command put together from values`)
  }
  const shell = property(call.arguments[call.arguments.length - 1], 'shell')
  if (!/^(spawn|execFile)(Sync)?$/.test(method) || shell?.type !== 'Literal' || shell.value !== true) return
  const fixed =
    second === undefined || second.type === 'ObjectExpression' || second.type === 'ArrayExpression'
  if (interpolated(first) || !fixed) {
    report(rule['shell-from-text'], call, `\`${name}\` with shell: true takes values`)
  }
}

const inspectQuery = (call: CallNode, name: string, report: Report): void => {
  const [first] = call.arguments
  if (first?.type !== 'TemplateLiteral' || first.expressions.length === 0) return
  const texts = first.quasis.map(quasi => quasi.value.cooked ?? '')
  // A hole right after FROM or INTO is an identifier, which parameters cannot stand for.
  const value = texts.slice(0, -1).some(text => /(?:=|<|>|\bLIKE|\bVALUES\s*\(|,)\s*['"]?%?$/i.test(text))
  if (!value || !sql.test(texts.join('?'))) return
  report(rule['query-from-text'], call, `\`${name}\` takes SQL with values written into it`)
}

const inspectHash = (call: CallNode, { text }: Parsed, report: Report): void => {
  const algorithm = literal(call.arguments[0]) ?? ''
  const around = text.slice(Math.max(0, call.start - 200), call.end + 120)
  if (!/^(?:md5|sha1)$/i.test(algorithm) || !/passw|token|secret|signature|auth/i.test(around)) return
  report(rule['weak-hash'], call, `\`${algorithm}\` next to something secret`)
}

const inspectCall = (
  call: CallNode,
  parsed: Parsed,
  processes: ReadonlyMap<string, string>,
  report: Report,
): void => {
  const name = dotted(call.callee) ?? ''
  const computed = call.arguments.length > 0 && literal(call.arguments[0]) === undefined
  if (name === 'eval' && computed) report(rule['evaluates-text'], call, '`eval` of a value')
  if (name === 'Function' && computed) report(rule['evaluates-text'], call, '`Function` from text')
  if (/^document\.write(ln)?$/.test(name) && computed)
    report(rule['writes-html'], call, `\`${name}\` of a value`)
  if (processes.has(name.split('.')[0] ?? '')) inspectProcess(call, name, report)
  if (queries.test(name)) inspectQuery(call, name, report)
  if (/^(?:crypto\.)?createHash$/.test(name)) inspectHash(call, parsed, report)
}

const inspectJs = (source: Source, out: Collector): void => {
  const parsed = parseJs(source.path, source.text)
  if (parsed === undefined) return out.skipped('did not parse')
  const processes = importedFrom(parsed, /^(?:node:)?child_process$/)
  const lines = source.text.split('\n')
  const report = (which: Rule, node: Node, message: string): void => {
    const line = parsed.line(node.start)
    if (accepted(lines, line)) out.sum('dangerous calls that a comment accepts')
    else out.add(which, { file: source.path, line, message })
  }
  walk(parsed.program, (node, parents) => {
    const parent = parents[parents.length - 1]
    if (node.type === 'CallExpression') {
      inspectCall(node, parsed, processes, report)
      if (dotted(node.callee) === 'Math.random' && secretHolder.test(holderOf(parents))) {
        report(rule['weak-randomness'], node, `\`Math.random\` makes \`${holderOf(parents)}\``)
      }
    } else if (
      node.type === 'NewExpression' &&
      dotted(node.callee) === 'Function' &&
      node.arguments.length > 0
    ) {
      if (node.arguments.some(argument => literal(argument) === undefined))
        report(rule['evaluates-text'], node, '`new Function` from text')
    } else if (
      node.type === 'Property' &&
      parsed.text.slice(node.key.start, node.key.end) === 'rejectUnauthorized'
    ) {
      const off = node.value.type === 'Literal' && node.value.value === false
      if (off && parent?.type === 'ObjectExpression')
        report(rule['verification-off'], node, '`rejectUnauthorized: false`')
    } else if (node.type === 'AssignmentExpression') {
      const left = dotted(node.left) ?? ''
      if (left.endsWith('NODE_TLS_REJECT_UNAUTHORIZED'))
        report(rule['verification-off'], node, `\`${left}\` is set`)
      if (/\.(?:innerHTML|outerHTML)$/.test(left) && interpolated(node.right))
        report(rule['writes-html'], node, `\`${left}\` is put together from values`)
    }
  })
}

const secretHolder = /(?:token|secret|password|passwd|nonce|csrf|salt|session_?id|api_?key|otp)/i

const holderOf = (parents: readonly Node[]): string => {
  for (const parent of parents.toReversed()) {
    if (parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name
    if (parent.type === 'AssignmentExpression') return dotted(parent.left) ?? ''
    if (parent.type === 'FunctionDeclaration') return parent.id?.name ?? ''
  }
  return ''
}

const python: [RegExp, keyof typeof rule, string][] = [
  [/(?<![\w.])(?:eval|exec)\((?!\s*["')])/, 'evaluates-text', 'eval or exec of a value'],
  [/\bos\.(?:system|popen)\((?!\s*["'][^"']*["']\s*\))/, 'shell-from-text', 'a shell runs a value'],
  [
    /\bsubprocess\.\w+\((?!\s*["']\s*["']).*\bshell\s*=\s*True/,
    'shell-from-text',
    'subprocess with shell=True',
  ],
  [/\bpickle\.loads?\(|\bmarshal\.loads?\(/, 'unsafe-deserialization', 'unpickles data'],
  [/\byaml\.load\((?!.*(?:Safe|Base)Loader)/, 'unsafe-deserialization', 'yaml.load without a safe loader'],
  [
    /\bverify\s*=\s*False\b|ssl\._create_unverified_context/,
    'verification-off',
    'certificate verification is off',
  ],
  [
    /\.execute\(\s*(?:f["']\s*|["'][^"']*["']\s*%|["'][^"']*["']\.format\()/,
    'query-from-text',
    'SQL with values written into it',
  ],
  [/\.run\([^)]*\bdebug\s*=\s*True/, 'debug-server', 'runs a server with debug=True'],
]

const others: [RegExp, keyof typeof rule, string, RegExp][] = [
  [/\bInsecureSkipVerify:\s*true/, 'verification-off', '`InsecureSkipVerify: true`', /^Go$/],
  [
    /\bexec\.Command\(\s*"(?:ba|z)?sh"\s*,\s*"-c"\s*,\s*(?!")/,
    'shell-from-text',
    'a shell runs a value',
    /^Go$/,
  ],
  [/(?<![\w.>:$])(?:eval|unserialize)\(\s*\$/, 'evaluates-text', 'eval or unserialize of a value', /^PHP$/],
  [
    /(?<![\w>:$])(?:shell_exec|system|passthru)\(\s*[^)]*\$/,
    'shell-from-text',
    'a shell runs a value',
    /^PHP$/,
  ],
  [
    /\b(?:Marshal\.load|YAML\.load)\((?!.*File)/,
    'unsafe-deserialization',
    'loads objects from data',
    /^Ruby$/,
  ],
  [/\bverify_mode\s*=\s*OpenSSL::SSL::VERIFY_NONE/, 'verification-off', '`VERIFY_NONE`', /^Ruby$/],
  [
    /\bdanger_accept_invalid_certs\(true\)/,
    'verification-off',
    '`danger_accept_invalid_certs(true)`',
    /^Rust$/,
  ],
]

const inspectLines = (
  source: Source,
  out: Collector,
  patterns: readonly [RegExp, keyof typeof rule, string][],
): void => {
  // Docstrings and comments go, strings stay: some patterns look into them.
  const code = blank(source.text, source.family, { keepStrings: true })
  const bare = blank(source.text, source.family).split('\n')
  const lines = source.text.split('\n')
  code.split('\n').forEach((line, i) => {
    for (const [pattern, name, message] of patterns) {
      const hit = pattern.exec(line)
      // What begins inside a string is text about code.
      if (hit === null || (bare[i] ?? '').slice(hit.index, hit.index + 4).trim() === '') continue
      if (accepted(lines, i + 1)) out.sum('dangerous calls that a comment accepts')
      else out.add(rule[name], { file: source.path, line: i + 1, message })
    }
  })
}

const languages = /^(Python|Go|PHP|Ruby|Rust)$/

export const securityCalls = fileCheck({
  name: 'security.calls',
  role: 'security',
  about:
    'Source code: eval, shells and SQL fed with values, unsafe deserialization, verification switched off, predictable ' +
    'tokens, weak hashes (syntax tree in JavaScript and TypeScript; patterns in Python, Go, PHP, Ruby and Rust).',
  rules: rule,
  applies: ({ code, kind, family, language }) =>
    code && kind === 'source' && (family === 'js' || languages.test(language)),
  inspect: (source, out) => {
    if (source.family === 'js') inspectJs(source, out)
    else if (source.language === 'Python') inspectLines(source, out, python)
    else
      inspectLines(
        source,
        out,
        others
          .filter(([, , , language]) => language.test(source.language))
          .map(([pattern, name, message]) => [pattern, name, message]),
      )
  },
})
