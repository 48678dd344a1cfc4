// Characters that make code read differently from what it does (Trojan Source).
// Never in here: other uses of Unicode; accents, scripts and emoji are nobody's problem.
import { fileCheck } from '../check.ts'
import { rules } from '../finding.ts'

const rule = rules('security', {
  'bidirectional-control': {
    severity: 'high',
    title: 'Remove invisible direction marks from code',
    advice: 'Remove it, or write it as an escape: reviewers see other code than the compiler does.',
  },
  'invisible-character': {
    severity: 'medium',
    title: 'Remove invisible characters from code',
    advice: 'Remove it, or write it as an escape.',
  },
})

const direction = /[\u202A-\u202E\u2066-\u2069]/
// A zero-width joiner between emoji is part of the emoji.
const invisible =
  /(?<![\p{Extended_Pictographic}\uFE0F\p{Emoji_Modifier}\p{L}\p{M}])[\u200B\u2060\u200C\u200D]|[\u{E0100}-\u{E01EF}]|\u200B(?=[\w$])/u

export const securityUnicode = fileCheck({
  name: 'security.unicode',
  role: 'security',
  about:
    'Source, test, script and configuration files: direction marks and zero-width characters outside natural text.',
  rules: rule,
  applies: ({ code, kind }) => (code && kind !== 'vendored' && kind !== 'generated') || kind === 'config',
  inspect: ({ path, text }, out) => {
    if (!direction.test(text) && !invisible.test(text)) return
    text.split('\n').forEach((line, i) => {
      const at = { file: path, line: i + 1 }
      if (direction.test(line))
        out.add(rule['bidirectional-control'], {
          ...at,
          message: 'holds a character that reverses the reading direction',
        })
      else if (invisible.test(line))
        out.add(rule['invisible-character'], { ...at, message: 'holds a character that nobody sees' })
    })
  },
})
