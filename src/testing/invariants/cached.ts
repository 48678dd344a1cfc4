/**
 * Cached: a task is given a result that was there exactly where it should be: the newest of the same name, version and input, as it is
 * recorded, durable before or with it, neither expired nor erased; and what is kept names the record that made it. Part of
 * invariant 6. It reads what became durable; nothing here may be taken from how the runtime finds results.
 */
import type { Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { Signal } from '../../messages/signal.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Batch } from '../../runtime/journal.ts'
import type { Watcher } from '../host/watcher.ts'
import { Past } from './past.ts'

/** What a task made. */
interface Made {
  readonly seq: number
  readonly by: Address
  readonly output: Json
  /** From then on it is good for nobody. */
  readonly until: number
}

export function cached(): Watcher {
  let results: Results | undefined
  return {
    starting: ({ simulation }) => {
      if (results !== undefined) return
      results = new Results(Past.of(simulation))
      for (const signal of Past.of(simulation).signals) results.take(signal)
    },
    durable: (batch, { simulation }) => {
      const past = Past.of(simulation)
      past.take(batch)
      if (results === undefined) return
      for (const signal of batch.signals) {
        const wrong = results.take(signal)
        if (wrong !== undefined) simulation.break(6, `signal ${signal.seq} to ${signal.to}: ${wrong}`)
      }
      const wrong = results.miskept(batch)
      if (wrong !== undefined) simulation.break(6, wrong)
    },
  }
}

class Results {
  readonly #past: Past
  /** Where the beginning is not known, somebody may have made more. */
  readonly #isWhole: boolean
  readonly #specs = new Map<Address, TaskCreate>()
  /** The newest, by all that a result depends on. */
  readonly #made = new Map<string, Made>()
  /** What each key of the journal stands for. */
  readonly #keys = new Map<string, string>()

  constructor(past: Past) {
    this.#past = past
    this.#isWhole = past.isWhole
  }

  /** What is wrong with it, in words. */
  take(signal: Signal): string | undefined {
    const { to, type, refused, final, data } = signal
    if (!to.startsWith('task/') || refused !== null || data === null) return undefined
    if (type === 'task.create') this.#specs.set(to, data as unknown as TaskCreate)
    const spec = this.#specs.get(to)
    if (final) this.#specs.delete(to)
    if (spec === undefined) return undefined
    if (type === 'task.create') return this.#misgiven(signal, spec)
    if (type === 'task.done' && spec.cache !== undefined)
      this.#made.set(contentOf(spec), madeBy(signal, spec))
    return undefined
  }

  /** Each result is kept under one key of its own, with the record that holds it, for as long as it was said. */
  miskept({ cached: kept, signals }: Batch): string | undefined {
    const contents = new Map([...this.#made].map(([content, made]) => [made.seq, { content, made }]))
    for (const { key, seq, expires } of kept) {
      const found = contents.get(seq)
      if (found === undefined) return `a result is kept at ${seq}, where nobody made one last`
      if (expires !== found.made.until) return `the result at ${seq} is kept until ${expires}`
      const known = this.#keys.get(key) ?? found.content
      if (known !== found.content) return `one key is that of ${known} and of ${found.content}`
      this.#keys.set(key, known)
    }
    const named = new Set(kept.map(({ seq }) => seq))
    const lost = signals.find(({ seq }) => contents.has(seq) && !named.has(seq))
    return lost === undefined ? undefined : `the result of ${lost.to}, at ${lost.seq}, is not kept`
  }

  #misgiven({ stamp, data, at, toState }: Signal, spec: TaskCreate): string | undefined {
    const { from } = (stamp ?? {}) as { readonly from?: Address }
    const there = this.#thereFor(spec, at)
    if (from === undefined)
      return there === undefined ? undefined : `it was not given the result of ${there.by}`
    if (toState !== 'completed') return `it was given the result of ${from}, and is ${toState ?? 'nowhere'}`
    if (there === undefined)
      return this.#isWhole ? `it was given a result of ${from}, which is none` : undefined
    if (there.by !== from) return `it was given the result of ${from}, and ${there.by} made a later one`
    const given = JSON.stringify((data as { readonly output?: Json }).output)
    const made = JSON.stringify(there.output)
    return given === made ? undefined : `it was given ${given}, and ${from} made ${made}`
  }

  #thereFor(spec: TaskCreate, at: number): Made | undefined {
    const { cache, after = [], startAt = 0, blocked } = spec
    if (cache === undefined || cache.refresh === true || blocked !== undefined) return undefined
    if (after.length > 0 || startAt > at) return undefined
    const made = this.#made.get(contentOf(spec))
    return made === undefined || made.until <= at || this.#past.isErased(made.seq) ? undefined : made
  }
}

const contentOf = ({ task, cache, input }: TaskCreate): string =>
  JSON.stringify([task, cache?.version, input], (_name, value: Json) =>
    value === null || typeof value !== 'object' || Array.isArray(value)
      ? value
      : Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  )

const madeBy = ({ seq, to, at, data }: Signal, { cache }: TaskCreate): Made => ({
  seq,
  by: to,
  output: (data as { readonly output: Json }).output,
  until: Math.ceil(at + (cache?.ttl ?? 0)),
})
