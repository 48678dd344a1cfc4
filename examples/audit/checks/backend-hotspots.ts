// Joins complexity with churn: complicated code that is changed all the time is where work pays off.
// Never in here: reading files; everything comes from the tasks this one is bound to.
import { z } from 'zod'
import { check, onceSchema } from '../check.ts'
import { byText } from '../tree.ts'
import { collector, partSchema, plural, rules } from '../finding.ts'
import { complexityPart } from './backend-complexity.ts'
import { churnPart } from './backend-churn.ts'

export const rule = rules('backend', {
  hotspot: {
    severity: 'medium',
    title: 'Simplify the hot spots: complicated files that keep changing',
    advice: 'Put tests around it, then split it along the lines of what changes together.',
  },
})

const atMost = 15

export const backendHotspots = check({
  name: 'backend.hotspots',
  role: 'backend',
  about: 'Hot spots: branches of a file × commits that touched it, for files well above the rest in both.',
  rules: rule,
  input: onceSchema.extend({ complexity: z.array(complexityPart), churn: churnPart }),
  output: partSchema,
  joins: {
    complexity: { task: 'backend.complexity', all: true },
    churn: { task: 'backend.churn', all: false },
  },
  absorbs: ['backend.complexity', 'backend.churn'],
  run: ({ bytes, complexity, churn }) => {
    const out = collector()
    for (const part of [...complexity, churn]) out.absorb(part)
    const commitsOf = new Map(churn.files.map(file => [file.path, file]))
    const hot = complexity
      .flatMap(part => part.files)
      .map(file => ({ ...file, ...(commitsOf.get(file.path) ?? { commits: 0, authors: 0 }) }))
      .map(file => ({ ...file, heat: file.complexity * file.commits }))
      .filter(file => file.commits >= 5 && file.complexity >= 30)
      .sort((a, b) => b.heat - a.heat || byText(a.path, b.path))
    for (const { path, lines, complexity: branches, commits, authors, worst, heat } of hot.slice(0, atMost)) {
      const by = authors === 1 ? 'one author' : `${authors} authors`
      const message = `${branches} branches in ${lines} lines, changed in ${plural(commits, 'commit')} by ${by}; most in \`${worst}\``
      out.add(rule.hotspot, { file: path, message, weight: heat })
    }
    return Promise.resolve(out.part(bytes))
  },
})
