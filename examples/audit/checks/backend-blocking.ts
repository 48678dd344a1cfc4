// Synchronous input and output inside asynchronous functions: one caller stops every other.
// Never in here: scripts and command lines, where blocking is the simplest right thing.
import { fileCheck } from '../check.ts'
import { rules } from '../finding.ts'
import { dotted, functionName, importedFrom, isFunction, lineIndex, parseJs, walk } from '../lang/js.ts'
import { blank } from '../lang/blank.ts'
import type { Collector } from '../finding.ts'
import type { Source } from '../check.ts'

const rule = rules('backend', {
  'blocking-call': {
    severity: 'medium',
    title: 'Replace blocking calls inside async functions',
    advice: 'Use the promise version (node:fs/promises, util.promisify), or move it to start-up.',
  },
})

const blockers = /^(?:\w*Sync)$/
const modules = /^(?:node:)?(?:fs|fs-extra|child_process|zlib|crypto|graceful-fs)$/
const script = /(^|\/)(scripts?|bin|tools?|cli|build|bench|benchmarks?)(\/|\.[cm]?[jt]s$)/i

const inspectJs = (source: Source, out: Collector): void => {
  const parsed = parseJs(source.path, source.text)
  if (parsed === undefined) return out.skipped('did not parse')
  const imported = importedFrom(parsed, modules)
  walk(parsed.program, (node, parents) => {
    if (node.type !== 'CallExpression') return
    const name = dotted(node.callee)
    const parts = name?.split('.') ?? []
    if (!blockers.test(parts[parts.length - 1] ?? '') || !imported.has(parts[0] ?? '')) return
    out.sum('synchronous calls')
    const inside = parents.findLastIndex(isFunction)
    const around = parents[inside]
    if (around === undefined || !isFunction(around) || !around.async) return
    const where = functionName(around, parents.slice(0, inside))
    const at = { file: source.path, line: parsed.line(node.start) }
    out.add(rule['blocking-call'], { ...at, message: `\`${name ?? ''}\` blocks inside async \`${where}\`` })
  })
}

const pythonBlockers =
  /\b(?:time\.sleep|requests\.(?:get|post|put|delete|request)|urllib\.request\.urlopen|subprocess\.(?:run|call|check_output))\(/

const inspectPython = (source: Source, out: Collector): void => {
  const line = lineIndex(source.text)
  const code = blank(source.text, 'hash')
  for (const match of code.matchAll(/^([ \t]*)async def (\w+)[^\n]*\n((?:\1[ \t]+[^\n]*\n|[ \t]*\n)*)/gm)) {
    const [all, , name = '', body = ''] = match
    const hit = pythonBlockers.exec(body)
    if (hit === null || /^\s*def /m.test(body)) continue
    const at = { file: source.path, line: line(match.index + all.length - body.length + hit.index) }
    out.add(rule['blocking-call'], {
      ...at,
      message: `\`${hit[0].slice(0, -1)}\` blocks inside async \`${name}\``,
    })
  }
}

export const backendBlocking = fileCheck({
  name: 'backend.blocking',
  role: 'backend',
  about:
    'Synchronous file, process, compression and network calls inside async functions (JavaScript, TypeScript, Python).',
  rules: rule,
  applies: ({ code, kind, family, language, path }) =>
    code && kind === 'source' && (family === 'js' || language === 'Python') && !script.test(path),
  inspect: (source, out) => (source.family === 'js' ? inspectJs(source, out) : inspectPython(source, out)),
})
