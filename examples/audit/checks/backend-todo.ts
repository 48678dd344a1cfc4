// What the authors themselves marked as unfinished: TODO, FIXME, HACK, XXX in comments.
// Never in here: words in strings and identifiers.
import { fileCheck } from '../check.ts'
import { rules } from '../finding.ts'
import { blank } from '../lang/blank.ts'

const rule = rules('backend', {
  fixme: {
    severity: 'low',
    title: 'Settle the places marked FIXME, HACK or XXX',
    advice: 'Fix it, or open an issue and name it in the comment.',
  },
  'todo-density': {
    severity: 'low',
    title: 'Work off files full of TODOs',
    advice: 'Turn them into issues, or do them: nobody reads the tenth TODO of a file.',
  },
})

const mark = /(?<=^|[\s(*#-]|\/\/)(TODO|FIXME|HACK|XXX)\b(?=[:(\s-]|$)/
const crowded = 5

export const backendTodo = fileCheck({
  name: 'backend.todo',
  role: 'backend',
  about: 'TODO, FIXME, HACK and XXX in comments of source files, and files with five or more of them.',
  rules: rule,
  applies: ({ code, kind, family }) => code && family !== 'none' && (kind === 'source' || kind === 'test'),
  inspect: ({ path, text, family }, out) => {
    if (!mark.test(text)) return
    const code = blank(text, family, { keepStrings: true }).split('\n')
    let todos = 0
    text.split('\n').forEach((line, i) => {
      const hit = mark.exec(line)
      if (
        hit === null ||
        mark.test(code[i] ?? '') ||
        !/(?:\/\/|\/\*|\*|#|<!--)/.test(line.slice(0, hit.index))
      )
        return
      const [word = ''] = hit
      out.sum(word === 'TODO' ? 'TODO comments' : 'FIXME, HACK and XXX comments')
      if (word === 'TODO') todos++
      else {
        const said = line
          .slice(hit.index)
          .replace(/\*\/.*$/, '')
          .trim()
        out.add(rule.fixme, { file: path, line: i + 1, message: said.slice(0, 120) })
      }
    })
    if (todos >= crowded) {
      out.add(rule['todo-density'], { file: path, message: `${todos} TODO comments`, weight: todos })
    }
  },
})
