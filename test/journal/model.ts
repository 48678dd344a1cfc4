/**
 * The model of a journal: plain arrays and maps, no index, no page, no chunk. fast-check runs the same
 * commands on the model and on a real journal and compares what can be seen.
 */
import {
  array,
  boolean,
  commands as sequences,
  constant,
  constantFrom,
  integer,
  nat,
  option,
  record,
  string,
  stringify,
  subarray,
  tuple,
  uniqueArray,
  type Arbitrary,
  type Command as FcCommand,
} from 'fast-check'
import type { Address } from '../../src/messages/address.ts'
import { rootOf } from '../../src/messages/address.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { matches } from '../../src/runtime/history.ts'
import type {
  CachedResult,
  HistoryFilter,
  KeyRecord,
  PendingMessage,
  SubResult,
  Checkpoint,
} from '../../src/runtime/journal.ts'
import { same } from '../../src/testing/journal-suite/expect.ts'
import {
  cachedResult,
  checkpoint,
  keyRecord,
  pendingMessage,
  Scribe,
  subResult,
  type Draft,
} from '../../src/testing/journal-suite/fixtures.ts'
import type { JournalPlace } from '../../src/testing/journal-suite/index.ts'

export interface Model {
  signals: Signal[]
  anchor: number
  tailAfter: number
  at: number
  readonly checkpoints: Map<string, Checkpoint>
  readonly pending: Map<number, PendingMessage>
  readonly results: Map<string, SubResult>
  readonly keys: Map<string, KeyRecord>
  readonly cached: Map<string, CachedResult>
}

export interface Real {
  readonly place: JournalPlace
  scribe: Scribe
}

export const newModel = (): Model => ({
  signals: [],
  anchor: 0,
  tailAfter: 0,
  at: 1_000,
  checkpoints: new Map(),
  pending: new Map(),
  results: new Map(),
  keys: new Map(),
  cached: new Map(),
})

const RUNS = ['workflow/a', 'workflow/b', 'workflow/c', 'task/d'] as const
const ADDRESSES: readonly Address[] = [...RUNS, 'task/a/x', 'task/b/x', 'agent/m', 'gate/a']
const TYPES = ['task.create', 'task.done', 'step.done', 'note'] as const
const NAMES = ['task.completed', 'note', 'task.started'] as const

const run = constantFrom(...RUNS)
const address = constantFrom(...ADDRESSES)

type Command = FcCommand<Model, Real>

interface Delivery {
  readonly step: number
  readonly type: string
  readonly name: string | null
  readonly to: Address
  readonly correlationId: string
}

const delivery: Arbitrary<Delivery> = record({
  step: nat({ max: 3 }),
  type: constantFrom(...TYPES),
  name: option(constantFrom(...NAMES)),
  to: address,
  correlationId: run,
})

interface Extras {
  readonly tail: number | null
  readonly checkpoints: readonly { address: Address; state: string; wake: boolean }[]
  readonly ended: readonly Address[]
  readonly pending: readonly number[]
  readonly delivered: readonly number[]
  readonly results: readonly { owner: Address; name: string }[]
  readonly keys: readonly { key: string; address: Address }[]
  /** By name; how many records before the last, and how long it stands. */
  readonly cached: readonly { key: string; back: number; ttl: number }[]
}

const few = <T>(one: Arbitrary<T>): Arbitrary<T[]> => array(one, { maxLength: 2 })
const id = nat({ max: 5 })
const state = constantFrom('idle', 'running')

const extras: Arbitrary<Extras> = record({
  tail: option(nat({ max: 100 })),
  checkpoints: few(record({ address, state, wake: boolean() })),
  ended: few(address),
  pending: uniqueArray(id, { maxLength: 3 }),
  delivered: few(id),
  results: few(record({ owner: address, name: string({ maxLength: 2 }) })),
  keys: few(record({ key: string({ maxLength: 1 }), address })),
  cached: few(record({ key: string({ maxLength: 1 }), back: nat({ max: 20 }), ttl: nat({ max: 30 }) })),
})

class Commit implements Command {
  readonly #deliveries: readonly Delivery[]
  readonly #extras: Extras

  constructor(deliveries: readonly Delivery[], more: Extras) {
    this.#deliveries = deliveries
    this.#extras = more
  }

  check(): boolean {
    return true
  }

  run(model: Model, { scribe }: Real): void {
    const { tail, ended, delivered } = this.#extras
    const last = model.signals.length + this.#deliveries.length
    const drafts = this.#deliveries.map(({ step, name, ...rest }): Draft => {
      model.at += step
      return { ...rest, name: name ?? rest.type, at: model.at }
    })
    // Recovery's position only moves forward.
    const tailAfter = tail === null ? null : Math.max(model.tailAfter, Math.floor((last * tail) / 100))
    const checkpoints = this.#extras.checkpoints.map(each => checkpoint(each.address, { ...each, seq: last }))
    const pending = this.#extras.pending.map(each => pendingMessage(each, { causationId: last }))
    const results = this.#extras.results.map(each => subResult(each.owner, each.name, { value: last }))
    const keys = this.#extras.keys.map(each => keyRecord(each.key, each.address, { seq: last }))
    const cached = this.#extras.cached.map(each =>
      cachedResult(each.key, Math.max(1, last - each.back), model.at + each.ttl),
    )
    const before = scribe.signals.length
    scribe.write(drafts, { tailAfter, checkpoints, ended, pending, delivered, results, keys, cached })
    model.signals.push(...scribe.signals.slice(before))
    model.tailAfter = tailAfter ?? model.tailAfter
    for (const each of delivered) model.pending.delete(each)
    for (const each of pending) model.pending.set(each.id, each)
    for (const each of results) model.results.set(JSON.stringify([each.owner, each.name]), each)
    for (const each of keys) model.keys.set(each.key, each)
    for (const each of cached) model.cached.set(each.key, each)
    for (const each of ended) model.checkpoints.delete(each)
    for (const each of checkpoints) model.checkpoints.set(each.address, each)
  }

  toString(): string {
    return `commit(${stringify(this.#deliveries)}, ${stringify(this.#extras)})`
  }
}

