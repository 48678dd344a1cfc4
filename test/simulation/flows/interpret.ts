/**
 * Interpret: what must come of a tree, step by step and in the simplest words, as somebody would play it with pencil and paper. It
 * shares nothing with the compiler, the machine or the hub.
 */
import type { Decision, Node, Of, Tree } from './tree.ts'

/** What is done, and in which order: what is beside has no order. */
export type Trace =
  { readonly did: string } | { readonly row: readonly Trace[] } | { readonly beside: readonly Trace[] }

export interface Expected {
  readonly status: 'completed' | 'failed' | 'compensated'
  readonly outputs: ReadonlyMap<string, unknown>
  /** Of all that has no output but should. */
  readonly steps: ReadonlyMap<string, string>
  readonly done: Trace
  readonly undone: Trace
  /** How all of it would be undone, if it had to be. */
  readonly back: Trace
  readonly pivoted: boolean
}

interface Went {
  readonly well: boolean
  readonly done: Trace
  /** How it would be undone. */
  readonly back: Trace
}

const NOTHING: Trace = { row: [] }
const well = (done: Trace = NOTHING, back: Trace = NOTHING): Went => ({ well: true, done, back })
const badly = (done: Trace = NOTHING, back: Trace = NOTHING): Went => ({ well: false, done, back })

/** The sum of all numbers called n in it. */
export function weigh(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + weigh(one), 0)
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce(
    (sum, [key, one]) => sum + (key === 'n' && typeof one === 'number' ? one : weigh(one)),
    0,
  )
}

/** What work gives. */
export const gives = (before: readonly unknown[]): { n: number } => ({ n: (1 + weigh(before)) % 9973 })
export const SIGNALLED = { n: 7 }
export const BY_HAND = { n: 100 }
export const APPROVED = { approved: true, by: 'ann' }
/** Two for each round. */
export const enough = (tock: unknown, rounds: number): boolean => weigh(tock) >= 2 * rounds

/** With `every`, all that could be undone, if it had to be at some moment. */
export function interpret({ body }: Tree, input: unknown, every = false): Expected {
  const run = new Interpreter(input, every)
  const { well: sound, done, back } = run.row(body)
  for (const name of body.flatMap(inTree))
    if (!run.outputs.has(name) && !run.steps.has(name)) run.steps.set(name, sound ? 'skipped' : 'blocked')
  const isUndone = !sound && flat(back).length > 0
  return {
    status: sound ? 'completed' : isUndone ? 'compensated' : 'failed',
    outputs: run.outputs,
    steps: run.steps,
    done,
    undone: isUndone ? back : NOTHING,
    back,
    pivoted: run.pivoted,
  }
}

/** Names of all that shows in an outcome, whatever happens. */
function inTree(node: Node): string[] {
  if (node.kind === 'branch') return node.cases.flat().flatMap(inTree)
  if (node.kind === 'child') return [node.name]
  if (node.kind === 'loop') return [`${node.name}-tick`, ...node.body.flatMap(inTree), `${node.name}-tock`]
  return 'body' in node ? node.body.flatMap(inTree) : [node.name]
}

export function flat(trace: Trace): string[] {
  if ('did' in trace) return [trace.did]
  return ('row' in trace ? trace.row : trace.beside).flatMap(flat)
}

class Interpreter {
  readonly outputs = new Map<string, unknown>()
  readonly steps = new Map<string, string>()
  pivoted = false
  readonly #visits = new Map<string, number>()
  readonly #input: unknown
  /** Below which run, such as `child3#1/`. */
  readonly #place: string
  readonly #every: boolean

  constructor(input: unknown, every: boolean, place = '') {
    this.#input = input
    this.#every = every
    this.#place = place
  }

  row(nodes: readonly Node[]): Went {
    const done: Trace[] = []
    const back: Trace[] = []
    for (const node of nodes) {
      const went = this.#node(node)
      done.push(went.done)
      back.unshift(went.back)
      if (!went.well) return badly({ row: done }, { row: back })
    }
    return well({ row: done }, { row: back })
  }

