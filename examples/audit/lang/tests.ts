// The test cases of a file: name, place, whether they run, whether they check anything.
// Never in here: judgement; a case without assertion may lean on a helper, which qa-tests decides.
import type { Source } from '../check.ts'
import { blank } from './blank.ts'
import { dotted, isFunction, literal, parseJs, walk } from './js.ts'
import type { CallNode, Node } from './js.ts'

export interface TestCase {
  name: string
  line: number
  mode: 'runs' | 'skipped' | 'only'
  /** Skipped unless a condition holds: `skipIf(…)`, `skipif`. */
  conditional: boolean
  asserts: boolean
  /** Waits for real time to pass. */
  sleeps: boolean
  empty: boolean
}

const testCall =
  /^(?:it|test|fit|xit|xtest|specify|Deno\.test|bench)(?:\.(?:skip|only|concurrent|sequential|fails|failing|todo|each|for|extend|prop|runIf|skipIf))*$/
const assertion =
  /(?:^|\.)(?:expect\w*|assert\w*|should\w*|verify\w*|check\w*|ok|is|equal\w*|deepEqual\w*|strictEqual|notEqual|throws|rejects|fail|plan|match\w*|toMatchSnapshot|snapshot|prove|ensure\w*|validate\w*)(?:\.|$)/i

const testName = (call: CallNode): string | undefined => {
  const { callee } = call
  if (callee.type === 'CallExpression') return testName(callee) // it.each(…)('name', …)
  if (callee.type === 'TaggedTemplateExpression') return dotted(callee.tag)
  return dotted(callee)
}

const asserting = (body: Node): boolean => {
  let found = false
  walk(body, node => {
    if (found) return false
    if (node.type === 'CallExpression' || node.type === 'NewExpression')
      found = assertion.test(dotted(node.callee)?.replace(/^\?\./, '') ?? '')
    else if (node.type === 'MemberExpression' && node.property.type === 'Identifier')
      found = node.property.name === 'should'
    else if (node.type === 'ThrowStatement') found = true
    return !found
  })
  return found
}

