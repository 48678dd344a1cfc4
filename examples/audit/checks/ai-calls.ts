// Calls to language models: limits, timeouts, and where the model's name is written.
// Never in here: the words of prompts; ai-prompts looks at those.
import { fileCheck } from '../check.ts'
import type { Source } from '../check.ts'
import { rules } from '../finding.ts'
import type { Collector } from '../finding.ts'
import { blank } from '../lang/blank.ts'
import { dotted, hasSpread, importedFrom, lineIndex, parseJs, property, walk } from '../lang/js.ts'
import {
  endpoints,
  generating,
  limits,
  methods,
  modelModules,
  modelName,
  modelPackages,
  timeouts,
} from '../lang/models.ts'

const rule = rules('ai', {
  'no-token-limit': {
    severity: 'low',
    title: 'Limit the tokens of every model call',
    advice: 'Set the maximum output tokens: one runaway answer otherwise costs what the model allows.',
  },
  'no-timeout': {
    severity: 'medium',
    title: 'Give model calls a timeout or an abort signal',
    advice:
      'Pass a signal or timeout: a provider that hangs otherwise holds the request as long as it likes.',
  },
  'scattered-model-names': {
    severity: 'low',
    title: 'Name models in one place',
    advice:
      'Take the model from configuration or one constants file: providers retire models with short notice.',
  },
  'raw-endpoint': {
    severity: 'low',
    title: 'Reach model providers through a client library',
    advice: 'A client brings retries, typed errors and streaming; by hand, each caller writes them again.',
  },
})

const configLike =
  /(^|\/)[^/]*(config|constants?|models?|providers?|settings|defaults|registry|catalog|pricing)[^/]*(\.[a-z]+$|\/)/i

const inspectJs = (source: Source, out: Collector): void => {
  const parsed = parseJs(source.path, source.text)
  if (parsed === undefined) return out.skipped('did not parse')
  const imported = importedFrom(parsed, modelPackages)
  if (imported.size === 0) return
  out.sum('files that use a model library')
  walk(parsed.program, node => {
    if (node.type !== 'CallExpression') return
    const name = dotted(node.callee) ?? ''
    const direct = generating.test(name) && imported.has(name)
    if (!direct && !methods.test(`.${name}`)) return
    const [options, request] = node.arguments
    if (options?.type !== 'ObjectExpression') return
    out.sum('model calls')
    const at = { file: source.path, line: parsed.line(node.start) }
    if (hasSpread(options)) return
    const has = (keys: readonly string[]): boolean =>
      keys.some(key => property(options, key) !== undefined || property(request, key) !== undefined)
    const config = property(options, 'config') ?? property(options, 'generationConfig')
    if (!has(limits) && !limits.some(key => property(config, key) !== undefined)) {
      out.add(rule['no-token-limit'], { ...at, message: `\`${name}\` sets no maximum of output tokens` })
    }
    const clientTimeout = /new \w+\(\s*\{[^}]*\btimeout\b/.test(source.text)
    if (!has(timeouts) && request === undefined && !clientTimeout) {
      out.add(rule['no-timeout'], { ...at, message: `\`${name}\` has neither timeout nor signal` })
    }
  })
}

const pythonCall =
  /\b([\w.]*\.(?:chat\.completions\.create|responses\.create|messages\.create|completions\.create)|litellm\.a?completion)\(/g

const inspectPython = (source: Source, out: Collector): void => {
  if (source.text.match(modelModules) === null) return
  out.sum('files that use a model library')
  const line = lineIndex(source.text)
  const code = blank(source.text, 'hash')
  for (const match of code.matchAll(pythonCall)) {
    const args = argumentsAt(code, match.index + match[0].length)
    const at = { file: source.path, line: line(match.index) }
    const name = match[1] ?? ''
    out.sum('model calls')
    if (args.includes('**')) continue
    if (!limits.some(key => new RegExp(`\\b${key}\\s*=`).test(args))) {
      out.add(rule['no-token-limit'], { ...at, message: `\`${name}\` sets no maximum of output tokens` })
    }
    if (!/\btimeout\s*=/.test(code)) {
      out.add(rule['no-timeout'], { ...at, message: `\`${name}\` has no timeout, nor does its client here` })
    }
  }
}

/** The text up to the bracket that closes the call. */
const argumentsAt = (code: string, start: number): string => {
  let depth = 1
  for (let at = start; at < code.length; at++) {
    if ('([{'.includes(code[at] ?? '')) depth++
    else if (')]}'.includes(code[at] ?? '') && --depth === 0) return code.slice(start, at)
  }
  return code.slice(start)
}

const inspectNames = (source: Source, out: Collector): void => {
  const line = lineIndex(source.text)
  const code = blank(source.text, source.family, { keepStrings: true })
  const names = [...code.matchAll(modelName)]
  out.sum('model names in code', names.length)
  const [first] = names
  if (first !== undefined && !configLike.test(source.path)) {
    const different = new Set(names.map(match => match[1]))
    const shown = [...different]
      .slice(0, 3)
      .map(name => `\`${name ?? ''}\``)
      .join(', ')
    const message = `${names.length === 1 ? 'names' : `${names.length} times names`} ${shown}${different.size > 3 ? ' and others' : ''}`
    out.add(rule['scattered-model-names'], {
      file: source.path,
      line: line(first.index),
      message,
      weight: names.length,
    })
  }
  for (const match of code.matchAll(endpoints)) {
    const near = code.slice(Math.max(0, match.index - 80), match.index)
    if (!/\b(?:fetch|axios(?:\.post)?|requests\.post|httpx\.post)\(\s*[`'"]?$/.test(near)) continue
    out.add(rule['raw-endpoint'], {
      file: source.path,
      line: line(match.index),
      message: `calls \`${match[1] ?? ''}\` by hand`,
    })
  }
}

export const aiCalls = fileCheck({
  name: 'ai.calls',
  role: 'ai',
  about:
    'Calls through the known model libraries of JavaScript, TypeScript and Python: output limit, timeout or signal; ' +
    'model names outside configuration; provider addresses called by hand.',
  rules: rule,
  applies: ({ code, kind, family, language }) =>
    code && kind === 'source' && (family === 'js' || language === 'Python'),
  inspect: (source, out) => {
    if (source.family === 'js') inspectJs(source, out)
    else inspectPython(source, out)
    inspectNames(source, out)
  },
})
