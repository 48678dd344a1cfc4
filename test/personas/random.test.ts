/** Random files of personas: what is wrong in one is told where it stands, whatever stands around it. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StatorError } from 'stator'
import { parsePersonas } from 'stator/personas'

/** A line of a persona that is wrong, and the place in it that must be told, from its beginning. */
const WRONG = [
  { line: 'capacity: none', column: 10, path: 'capacity' },
  { line: 'capacity: 0', column: 10, path: 'capacity' },
  { line: 'instructions: [a]', column: 14, path: 'instructions' },
  { line: 'skills: node', column: 8, path: 'skills' },
  { line: 'colour: red', column: 0, path: 'colour' },
  { line: '"skills": [ok, {}]', column: 15, path: 'skills.1' },
  { line: 'capacity:', column: 0, path: 'capacity' },
] as const

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/)
const goal = fc.stringMatching(/^[A-Za-zäß€𝄞][A-Za-z äß€𝄞]{0,20}[a-z]$/u)
const persona = fc.record({
  role: word,
  goal,
  comments: fc.nat(2),
  indent: fc.integer({ min: 1, max: 6 }),
  wrong: fc.option(fc.constantFrom(...WRONG), { freq: 2 }),
})

interface Drawn {
  readonly role: string
  readonly goal: string
  readonly comments: number
  readonly indent: number
  readonly wrong: (typeof WRONG)[number] | null
}

interface Written {
  readonly text: string
  readonly told: readonly string[]
  readonly ids: readonly string[]
}

function written(all: readonly [string, Drawn][]): Written {
  const lines = ['personas:']
  const told: string[] = []
  for (const [id, { role, goal: aim, comments, indent, wrong }] of all) {
    for (let n = 0; n < comments; n++) lines.push(`  # ${aim}`, '')
    lines.push(`  ${id}:`)
    const space = ' '.repeat(2 + indent)
    lines.push(`${space}role: ${role}`, `${space}goal: "${aim}" # ${role}`)
    if (wrong === null) continue
    lines.push(`${space}${wrong.line}`)
    told.push(`${lines.length}:${space.length + wrong.column + 1} personas.${id}.${wrong.path}`)
  }
  return { text: `${lines.join('\n')}\n`, told, ids: all.map(([id]) => id) }
}

interface Told {
  readonly line: number
  readonly column: number
  readonly path: string
}

/** Nothing where it is taken. */
function toldOf(text: string): { readonly code: string; readonly problems: readonly Told[] } | undefined {
  try {
    parsePersonas(text)
    return undefined
  } catch (error) {
    const { code, details } = error as StatorError
    return { code, problems: (details as { readonly problems: readonly Told[] }).problems }
  }
}

test('what is wrong is told with its line, its column and its path, and nothing else is', () => {
  let wrong = 0
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(word, persona), { selector: ([id]) => id, minLength: 1, maxLength: 6 }),
      all => {
        const { text, told, ids } = written(all)
        wrong += told.length
        const problems = toldOf(text)?.problems ?? []
        expect(problems.map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual(told)
        const taken = told.length === 0 ? parsePersonas(text).map(({ id }) => id) : ids
        expect(taken).toEqual(ids)
      },
    ),
    { numRuns: 300, seed: 11 },
  )
  expect(wrong).toBeGreaterThan(100)
})

const PARTS = [
  'personas',
  ':',
  '\n',
  '  ',
  'a',
  '-',
  '[',
  ']',
  '{',
  '}',
  '&x',
  '*x',
  '#',
  '"',
  '|',
  '!',
  '%',
  '\t',
]

test('whatever a text is, it is taken or refused with a place that it has', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(fc.constantFrom(...PARTS)).map(parts => parts.join('')),
  )
  let refused = 0
  fc.assert(
    fc.property(texts, text => {
      const told = toldOf(text)
      if (told === undefined) return
      refused++
      const lines = text.split('\n')
      const isIn = ({ line, column }: Told): boolean =>
        line >= 1 && column >= 1 && column <= (lines[line - 1]?.length ?? -1) + 1
      expect([told.code, told.problems.length > 0, told.problems.filter(each => !isIn(each))]).toEqual([
        'PERSONAS_INVALID',
        true,
        [],
      ])
    }),
    { numRuns: 1_000, seed: 12 },
  )
  expect(refused).toBeGreaterThan(500)
})