  #node(node: Node): Went {
    switch (node.kind) {
      case 'sequence':
        return this.row(node.body)
      case 'parallel': {
        const all = node.body.map(inner => this.row([inner]))
        const beside = {
          done: { beside: all.map(one => one.done) },
          back: { beside: all.map(one => one.back) },
        }
        return { well: all.every(one => one.well), ...beside }
      }
      case 'branch': {
        if (node.chosen < 0) {
          const went = this.#tried(node, () => badly())
          // An operator who goes on without it goes on without all that is in it.
          return went
        }
        for (const [index, inner] of node.cases.entries())
          for (const name of index === node.chosen ? [] : inner.flatMap(inTree)) this.#leave(name, 'skipped')
        return this.row(node.cases[node.chosen] ?? [])
      }
      case 'loop':
        return this.#loop(node)
      case 'wait':
        this.outputs.set(node.name, null)
        return well()
      case 'signal':
        return this.#tried(node, () => (node.comes ? this.#made(node.name, SIGNALLED) : badly()))
      case 'gate':
        return this.#tried(node, visit => {
          const isApproved = node.answer === 'approve' || (node.answer === 'reject' && visit % 2 === 0)
          return isApproved ? this.#made(node.name, APPROVED) : badly()
        })
      case 'child':
        return this.#tried(node, visit => this.#child(node, visit))
      case 'map':
        return this.#map(node)
      default: {
        const went = this.#tried(node, visit =>
          this.#work(node.name, visit, node.work, this.#before(node), null),
        )
        if (went.well && node.pivot === true && this.outputs.has(node.name)) this.pivoted = true
        return went
      }
    }
  }

  #before({ looks }: Pick<Node, 'looks'>): unknown[] {
    return [this.#input, ...looks.map(name => this.outputs.get(name) ?? null)]
  }

  #leave(name: string, as: string): void {
    this.outputs.delete(name)
    this.steps.set(name, as)
  }

  #made(name: string, output: unknown, went: Went = well()): Went {
    this.steps.delete(name)
    this.outputs.set(name, output)
    return went
  }

  /** Past the pivot nothing fails: an operator decides. */
  #tried(node: Node & { held: Decision }, attempt: (visit: number) => Went): Went {
    const done: Trace[] = []
    const back: Trace[] = []
    for (;;) {
      const visit = (this.#visits.get(node.name) ?? 0) + 1
      this.#visits.set(node.name, visit)
      this.#leave(node.name, 'failed')
      const went = attempt(visit)
      done.push(went.done)
      back.unshift(went.back)
      const so = { done: { row: done }, back: { row: back } }
      if (went.well || !this.pivoted) return { well: went.well, ...so }
      if (node.held === 'retry') continue
      this.#decided(node, node.held)
      return { well: true, ...so }
    }
  }

  #decided({ name, kind }: Node, as: 'skip' | 'finish'): void {
    const isGroup = kind === 'branch' || kind === 'loop'
    if (isGroup) this.steps.delete(name)
    else if (as === 'finish') this.#made(name, BY_HAND)
    else this.#leave(name, 'skipped')
  }

  #work(
    name: string,
    visit: number,
    { way, undo }: Of<'step'>['work'],
    before: readonly unknown[],
    item: number | null,
  ): Went {
    if (way === 'cannot begin') return badly()
    const key = `${this.#place}${name}#${visit}${item === null ? '' : `.${item}`}`
    const trace = { did: key }
    const back = undo === null ? NOTHING : trace
    const fails = (way === 'fails' || way === 'hangs') && visit % 2 === 1
    if (fails) return badly(trace, back)
    return item === null ? this.#made(name, gives(before), well(trace, back)) : well(trace, back)
  }

  #map(node: Of<'map'>): Went {
    const { name, items, work } = node
    const before = this.#before(node)
    const results: unknown[] = items.map(() => undefined)
    const done: Trace[] = []
    const back: Trace[] = []
    const went = this.#tried(node, visit => {
      const all = items.map((item, index) => {
        if (results[index] !== undefined) return well()
        const one = this.#work(name, visit, { ...work, ...item }, before, index)
        if (one.well) results[index] = gives(before)
        return one
      })
      const beside = {
        done: { beside: all.map(one => one.done) },
        back: { beside: all.map(one => one.back) },
      }
      const isWell = all.every(one => one.well)
      if (isWell) this.#made(name, results)
      return { well: isWell, ...beside }
    })
    done.push(went.done)
    // Items are undone in any order, whichever time they were done.
    back.push({ beside: flat(went.back).map(did => ({ did })) })
    return { well: went.well, done: { row: done }, back: { row: back } }
  }

  #loop(node: Of<'loop'>): Went {
    const { name, body, rounds, max } = node
    const [tick, tock] = [`${name}-tick`, `${name}-tock`]
    return this.#tried(node, () => {
      const done: Trace[] = []
      const back: Trace[] = []
      const so = (): Omit<Went, 'well'> => ({ done: { row: done }, back: { row: back } })
      // It begins with nothing: what is left is of a round around it.
      for (const inner of inTree(node)) this.outputs.delete(inner)
      for (let round = 0; !enough(this.outputs.get(tock), rounds); round++) {
        if (round >= max) return { well: false, ...so() }
        const parts = [() => this.#count(tick, tock), () => this.row(body), () => this.#count(tock, tick)]
        for (const part of parts) {
          const went = part()
          done.push(went.done)
          back.unshift(went.back)
          if (!went.well) {
            this.steps.delete(name)
            return { ...so(), well: false }
          }
        }
      }
      this.steps.delete(name)
      return { well: true, ...so() }
    })
  }

  /** The first and the last step of a round: together they know how many there were. */
  #count(name: string, other: string): Went {
    const visit = (this.#visits.get(name) ?? 0) + 1
    this.#visits.set(name, visit)
    const before = [this.outputs.get(other) ?? null]
    return this.#made(name, gives(before), well({ did: `${this.#place}${name}#${visit}` }))
  }

  #child(node: Of<'child'>, visit: number): Went {
    const input = { n: 5, before: this.#before(node).slice(1) }
    const inner = new Interpreter(input, this.#every, `${this.#place}${node.name}#${visit}/`)
    const { well: sound, done, back } = inner.row(node.body)
    // One that did not come to its end has undone itself; one that cannot go back is not undone.
    if (!sound) return this.#every ? badly(done, back) : badly({ row: [done, undoing(back)] })
    return this.#made(
      node.name,
      Object.fromEntries(inner.outputs),
      well(done, inner.pivoted && !this.#every ? NOTHING : back),
    )
  }
}

/** The trace of undoing. */
export function undoing(trace: Trace): Trace {
  if ('did' in trace) return { did: `undo ${trace.did}` }
  return 'row' in trace ? { row: trace.row.map(undoing) } : { beside: trace.beside.map(undoing) }
}