class Prune implements Command {
  readonly #runs: readonly string[]
  readonly #percent: number

  constructor(runs: readonly string[], percent: number) {
    this.#runs = runs
    this.#percent = percent
  }

  check(): boolean {
    return true
  }

  run(model: Model, { scribe }: Real): void {
    const gone = new Set(this.#runs)
    const dropTo = Math.floor((model.signals.length * this.#percent) / 100)
    scribe.journal.prune({ correlationIds: this.#runs, dropTo, now: model.at })
    model.anchor = Math.max(model.anchor, Math.min(dropTo, model.tailAfter))
    model.signals = model.signals.map(each => (gone.has(each.correlationId) ? { ...each, data: null } : each))
    for (const [key, { owner }] of model.results) if (gone.has(rootOf(owner))) model.results.delete(key)
    for (const [key, found] of model.keys) if (gone.has(rootOf(found.address))) model.keys.delete(key)
    for (const [key, { seq, expires }] of model.cached)
      if (expires <= model.at || seq <= model.anchor || (model.signals[seq - 1]?.data ?? null) === null)
        model.cached.delete(key)
  }

  toString(): string {
    return `prune(${this.#runs.join()}, ${this.#percent}%)`
  }
}

class Reopen implements Command {
  check(): boolean {
    return true
  }

  run(model: Model, real: Real): void {
    real.scribe.journal.close()
    real.scribe = new Scribe(real.place)
    const { last, tailAfter, anchor } = real.scribe.state
    same([last.seq, tailAfter, anchor], [model.signals.length, model.tailAfter, model.anchor])
  }

  toString(): string {
    return 'reopen'
  }
}

class Query implements Command {
  readonly #filter: HistoryFilter

  constructor(filter: HistoryFilter) {
    this.#filter = filter
  }

  check(): boolean {
    return true
  }

  run(model: Model, { scribe }: Real): void {
    const fits = model.signals.slice(model.anchor).filter(each => matches(each, this.#filter))
    const ordered = this.#filter.order === 'desc' ? fits.toReversed() : fits
    same(scribe.journal.query(this.#filter), ordered.slice(0, this.#filter.limit ?? 1_000))
  }

  toString(): string {
    return `query(${stringify(this.#filter)})`
  }
}

/** Everything else that can be seen, at once. */
class Look implements Command {
  check(): boolean {
    return true
  }

  run(model: Model, { scribe: { journal } }: Real): void {
    same(journal.verify(), null)
    const held = model.signals.slice(model.anchor)
    const read = journal.read({ after: 0, limit: 10_000 })
    same(
      read.map(({ seq, data }) => [seq, data]),
      held.map(({ seq, data }) => [seq, data === null ? null : JSON.stringify(data)]),
    )
    same(journal.get(model.anchor), undefined)
    const byAddress = [...model.checkpoints.values()].toSorted((a, b) => (a.address < b.address ? -1 : 1))
    same([...journal.checkpoints({})], byAddress)
    same(
      [...journal.checkpoints({ kind: 'task', wake: true })],
      byAddress.filter(each => each.wake && each.address.startsWith('task/')),
    )
    same(journal.pending(), [...model.pending.values()])
    for (const owner of ADDRESSES)
      same(
        journal.results(owner),
        [...model.results.values()].filter(each => each.owner === owner),
      )
    for (const [key, found] of model.keys) same(journal.key('client/test', key), found)
    for (const key of ['', 'a', ...model.cached.keys()]) same(journal.cached(key), model.cached.get(key))
  }

  toString(): string {
    return 'look'
  }
}

const optional = <T>(one: Arbitrary<T>): Arbitrary<T | undefined> => option(one, { nil: undefined })
const position = nat({ max: 120 })
const time = integer({ min: 990, max: 1_200 })
const filter: Arbitrary<HistoryFilter> = record({
  types: optional(subarray([...TYPES, ...NAMES])),
  actor: optional(address),
  correlationId: optional(run),
  after: optional(position),
  before: optional(position),
  since: optional(time),
  until: optional(time),
  order: optional(constantFrom('asc' as const, 'desc' as const)),
  limit: optional(nat({ max: 9 })),
}).map(fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)))

export const commands: Arbitrary<Iterable<Command>> = sequences(
  [
    tuple(array(delivery, { maxLength: 20, size: 'max' }), extras).map(
      ([deliveries, more]) => new Commit(deliveries, more),
    ),
    tuple(subarray([...RUNS]), nat({ max: 100 })).map(([runs, percent]) => new Prune(runs, percent)),
    filter.map(each => new Query(each)),
    filter.map(each => new Query(each)),
    constant(new Reopen()),
    constant(new Look()),
  ],
  { maxCommands: 40, size: 'max' },
)
