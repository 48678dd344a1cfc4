/** runtime.runs: runs by state and workflow, a page at a time, living ones and those that history knows. It looks; it changes nothing. */
import { z } from 'zod'
import { parse } from '../actors/schema.ts'
import { idOf, type Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type { Journal } from './journal.ts'
import type { Lifetime } from './lifetime.ts'
import { versionAt } from './migration.ts'
import { lastEnding } from './outcome.ts'
import type { Population } from './population.ts'
import { scan } from './scan.ts'

/** Records that one page reads at most: a page may be short, or empty, and still have a next one. */
const MAX_SCANNED = 10_000

export interface RunFilter {
  /** Such as `running`, `paused`, `held`, `completed`: of a machine of your own with all that is in it. */
  readonly state?: string | undefined
  /** The name of its workflow; of a graph given as data `graph`. */
  readonly workflow?: string | undefined
  /** Also runs that are steps of others. Default false. */
  readonly children?: boolean | undefined
}

export interface RunPage {
  readonly runs: readonly RunSummary[]
  /** Give it as `cursor` for what follows; null: that was all. */
  readonly next: string | null
}

export interface RunSummary {
  readonly id: string
  readonly address: Address
  readonly workflow: string
  readonly version: string
  readonly state: string
  readonly alive: boolean
  /** The run that it is a step of. */
  readonly parent: Address | null
  /** Milliseconds since the epoch. */
  readonly started: number
  readonly ended: number | null
}

const shape = z.strictObject({
  state: z.string().optional(),
  workflow: z.string().optional(),
  children: z.boolean().optional(),
  limit: z.int().min(1).max(1_000).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,16}$/)
    .optional(),
})

export interface RunsParts {
  readonly journal: Journal
  readonly population: Population
  readonly lifetime: Pick<Lifetime, 'requireJournal' | 'requireTruth'>
}

export class RunsView {
  readonly #parts: RunsParts

  constructor(parts: RunsParts) {
    this.#parts = parts
  }

  /**
   * Runs that fit, a page at a time (`limit`, 1 to 1,000, default 100), by their start, oldest first. A page may be short and still
   * name a `next` one. @throws StatorError INPUT_INVALID, CLOSED, JOURNAL_FAILED
   */
  list(options: RunFilter & { limit?: number; cursor?: string } = {}): RunPage {
    const { limit = 100, cursor = '0', ...asked } = parse(shape, options, 'INPUT_INVALID', 'filter')
    const { journal, lifetime } = this.#parts
    lifetime.requireJournal()
    lifetime.requireTruth()
    const runs: RunSummary[] = []
    let scanned = 0
    for (const start of scan(journal, { types: ['workflow.start'], after: Number(cursor) })) {
      const run = this.#summary(start, asked)
      if (run !== undefined) runs.push(run)
      if (runs.length === limit || ++scanned === MAX_SCANNED) return { runs, next: String(start.seq) }
    }
    return { runs, next: null }
  }

  /** Undefined where it does not fit; where nobody came of it, or it was erased. */
  #summary(start: Signal, { state, workflow, children = false }: RunFilter): RunSummary | undefined {
    if (start.refused !== null || start.data === null) return undefined
    const { parent = null, ...named } = start.data as unknown as Start
    if ((parent !== null && !children) || (workflow ?? named.workflow) !== named.workflow) return undefined
    const standing = this.#standing(start.to, start.seq)
    if (standing === undefined || !isIn(standing.state, state)) return undefined
    const { to: address, at: started } = start
    const version = this.#version(start)
    return { id: idOf(address), address, workflow: named.workflow, version, parent, started, ...standing }
  }

  /** Whoever lives has it at hand; of who ended it is a part of its history. */
  #version(start: Signal): string {
    const { population, journal } = this.#parts
    const cell = population.look(start.to)
    if (cell !== undefined && cell.createdSeq === start.seq) return cell.definition.ref.version
    return versionAt(journal, start, Number.POSITIVE_INFINITY)
  }

  #standing(address: Address, since: number): Pick<RunSummary, 'state' | 'alive' | 'ended'> | undefined {
    const { population, journal } = this.#parts
    const cell = population.look(address)
    if (cell !== undefined && cell.createdSeq === since)
      return { state: cell.hold === null ? cell.state : 'held', alive: true, ended: null }
    if (population.stranded().has(address)) return { state: 'held', alive: true, ended: null }
    const ending = lastEnding(journal, address)
    return ending === undefined ? undefined : { state: ending.toState ?? '', alive: false, ended: ending.at }
  }
}

/** A machine of a user's own says where in a state it is: `running.waiting` is one that runs. */
export const isIn = (state: string, asked: string | undefined): boolean =>
  asked === undefined || state === asked || state.startsWith(`${asked}.`)

interface Start {
  readonly workflow: string
  readonly parent?: Address
}
