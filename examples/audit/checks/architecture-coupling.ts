// Files of different directories that keep changing in the same commits: a dependency nobody wrote down.
// Never in here: imports; the point is what they do not show.
import { wholeCheck } from '../check.ts'
import { rules } from '../finding.ts'
import { historyOf } from '../history.ts'
import { dirname } from '../lang/imports.ts'
import { byText } from '../tree.ts'

const rule = rules('architecture', {
  'hidden-coupling': {
    severity: 'low',
    title: 'Look at files that always change together across directories',
    advice: 'Move them together, or name the contract they share so that one can change alone.',
  },
})

const leastTogether = 8
const leastShare = 0.6
const largestCommit = 30

export const architectureCoupling = wholeCheck({
  name: 'architecture.coupling',
  role: 'architecture',
  about:
    'Pairs of source files in different directories that changed together in at least 8 commits of the window, and in ' +
    '60 % of the commits of the one that changed less.',
  rules: rule,
  inspect: async (out, tree, context) => {
    const { changes } = await historyOf(context.repo, context.commit)
    const alone = new Map<string, number>()
    const together = new Map<string, number>()
    for (const { files } of changes) {
      if (files.length > largestCommit) continue
      const sources = files
        .filter(path => tree.byPath.get(path)?.kind === 'source' && tree.byPath.get(path)?.code === true)
        .sort(byText)
      sources.forEach((a, i) => {
        alone.set(a, (alone.get(a) ?? 0) + 1)
        for (const b of sources.slice(i + 1)) {
          if (dirname(a) === dirname(b)) continue
          together.set(`${a}\0${b}`, (together.get(`${a}\0${b}`) ?? 0) + 1)
        }
      })
    }
    out.checked(alone.size)
    for (const [pair, count] of together) {
      const [a = '', b = ''] = pair.split('\0')
      const fewer = Math.min(alone.get(a) ?? count, alone.get(b) ?? count)
      if (count < leastTogether || count / fewer < leastShare) continue
      const message = `changed with \`${b}\` in ${count} of ${fewer} commits`
      out.add(rule['hidden-coupling'], { file: a, message, weight: count })
    }
  },
})
