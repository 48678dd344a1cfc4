// Prompts as artefacts: prompt files, long prompts inside code, and user input inside instructions.
// Never in here: how a model is called; ai-calls looks at that.
import { fileCheck } from '../check.ts'
import type { Source } from '../check.ts'
import { rules } from '../finding.ts'
import type { Collector } from '../finding.ts'
import { lineIndex, literal, parseJs, property, walk } from '../lang/js.ts'
import type { Node } from '../lang/js.ts'
import { basename } from '../languages.ts'

const rule = rules('ai', {
  'input-in-system-prompt': {
    severity: 'medium',
    title: 'Keep user input out of system prompts',
    advice: 'Send it as a user message, or mark it off as data: in the system prompt it gives orders.',
  },
  'oversized-prompt': {
    severity: 'low',
    title: 'Shorten the longest prompts',
    advice: 'Move reference material behind retrieval or a tool: each call pays for every token of it.',
  },
  'prompt-in-code': {
    severity: 'info',
    title: 'Move long prompts out of code',
    advice: 'A prompt in a file of its own can be reviewed, versioned and evaluated without touching code.',
  },
})

const promptFile =
  /(^|\/)prompts?(\/|[^/]*\.(md|txt|ya?ml|json|prompt|hbs|jinja2?|j2)$)|\.(prompt|prompty)$|(^|\/)(agents|claude|gemini|copilot-instructions|skill|personas?|system[_-]?prompt)\.(md|ya?ml|txt)$|\.cursorrules$|(^|\/)\.cursor\/rules\//i
const saysPrompt =
  /\b(?:you are an? |your (?:task|role|goal) is|respond (?:only )?(?:with|in)|do not (?:include|mention|reveal)|as an ai\b|answer the (?:user|question))/i
const input =
  /(?:^|\.)(?:user|req|request|input|query|question|body|params|userInput|userMessage)(?:$|\.|[A-Z])/i
const tokens = (text: string): number => Math.ceil(text.length / 4)

const inspectFile = ({ path, text }: Source, out: Collector): void => {
  out.sum('prompt and instruction files')
  out.peak('tokens in one prompt file (estimate)', tokens(text))
  if (tokens(text) <= 6_000) return
  out.add(rule['oversized-prompt'], {
    file: path,
    message: `about ${tokens(text)} tokens`,
    weight: tokens(text),
  })
}

const nameOf = (node: Node, text: string): string => text.slice(node.start, node.end)

const inspectTemplate = (
  node: Extract<Node, { type: 'TemplateLiteral' }>,
  parent: Node | undefined,
  source: Source,
  line: number,
  out: Collector,
): void => {
  const words = node.quasis.map(quasi => quasi.value.cooked ?? '').join(' ')
  const holder =
    parent?.type === 'Property' || parent?.type === 'VariableDeclarator'
      ? nameOf('key' in parent ? parent.key : parent.id, source.text)
      : ''
  const prompt = saysPrompt.test(words) || /prompt|instructions/i.test(holder)
  if (!prompt) return
  out.sum('prompts in code')
  if (words.length > 1_500) {
    const message = `a prompt of about ${tokens(words)} tokens in code`
    out.add(rule['prompt-in-code'], { file: source.path, line, message, weight: words.length })
  }
  if (!/^(system|systemPrompt|system_prompt|SYSTEM_PROMPT)/.test(holder)) return
  const first = node.expressions
    .map(hole => nameOf(hole, source.text))
    .find(hole => input.test(hole) && hole.length < 60)
  if (first === undefined) return
  out.add(rule['input-in-system-prompt'], {
    file: source.path,
    line,
    message: `\`${first}\` becomes part of a system prompt`,
  })
}

const inspectJs = (source: Source, out: Collector): void => {
  if (!saysPrompt.test(source.text) && !/prompt|instructions|role['"]?\s*:\s*['"]system/i.test(source.text))
    return
  const parsed = parseJs(source.path, source.text)
  if (parsed === undefined) return out.skipped('did not parse')
  walk(parsed.program, (node, parents) => {
    if (node.type === 'TemplateLiteral') {
      inspectTemplate(node, parents[parents.length - 1], source, parsed.line(node.start), out)
    } else if (node.type === 'ObjectExpression' && literal(property(node, 'role')) === 'system') {
      const content = property(node, 'content')
      if (content?.type !== 'TemplateLiteral') return
      const risky = content.expressions
        .map(hole => nameOf(hole, source.text))
        .find(hole => input.test(hole) && hole.length < 60)
      if (risky === undefined) return
      const message = `\`${risky}\` becomes part of a system message`
      out.add(rule['input-in-system-prompt'], { file: source.path, line: parsed.line(node.start), message })
    }
  })
}

const inspectPython = (source: Source, out: Collector): void => {
  const line = lineIndex(source.text)
  for (const match of source.text.matchAll(/(\w*)\s*=\s*(f?)("""|''')([\s\S]*?)\3/g)) {
    const [, holder = '', formatted = '', , words = ''] = match
    if (!saysPrompt.test(words) && !/prompt|instructions/i.test(holder)) continue
    out.sum('prompts in code')
    const at = { file: source.path, line: line(match.index) }
    if (words.length > 1_500) {
      out.add(rule['prompt-in-code'], {
        ...at,
        message: `a prompt of about ${tokens(words)} tokens in code`,
        weight: words.length,
      })
    }
    const hole =
      formatted === ''
        ? undefined
        : [...words.matchAll(/\{([\w.]+)\}/g)].map(([, name = '']) => name).find(name => input.test(name))
    if (hole === undefined || !/^system/i.test(holder)) continue
    out.add(rule['input-in-system-prompt'], { ...at, message: `\`${hole}\` becomes part of a system prompt` })
  }
}

export const aiPrompts = fileCheck({
  name: 'ai.prompts',
  role: 'ai',
  about:
    'Prompt and instruction files (prompts/, *.prompt, AGENTS.md, CLAUDE.md, personas …) and their length; prompts in ' +
    'JavaScript, TypeScript and Python code; user input interpolated into system prompts.',
  rules: rule,
  applies: ({ path, code, kind, family, language }) =>
    kind !== 'vendored' &&
    kind !== 'generated' &&
    kind !== 'asset' &&
    kind !== 'test' &&
    (promptFile.test(path) || (code && kind === 'source' && (family === 'js' || language === 'Python'))),
  inspect: (source, out) => {
    if (!source.code && promptFile.test(source.path)) inspectFile(source, out)
    else if (source.family === 'js') inspectJs(source, out)
    else if (source.language === 'Python') inspectPython(source, out)
  },
})

/** Whether the path is a file of instructions for coding agents. */
export const agentInstructions = (path: string): boolean =>
  /^(agents|claude|gemini|\.cursorrules|copilot-instructions)(\.md)?$/i.test(basename(path))
