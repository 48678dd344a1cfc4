/**
 * Tree: a random workflow as plain data, of every kind of node, with what each part of it will do: so that what must come of it can be
 * known beforehand. Draws and names only: nothing here knows how workflows are built or run.
 */
import * as fc from 'fast-check'

/** How work goes. `fails` and `hangs` do until an operator has it tried once more; `works at last` needs a second attempt. */
export type Way = 'works' | 'works at last' | 'fails' | 'hangs' | 'cannot begin'
/** How undoing goes. What is `stuck` waits for an operator. */
export type UndoWay = 'works' | 'works at last' | 'stuck'
/** What an operator does with what is held. */
export type Decision = 'retry' | 'skip' | 'finish'

export interface Work {
  readonly way: Way
  readonly ms: number
  readonly undo: UndoWay | null
  /** Of an undoing that is stuck. */
  readonly rescue: Decision
}

interface Held {
  /** Past the pivot. */
  readonly held: Decision
}

export type Shape =
  | ({ readonly kind: 'step'; readonly work: Work } & Held)
  | ({
      readonly kind: 'map'
      readonly items: readonly Pick<Work, 'way' | 'ms'>[]
      readonly limit: number | null
      readonly work: Work
    } & Held)
  | { readonly kind: 'wait'; readonly ms: number; readonly until: boolean }
  | ({ readonly kind: 'signal'; readonly comes: boolean; readonly at: number } & Held)
  | ({ readonly kind: 'gate'; readonly answer: 'approve' | 'reject' | 'none' } & Held)
  | ({ readonly kind: 'child'; readonly body: readonly Shape[]; readonly pivot: number | null } & Held)
  | { readonly kind: 'sequence'; readonly body: readonly Shape[] }
  | { readonly kind: 'parallel'; readonly body: readonly Shape[]; readonly limit: number | null }
  | ({
      readonly kind: 'branch'
      readonly cases: readonly (readonly Shape[])[]
      readonly chosen: number
    } & Held)
  | ({
      readonly kind: 'loop'
      readonly body: readonly Shape[]
      readonly rounds: number
      readonly max: number
    } & Held)

/** A shape with names, and with what each part of it looks at: what came of the parts before it. */
export type Node = Named<Shape>
type Named<S> = S extends { readonly body: readonly Shape[] }
  ? Omit<S, 'body'> & Places & { readonly body: readonly Node[] }
  : S extends { readonly cases: readonly (readonly Shape[])[] }
    ? Omit<S, 'cases'> & Places & { readonly cases: readonly (readonly Node[])[] }
    : S & Places
interface Places {
  readonly name: string
  readonly looks: readonly string[]
  readonly pivot?: boolean | number | null
}
export type Of<K extends Node['kind']> = Extract<Node, { readonly kind: K }>

export interface Tree {
  readonly body: readonly Node[]
  readonly onFailure: 'continue' | 'cancel'
  readonly limit: number | null
}

const decision = fc.constantFrom<Decision[]>('skip', 'finish', 'retry')
/** Where trying once more would change nothing. */
const resigned = fc.constantFrom<Decision[]>('skip', 'finish')
const ms = fc.nat(12)
const way = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Way>('works') },
  { weight: 1, arbitrary: fc.constantFrom<Way[]>('works at last', 'fails', 'hangs', 'cannot begin') },
)
const undo = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<(UndoWay | null)[]>(null, 'works') },
  { weight: 1, arbitrary: fc.constantFrom<UndoWay[]>('works at last', 'stuck') },
)
const work = fc.record({ way, ms, undo, rescue: decision })
const maybe = (most: number): fc.Arbitrary<number | null> =>
  fc.option(fc.integer({ min: 1, max: most }), { freq: 2 })

const step = fc
  .record({ kind: fc.constant('step' as const), work, held: decision })
  .map(one =>
    one.work.way === 'cannot begin' && one.held === 'retry' ? { ...one, held: 'skip' as const } : one,
  )

const leaf: fc.Arbitrary<Shape> = fc.oneof(
  { weight: 6, arbitrary: step },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('map' as const),
      items: fc
        .array(fc.record({ way, ms }), { maxLength: 4 })
        .map(items =>
          items.map(item => (item.way === 'cannot begin' ? { ...item, way: 'fails' as const } : item)),
        ),
      limit: maybe(2),
      work: work.map(one => ({ ...one, way: 'works' as const })),
      held: decision,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms, until: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('signal' as const),
      comes: fc.integer({ min: 0, max: 5 }).map(n => n > 0),
      at: fc.nat(40),
      held: resigned,
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({
        kind: fc.constant('gate' as const),
        answer: fc.constantFrom(
          'approve' as const,
          'approve' as const,
          'approve' as const,
          'reject' as const,
          'none' as const,
        ),
        held: decision,
      })
      .map(gate =>
        gate.answer === 'none' && gate.held === 'retry' ? { ...gate, held: 'finish' as const } : gate,
      ),
  },
)

