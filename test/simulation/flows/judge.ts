/**
 * Judge: is what happened what had to? Where nothing stops what runs beside a failure, all of it is known beforehand; elsewhere, what
 * was done, what came of it, and what was undone must fit together. It knows outcomes and deeds, and nothing of the runtime.
 */
import { isDeepStrictEqual } from 'node:util'
import { flat, undoing, type Expected, type Trace } from './interpret.ts'
import { all, type Course, type Deed, type Played } from './play.ts'
import type { Node, Tree, Work } from './tree.ts'

/** What is wrong where every step is known. */
export function wrongWith(tree: Tree, expected: Expected, { outcome, deeds }: Played): string[] {
  const done = beginnings(deeds)
  const must = new Set([...flat(expected.done), ...flat(undoing(expected.undone))])
  const steps = Object.fromEntries(Object.entries(outcome.steps).map(([name, { status }]) => [name, status]))
  return [
    ...differs('the status', outcome.status, expected.status),
    ...differs('the outputs', outcome.outputs, Object.fromEntries(expected.outputs)),
    ...differs('the steps', steps, Object.fromEntries(expected.steps)),
    ...differs('what was done', [...done].toSorted(), [...must].toSorted()),
    ...differs('whether there is an error', outcome.error !== undefined, expected.status !== 'completed'),
    ...wrongOrder(expected, deeds),
    ...wrongUndoing(tree, deeds),
  ]
}

/** What is wrong where it is not known how far each part came before it was stopped. `every`: all that could have been done and undone. */
export function wrongWhereStopped(
  tree: Tree,
  every: Expected,
  { outcome: { status }, deeds }: Played,
  { cancel }: Pick<Course, 'cancel'>,
): string[] {
  const done = beginnings(deeds)
  const back = flat(undoing(every.back))
  const known = new Set([...flat(every.done), ...back])
  const own = (did: string): string => did.slice('undo '.length)
  const isBound = (did: string): boolean => finals(tree.body).some(name => did.includes(`${name}#`))
  const left = back.filter(did => !isBound(did) && done.has(own(did)) && !done.has(did))
  const mustUndo = status === 'compensated' || (status !== 'completed' && cancel?.compensate !== false)
  return [
    ...differs(
      'what nobody asked for',
      [...done].filter(did => !known.has(did)),
      [],
    ),
    ...(mustUndo && !every.pivoted ? differs('what nobody undid', left, []) : []),
    ...wrongOrder(every, deeds),
    ...wrongUndoing(tree, deeds),
  ]
}

/** Runs below it that have a point of no return of their own. */
const finals = (body: readonly Node[]): string[] =>
  body
    .flatMap(all)
    .flatMap(node =>
      node.kind === 'child' && node.body.some(({ pivot }) => pivot === true) ? [node.name] : [],
    )

const differs = (what: string, is: unknown, must: unknown): string[] =>
  isDeepStrictEqual(is, must) ? [] : [`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(must)}`]

const beginnings = (deeds: readonly Deed[]): Set<string> =>
  new Set(deeds.flatMap(({ what, did }) => (what === 'begins' ? [did] : [])))

interface Span {
  readonly first: number
  readonly last: number
}

function wrongOrder({ done, back }: Expected, deeds: readonly Deed[]): string[] {
  const spans = new Map<string, Span>()
  for (const [at, { did }] of deeds.entries())
    spans.set(did, { first: spans.get(did)?.first ?? at, last: at })
  const wrong: string[] = []
  const spanOf = (trace: Trace): Span | undefined => {
    if ('did' in trace) return spans.get(trace.did)
    const inner = ('row' in trace ? trace.row : trace.beside).flatMap(one => spanOf(one) ?? [])
    for (const [index, { last }] of 'row' in trace ? inner.entries() : []) {
      const next = inner[index + 1]
      if (next !== undefined && next.first < last)
        wrong.push(`${text(deeds[next.first])} before ${text(deeds[last])}`)
    }
    if (inner.length === 0) return undefined
    return { first: Math.min(...inner.map(one => one.first)), last: Math.max(...inner.map(one => one.last)) }
  }
  spanOf({ row: [done, undoing(back)] })
  return wrong
}

const text = (deed: Deed | undefined): string => `${deed?.did} ${deed?.what}`

/** Who undoes is told what was done with, and what came of it: nothing where that failed. */
function wrongUndoing({ body }: Tree, deeds: readonly Deed[]): string[] {
  const given = new Map(
    deeds.filter(({ what }) => what === 'begins').map(({ did, given: what }) => [did, what]),
  )
  const ways = new Map(
    body.flatMap(all).flatMap(node => ('work' in node ? [[node.name, node.work] as const] : [])),
  )
  return [...given].flatMap(([did, what]) => {
    if (!did.startsWith('undo ')) return []
    const own = did.slice('undo '.length)
    const { input } = what as { input: { item: Pick<Work, 'undo'> } }
    const name = own.slice(own.lastIndexOf('/') + 1).replace(/#.*/, '')
    if (ways.get(name)?.undo === null) return [`${did}, which nobody can undo`]
    return given.has(own) ? differs(`what ${did} is told`, input, given.get(own)) : []
  })
}
