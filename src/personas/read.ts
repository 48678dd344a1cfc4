/** Read: the text of personas.yaml, and what is wrong with it: all of it at once, each with its line and column. It binds nothing. */
import { readFileSync } from 'node:fs'
import { isAlias, isScalar, parseDocument, visit, type Document } from 'yaml'
import type { z } from 'zod'
import { StatorError } from '../errors.ts'
import { nearest } from './nearest.ts'
import { FIELDS, fileShape, type Persona, type Position } from './persona.ts'
import { linesOf, offsetAt, startOf, type Path } from './places.ts'

/** Characters of a file. */
const MAX_TEXT = 1_000_000
/** Enough to mend a file; one that is wrong throughout does not fill a log. */
const MAX_PROBLEMS = 100

interface Problem {
  readonly offset: number
  /** `personas.builder.role`; empty of the whole file. */
  readonly path: string
  readonly message: string
}

/**
 * The personas of a file, in its order: `personas:`, and under it for each id its role and goal, and perhaps skills (default none),
 * capacity (default 1) and instructions (default none). Read once, when it is called.
 * @throws StatorError PERSONAS_INVALID: details name every problem with line, column and path; and what reading a file throws
 */
export function readPersonas(path: string | URL): readonly Persona[] {
  return parsePersonas(readFileSync(path, 'utf8'), { source: String(path) })
}

/** The same, of a text; `source` is what its positions are given with. Default `personas.yaml`. @throws StatorError PERSONAS_INVALID */
export function parsePersonas(text: string, options: { readonly source?: string } = {}): readonly Persona[] {
  const { source = 'personas.yaml' } = options
  const lineAt = linesOf(typeof text === 'string' ? text : '')
  const at = (offset: number): Position => ({ source, ...lineAt(offset) })
  const refuse = (problems: readonly Problem[]): never => {
    const inOrder = problems.toSorted((a, b) => a.offset - b.offset)
    const shown = inOrder.slice(0, MAX_PROBLEMS).map(({ offset, path, message }) => {
      const { line, column } = at(offset)
      return { at: `${source}:${line}:${column}`, line, column, path, message }
    })
    throw new StatorError('PERSONAS_INVALID', {
      source,
      problems: shown,
      more: problems.length - shown.length,
    })
  }
  if (typeof text !== 'string' || text.length > MAX_TEXT)
    return refuse([{ offset: 0, path: '', message: `expected a text of up to ${MAX_TEXT} characters` }])
  const document = documentOf(text)
  if (!('contents' in document)) return refuse([document])
  const unfit = wrongYaml(document)
  if (unfit.length > 0) return refuse(unfit)
  const parsed = fileShape.safeParse(document.toJS({ maxAliasCount: 0 }))
  if (!parsed.success) return refuse(parsed.error.issues.flatMap(issue => problemsOf(issue, document)))
  // An object has those first that look like numbers.
  return Object.entries(parsed.data.personas)
    .map(([id, persona]) => ({ id, persona, offset: offsetAt(document, ['personas', id], true) }))
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ id, persona, offset }) => Object.freeze({ id, ...persona, at: at(offset) }))
}

/** What is nested too deeply for the parser has no document. */
function documentOf(text: string): Document | Problem {
  try {
    return parseDocument(text, {
      version: '1.2',
      schema: 'core',
      strict: true,
      uniqueKeys: true,
      // An id is what is written: `1.10` is not 1.1, and no other one than `"1.10"`.
      stringKeys: true,
    })
  } catch (error) {
    return { offset: 0, path: '', message: `cannot be read: ${String(error)}` }
  }
}

/** What is no YAML; and what it can do that nobody needs here: something that stands for something else may stand for a great deal. */
function wrongYaml(document: Document): Problem[] {
  const problems = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    offset: pos[0],
    path: '',
    message: message.split('\n')[0] ?? message,
  }))
  visit(document, {
    Pair: (_key, { key }) => {
      // An object would take it for something else, and lose it.
      if (isScalar(key) && key.value === '__proto__')
        problems.push({ offset: startOf(key), path: '', message: 'nothing can be called __proto__' })
    },
    Node: (_key, node) => {
      const anchor = isAlias(node) ? node.source : node.anchor
      if (anchor === undefined) return
      const what = isAlias(node) ? `*${anchor}` : `&${anchor}`
      problems.push({ offset: startOf(node), path: '', message: `no anchors and aliases here: ${what}` })
    },
  })
  return problems
}

function problemsOf(issue: z.core.$ZodIssue, document: Document): Problem[] {
  const path = issue.path as Path
  const name = path.map(String).join('.')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => {
      const known = FIELDS[path.length === 0 ? 0 : 2] ?? []
      const meant = nearest(key, known)
      const hint = meant === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${meant}?`
      const whole = [...path, key]
      return {
        offset: offsetAt(document, whole, true),
        path: whole.map(String).join('.'),
        message: `unknown field ${key}: ${hint}`,
      }
    })
  const isId = issue.code === 'invalid_key'
  const message = isId ? (issue.issues[0]?.message ?? issue.message) : issue.message
  return [{ offset: offsetAt(document, path, isId), path: name, message }]
}
