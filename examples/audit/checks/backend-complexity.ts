// Long and branchy functions, file by file, and the raw material of the hot spots.
// Never in here: history; how often a file changes is joined in later, by backend-hotspots.
import { z } from 'zod'
import { check, eachFile, sliceSchema } from '../check.ts'
import { byText } from '../tree.ts'
import { collector, fitting, partSchema, rules } from '../finding.ts'
import { functionsOf } from '../lang/functions.ts'

export const rule = rules('backend', {
  'complex-function': {
    severity: 'medium',
    title: 'Split the most branchy functions',
    advice: 'Extract the branches that belong together into named functions, each testable alone.',
  },
  'long-function': {
    severity: 'low',
    title: 'Shorten functions that fill several screens',
    advice: 'Extract steps into named functions until the rest reads as a summary.',
  },
  'deep-nesting': {
    severity: 'low',
    title: 'Flatten deeply nested code',
    advice: 'Return early or extract the inner blocks.',
  },
})

/** A file's weight for the hot spots. */
export const fileComplexity = z.object({
  path: z.string(),
  lines: z.number().int(),
  complexity: z.number().int(),
  worst: z.string(),
})
export type FileComplexity = z.infer<typeof fileComplexity>

export const complexityPart = partSchema.extend({ files: z.array(fileComplexity) })

const branchy = 20
const long = 120
const deep = 5

export const backendComplexity = check({
  name: 'backend.complexity',
  role: 'backend',
  about:
    'Branches, length and nesting of each function: from the syntax tree in JavaScript and TypeScript, from the ' +
    'layout in Python, Go, Rust, Java, Kotlin, C#, C, C++, Swift and PHP. Tests and generated files are left out.',
  rules: rule,
  input: sliceSchema,
  output: complexityPart,
  applies: ({ code, kind }) => code && (kind === 'source' || kind === 'example'),
  run: async (slice, context) => {
    const out = collector()
    const files: FileComplexity[] = []
    await eachFile(slice, context, out, {
      applies: backendComplexity.applies ?? (() => false),
      inspect: source => {
        const found = functionsOf(source)
        const lines = source.text.split('\n').length
        if (found === undefined) return
        let complexity = 0
        let worst = { name: '', complexity: 0 }
        for (const facts of found) {
          const { name, line, nesting } = facts
          complexity += facts.complexity - 1
          if (facts.complexity > worst.complexity) worst = facts
          out.sum('functions')
          out.peak('branches in one function', facts.complexity - 1)
          out.peak('lines in one function', facts.lines)
          const at = { file: source.path, line }
          if (facts.complexity > branchy) {
            const severity = facts.complexity > 3 * branchy ? 'high' : 'medium'
            const message = `\`${name}\` has ${facts.complexity - 1} branches in ${facts.lines} lines`
            out.add(rule['complex-function'], { ...at, message, severity, weight: facts.complexity })
          } else if (facts.lines > long) {
            out.add(rule['long-function'], {
              ...at,
              message: `\`${name}\` has ${facts.lines} lines`,
              weight: facts.lines,
            })
          } else if (nesting >= deep) {
            out.add(rule['deep-nesting'], {
              ...at,
              message: `\`${name}\` nests ${nesting} levels deep`,
              weight: nesting,
            })
          }
        }
        if (complexity > 0)
          files.push({ path: source.path, lines, complexity, worst: worst.name.slice(0, 80) })
      },
    })
    const ranked = files.sort((a, b) => b.complexity - a.complexity || byText(a.path, b.path))
    const kept = fitting(ranked, slice.bytes / 2)
    return { ...out.part(slice.bytes / 2), files: kept }
  },
})