/** So deep, and in a loop, or below another run, without what is said to one run once. */
function shapeOf(depth: number, plain: boolean): fc.Arbitrary<Shape> {
  const inner = plain ? leaf.filter(({ kind }) => kind !== 'signal') : leaf
  if (depth === 0) return inner
  const bodyOf = (isPlain: boolean): fc.Arbitrary<Shape[]> =>
    fc.array(shapeOf(depth - 1, isPlain), { minLength: 1, maxLength: 3 })
  const body = bodyOf(plain)
  return fc.oneof(
    { weight: 6, arbitrary: inner },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('sequence' as const), body }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('parallel' as const), body, limit: maybe(2) }) },
    {
      weight: 1,
      arbitrary: fc
        .record({
          kind: fc.constant('branch' as const),
          cases: fc.array(body, { minLength: 1, maxLength: 3 }),
          chosen: fc.integer({ min: 0, max: 9 }),
          held: resigned,
        })
        .map(branch => ({
          ...branch,
          chosen: branch.chosen === 9 ? -1 : branch.chosen % branch.cases.length,
        })),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('loop' as const),
        body: bodyOf(true),
        rounds: fc.nat(3),
        max: fc.integer({ min: 2, max: 5 }),
        held: resigned,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('child' as const),
        body: bodyOf(true),
        pivot: fc.option(fc.nat(2), { freq: 4, nil: null }),
        held: resigned,
      }),
    },
  )
}

/** What may go wrong for good stops what runs beside it only where `mayCancel`. */
export const treeOf = (mayCancel: boolean): fc.Arbitrary<Tree> =>
  fc
    .record({
      body: fc.array(shapeOf(2, false), { minLength: 1, maxLength: 4 }),
      pivot: fc.option(fc.nat(3), { nil: null }),
      onFailure: mayCancel
        ? fc.constantFrom('continue' as const, 'cancel' as const)
        : fc.constant('continue' as const),
      limit: maybe(3),
    })
    .map(({ body, pivot, ...rest }) => named(body, pivot, rest))

/** A tree of these, one of which may be the point of no return. */
export const named = (body: readonly Shape[], pivot: number | null, rest: Omit<Tree, 'body'>): Tree => ({
  ...rest,
  body: new Namer().row(withPivot(body, pivot), []),
})

/** Only a step by itself can be one. */
function withPivot(
  body: readonly Shape[],
  pivot: number | null,
): (Shape & { pivot?: boolean | number | null })[] {
  const at = pivot === null ? undefined : body[pivot % body.length]
  return body.map(one => (one === at && one.kind === 'step' ? { ...one, pivot: true } : one))
}

/** Each part looks at one or two of those before it, never at what runs beside it. */
class Namer {
  #count = 0

  row(shapes: readonly Shape[], before: readonly string[]): Node[] {
    let seen = [...before]
    return shapes.map(shape => {
      const node = this.#node(shape, seen)
      seen = [...seen, ...namesIn(node)]
      return node
    })
  }

  #node(shape: Shape, seen: readonly string[]): Node {
    const name = `${shape.kind}${++this.#count}`
    const places = { name, looks: seen.slice(-2) }
    if (shape.kind === 'child')
      return {
        ...shape,
        ...places,
        pivot: shape.pivot,
        body: this.row(withPivot(shape.body, shape.pivot), []),
      }
    if (shape.kind === 'branch')
      return { ...shape, ...places, cases: shape.cases.map(inner => this.row(inner, seen)) }
    if (shape.kind === 'parallel')
      return { ...shape, ...places, body: shape.body.flatMap(inner => this.row([inner], seen)) }
    if ('body' in shape) return { ...shape, ...places, body: this.row(shape.body, seen) }
    return { ...shape, ...places }
  }
}

/** What leaves an output behind, in this run. */
export function namesIn(node: Node): string[] {
  if (node.kind === 'branch') return node.cases.flatMap(inner => inner.flatMap(namesIn))
  if (node.kind === 'child') return [node.name]
  if (node.kind === 'loop') return [`${node.name}-tick`, ...node.body.flatMap(namesIn), `${node.name}-tock`]
  return 'body' in node ? node.body.flatMap(namesIn) : [node.name]
}
