// Errors that vanish: empty handlers, rejections nobody can see, failures without a stack.
// Never in here: style; a handler that says why it ignores the error is a decision, not a finding.
import { fileCheck } from '../check.ts'
import type { Source } from '../check.ts'
import { rules } from '../finding.ts'
import type { Collector } from '../finding.ts'
import { blank } from '../lang/blank.ts'
import { dotted, isFunction, lineIndex, parseJs, walk } from '../lang/js.ts'
import type { CallNode, Node, Parsed } from '../lang/js.ts'

const rule = rules('backend', {
  'swallowed-error': {
    severity: 'medium',
    title: 'Handle the errors that are caught and dropped',
    advice: 'Handle the error, pass it on, or say in a comment why it may be ignored.',
  },
  'bare-except': {
    severity: 'low',
    title: 'Catch named exceptions instead of everything',
    advice: 'Name the exception: a bare except also catches KeyboardInterrupt and SystemExit.',
  },
  'async-executor': {
    severity: 'medium',
    title: 'Take async functions out of promise constructors',
    advice: 'A throw inside `new Promise(async …)` is lost; make the surrounding function async instead.',
  },
  'async-foreach': {
    severity: 'medium',
    title: 'Await what forEach starts',
    advice:
      'forEach ignores the promises of its callback; use `for … of` with await, or Promise.all over map.',
  },
  'throw-literal': {
    severity: 'low',
    title: 'Throw Error objects',
    advice: 'A thrown string has no stack and breaks `catch (error) { error.message }`.',
  },
})

const commented = ({ comments }: Parsed, start: number, end: number): boolean =>
  comments.some(comment => comment.start >= start && comment.end <= end)

const isEmptyCallback = (node: Node | undefined, parsed: Parsed): boolean =>
  node !== undefined &&
  isFunction(node) &&
  node.body?.type === 'BlockStatement' &&
  node.body.body.length === 0 &&
  !commented(parsed, node.start, node.end)

const inspectCall = (call: CallNode, parsed: Parsed, file: string, out: Collector): void => {
  const method = dotted(call.callee)?.split('.').pop()
  const [first] = call.arguments
  const at = { file, line: parsed.line(call.start) }
  if (method === 'catch' && call.arguments.length === 1 && isEmptyCallback(first, parsed)) {
    out.add(rule['swallowed-error'], { ...at, message: 'a rejection is caught by an empty function' })
  }
  if (method === 'forEach' && first !== undefined && isFunction(first) && first.async) {
    out.add(rule['async-foreach'], { ...at, message: 'forEach over an async callback does not wait for it' })
  }
}

const inspectJs = (source: Source, out: Collector): void => {
  const parsed = parseJs(source.path, source.text)
  if (parsed === undefined) return out.skipped('did not parse')
  const file = source.path
  walk(parsed.program, node => {
    const at = { file, line: parsed.line(node.start) }
    if (node.type === 'CatchClause') {
      out.sum('error handlers')
      if (node.body.body.length === 0 && !commented(parsed, node.start, node.end)) {
        out.add(rule['swallowed-error'], { ...at, message: 'an empty catch block drops the error' })
      }
    } else if (node.type === 'CallExpression') inspectCall(node, parsed, file, out)
    else if (node.type === 'NewExpression' && dotted(node.callee) === 'Promise') {
      const [executor] = node.arguments
      if (executor !== undefined && isFunction(executor) && executor.async) {
        out.add(rule['async-executor'], { ...at, message: 'the executor of a promise is async' })
      }
    } else if (node.type === 'ThrowStatement' && /^(Literal|TemplateLiteral)$/.test(node.argument.type)) {
      out.add(rule['throw-literal'], { ...at, message: 'a literal is thrown' })
    }
  })
}

const inspectPython = (source: Source, out: Collector): void => {
  const lines = source.text.split('\n')
  const code = blank(source.text, 'hash').split('\n')
  code.forEach((line, i) => {
    const match = /^\s*except\b\s*([^:]*):\s*(\S*)/.exec(line)
    if (match === null) return
    out.sum('error handlers')
    const [, named = '', inline = ''] = match
    const body = inline === '' ? (code[i + 1] ?? '').trim() : inline
    const said = `${lines[i] ?? ''}${lines[i + 1] ?? ''}${lines[i + 2] ?? ''}`.includes('#')
    const at = { file: source.path, line: i + 1 }
    const broad = named === '' || /^(Base)?Exception\b/.test(named)
    if (broad && body === 'pass' && !said) {
      out.add(rule['swallowed-error'], { ...at, message: `\`except ${named}\` passes over every error` })
    } else if (
      named === '' &&
      !said &&
      !/^raise\b/m.test(
        code
          .slice(i + 1, i + 8)
          .map(text => text.trim())
          .join('\n'),
      )
    ) {
      out.add(rule['bare-except'], { ...at, message: '`except:` without an exception' })
    }
  })
}

const emptyCatch = /\bcatch\s*(?:\([^)]*\))?\s*\{\s*\}/g

const inspectBraces = (source: Source, out: Collector): void => {
  const line = lineIndex(source.text)
  // Comments must stay here: a block that holds one is not empty.
  for (const match of source.text.matchAll(emptyCatch)) {
    const at = { file: source.path, line: line(match.index) }
    out.add(rule['swallowed-error'], { ...at, message: 'an empty catch block drops the error' })
  }
}

export const backendErrors = fileCheck({
  name: 'backend.errors',
  role: 'backend',
  about:
    'Empty error handlers without a comment (JavaScript, TypeScript, Python, Java, Kotlin, C#, C++, Swift, PHP, Dart), ' +
    'async callbacks whose rejection nobody sees, thrown literals.',
  rules: rule,
  applies: ({ code, kind }) => code && kind === 'source',
  inspect: (source, out) => {
    if (source.family === 'js') inspectJs(source, out)
    else if (source.language === 'Python') inspectPython(source, out)
    else if (source.family === 'c') inspectBraces(source, out)
  },
})