const sleeping =
  /setTimeout\(\s*(?:resolve|r|done|res|ok)\s*,\s*(?:[1-9]\d{2,}|[1-9]_\d)|\b(?:sleep|delay|wait)\(\s*[1-9][\d_]{2,}\s*\)|timers\/promises/

const ofJs = (source: Source): TestCase[] | undefined => {
  const parsed = parseJs(source.path, source.text)
  if (parsed === undefined) return undefined
  const found: TestCase[] = []
  // Helpers of the file that assert make every case that calls them assert.
  const helpers = new Set<string>()
  walk(parsed.program, (node, parents) => {
    if (!isFunction(node) || node.body === null) return
    const parent = parents[parents.length - 1]
    const holder =
      parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier'
        ? parent.id.name
        : node.id?.name
    if (holder !== undefined && asserting(node.body)) helpers.add(holder)
  })
  const imports = new Set(
    parsed.module.staticImports
      .filter(one => one.moduleRequest.value.startsWith('.'))
      .flatMap(one => one.entries.map(entry => entry.localName.value)),
  )
  walk(parsed.program, node => {
    if (node.type !== 'CallExpression') return
    const name = testName(node)
    if (name === undefined || !testCall.test(name) || name === 'bench') return
    const title =
      literal(node.arguments[0]) ??
      (node.arguments[0]?.type === 'TemplateLiteral'
        ? source.text.slice(node.arguments[0].start + 1, node.arguments[0].end - 1)
        : undefined)
    const body = node.arguments.find(isFunction)
    if (title === undefined) return
    const only = /\.only\b|^fit$/.test(name)
    const skipped = /\.(?:skip|todo)\b|^x/.test(name)
    const inner = body?.body ?? undefined
    const text = inner === undefined ? '' : source.text.slice(inner.start, inner.end)
    // A case may assert in a helper of this file or in one it imports from the project.
    const called = [...text.matchAll(/\b([A-Za-z_$][\w$]*)\s*(?:\(|\.)/g)].some(
      match => helpers.has(match[1] ?? '') || imports.has(match[1] ?? ''),
    )
    found.push({
      name: title,
      line: parsed.line(node.start),
      mode: only ? 'only' : skipped ? 'skipped' : 'runs',
      conditional: /skipIf|runIf/.test(name),
      asserts:
        inner === undefined ||
        called ||
        asserting(inner) ||
        /\.(?:prop|fails|failing)\b/.test(name) ||
        /\b(?:done|t|tap)\(|\.test\(|@ts-expect-error|expectTypeOf|assertType|satisfies |\b(?:Expect|Assert|Equal)</.test(
          text,
        ),
      sleeps: sleeping.test(text),
      empty: inner?.type === 'BlockStatement' && inner.body.length === 0,
    })
    return
  })
  return found
}

const ofPython = (source: Source): TestCase[] => {
  const code = blank(source.text, 'hash')
  const lines = code.split('\n')
  const helpers = [...code.matchAll(/^def (?!test_)(\w+)[^\n]*:\n((?:[ \t]+[^\n]*\n|\n)*)/gm)]
    .filter(([, , body = '']) => /\bassert\b|pytest\.raises/.test(body))
    .map(([, name = '']) => name)
  const found: TestCase[] = []
  lines.forEach((line, i) => {
    const match = /^([ \t]*)(?:async )?def (test_\w+)/.exec(line)
    if (match === null) return
    const [, indent = '', name = ''] = match
    // A function inside a test is part of it; only functions of the module and of classes are cases.
    const outer =
      indent === ''
        ? undefined
        : lines
            .slice(0, i)
            .findLast(
              above => above.trim() !== '' && (/^[ \t]*/.exec(above)?.[0].length ?? 0) < indent.length,
            )
    if (outer !== undefined && !/^\s*class\b/.test(outer)) return
    let end = i + 1
    while (
      end < lines.length &&
      ((lines[end] ?? '').trim() === '' ||
        (/^[ \t]*/.exec(lines[end] ?? '')?.[0].length !== indent.length && !/^\S/.test(lines[end] ?? '')) ||
        /^\s*\)/.test(lines[end] ?? ''))
    )
      end++
    const body = lines.slice(i + 1, end).join('\n')
    let start = i
    while (start > 0 && /^\s*(?:@|[)\]]|\s{4,}\S.*,$)/.test(lines[start - 1] ?? '')) start--
    const marks = lines.slice(start, i).join('\n')
    if (/@(?:pytest\.)?fixture\b/.test(marks)) return
    found.push({
      name,
      line: i + 1,
      mode: /@(?:pytest\.mark\.skip|unittest\.skip)\b/.test(marks) ? 'skipped' : 'runs',
      conditional: /skipif|skipIf|skipUnless/.test(marks),
      asserts:
        /\bassert\b|\bself\.(?:assert|fail)\w*|\braises\b|\bwarns\b|\bassert_\w+|\bassert\w+\(|\bdoctest\b|\braise\b/.test(
          body,
        ) || helpers.some(helper => body.includes(`${helper}(`)),
      sleeps: /\btime\.sleep\((?!0\b|0?\.0)/.test(body),
      empty: /^\s*(?:pass|\.\.\.)?\s*$/.test(body),
    })
  })
  return found
}

const ofGo = (source: Source): TestCase[] => {
  const code = blank(source.text, 'c')
  return [...code.matchAll(/^func (Test\w+)\(\w+ \*testing\.T\) \{\n([\s\S]*?)^\}/gm)].map(match => {
    const [, name = '', body = ''] = match
    return {
      name,
      line: code.slice(0, match.index).split('\n').length,
      mode: /^\tt\.Skip(?:f|Now)?\(/m.test(body) ? 'skipped' : 'runs',
      conditional: false,
      asserts: true,
      sleeps: /\btime\.Sleep\(\s*(?:[1-9]\d*\s*\*\s*)?time\.(?:Second|Minute)/.test(body),
      empty: body.trim() === '',
    }
  })
}

/** The cases of a test file; `undefined` when it does not parse or its language is not understood. */
export const testsOf = (source: Source): TestCase[] | undefined => {
  if (source.family === 'js') return ofJs(source)
  if (source.language === 'Python') return ofPython(source)
  if (source.language === 'Go') return ofGo(source)
  return undefined
}
