// Credentials in committed files: secretlint's recommended rules, and values of secret-sounding names.
// Never in here: the secret itself. Messages name its kind and place; the report is shared, the secret is not.
import { lintSource } from '@secretlint/core'
import { secretLintProfiler } from '@secretlint/profiler'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'
import { fileCheck } from '../check.ts'
import type { Source } from '../check.ts'
import { rules } from '../finding.ts'
import type { Collector, Severity } from '../finding.ts'
import { basename, extension } from '../languages.ts'
import { lineIndex } from '../lang/js.ts'

const rule = rules('security', {
  'committed-secret': {
    severity: 'high',
    title: 'Revoke and remove committed secrets',
    advice: 'Revoke it first, then load it from the environment: history keeps it even after it is removed.',
  },
  'hard-coded-credential': {
    severity: 'medium',
    title: 'Move hard-coded credentials into configuration',
    advice: 'Load it from the environment or a secret store, and revoke this one if it was ever real.',
  },
})

// The profiler writes performance marks named after each file, keeps them for ever, and rejects with nobody
// listening when a name has a line break. An audit needs no profile.
secretLintProfiler.mark = () => undefined

const preset = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] }

/** Addresses and values that stand for a secret instead of being one. */
const placeholder =
  /localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker|@(?:db|database|postgres|mysql|mongo|redis|rabbitmq|host|hostname|server)\b|example|sample|dummy|placeholder|changeme|your[_-]?|xxx+|\*\*\*|<[^>]+>|\$\{|%\(|\{\{|:\/\/(?:user(?:name)?|foo|admin|root|me|name|a|u|test|postgres):(?:pass\w*|pw|pwd|bar|secret|admin|root|test|postgres|b|p)@/i

const kindOfMessage = (ruleId: string): string =>
  (ruleId.split('/').pop() ?? ruleId).replace(/^secretlint-rule-/, '').replaceAll('-', ' ')

const aside = ({ kind }: Source): Severity | undefined =>
  kind === 'test' || kind === 'example' || kind === 'docs' ? 'low' : undefined

const inspectKnown = async (source: Source, out: Collector): Promise<void> => {
  const { path, text } = source
  const { messages } = await lintSource({
    source: { filePath: `/${path}`, content: text, contentType: 'text', ext: `.${extension(path)}` },
    options: { maskSecrets: true, config: preset },
  })
  for (const { ruleId, range, loc } of messages) {
    const [start, end] = range
    if (placeholder.test(text.slice(start, end))) continue
    const severity = aside(source)
    const message = `looks like a secret: ${kindOfMessage(ruleId)} (not shown)`
    out.add(rule['committed-secret'], {
      file: path,
      line: loc.start.line,
      message,
      ...(severity === undefined ? {} : { severity }),
    })
  }
}

const assigned =
  /\b([A-Za-z0-9_.-]*(?:password|passwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token|private[_-]?key|client[_-]?secret)[A-Za-z0-9_]*)["']?\s*[:=]\s*(["'`])([^"'`\s]{12,200})\2/gi

/** Bits of information a character, by the frequencies within the text itself. */
export const entropy = (text: string): number => {
  const counts = new Map<string, number>()
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

/** Random-looking: letters and digits mixed, much information, no words joined by marks, no reference to a place. */
const random = (value: string): boolean =>
  /[a-z]/i.test(value) &&
  /\d/.test(value) &&
  entropy(value) > 3.5 &&
  !placeholder.test(value) &&
  !/^(?:https?:|\/|\.|@|#|arn:|\$|process\.|os\.)/.test(value) &&
  !/^[a-z]+(?:[-_./:][a-z]+)+\d?$/i.test(value) &&
  !/[({[\]})]/.test(value)

const inspectAssigned = (source: Source, out: Collector): void => {
  if (source.kind === 'test' || source.kind === 'docs' || source.kind === 'example') return
  const line = lineIndex(source.text)
  for (const match of source.text.matchAll(assigned)) {
    const [, name = '', , value = ''] = match
    if (!random(value) || /hash|public|path|url|name|label|regex|pattern|_id$/i.test(name)) continue
    const at = { file: source.path, line: line(match.index) }
    out.add(rule['hard-coded-credential'], {
      ...at,
      message: `\`${name}\` holds what looks like a real value (not shown)`,
    })
  }
}

export const securitySecrets = fileCheck({
  name: 'security.secrets',
  role: 'security',
  about:
    'Every text file: tokens, keys and connection strings (secretlint, recommended rules), random-looking values of ' +
    'secret-sounding names. Values that are plainly placeholders are left out; in tests, examples and docs they count as low.',
  rules: rule,
  applies: ({ kind, path }) =>
    kind !== 'asset' &&
    kind !== 'vendored' &&
    !/(^|\/)(package-lock\.json|pnpm-lock\.yaml|yarn\.lock|go\.sum|.*\.lock)$/.test(path),
  inspect: async (source, out) => {
    await inspectKnown(source, out)
    if (source.kind !== 'generated') inspectAssigned(source, out)
  },
})

/** Files that hold secrets by their very name. */
export const secretFile = (path: string): boolean =>
  /^(\.env(\.(local|production|prod|staging|development))?|id_(rsa|dsa|ecdsa|ed25519)|\.htpasswd|\.pgpass|credentials|service[_-]?account[^.]*\.json)$|\.(p12|pfx|jks|keystore)$/i.test(
    basename(path),
  )
