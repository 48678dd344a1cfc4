/** runtime.ledger: what tasks did outside, or may have done, and how people say what became of it. It decides nothing. */
import { z } from 'zod'
import { parse } from '../../actors/schema.ts'
import { StatorError } from '../../errors.ts'
import { checkId, CLIENT, idOf, rootOf, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Door } from '../door.ts'
import type { Journal } from '../journal.ts'
import type { Lifetime } from '../lifetime.ts'
import { scan } from '../scan.ts'
import { EFFECT_STATES, effectsOf, type EffectState, type LedgerEntry } from './effects-of.ts'

export type { EffectState, LedgerEntry } from './effects-of.ts'

/** Tasks that one page reads at most: a page may be short, or empty, and still have a next one. */
const MAX_TASKS = 1_000

export interface LedgerFilter {
  readonly state?: EffectState | undefined
  /** The name of its definition. */
  readonly task?: string | undefined
  /** A run, by its id, with those below it. */
  readonly run?: string | undefined
  /** Who was at it last, by its id. */
  readonly agent?: string | undefined
}

export interface LedgerPage {
  readonly entries: readonly LedgerEntry[]
  /** Give it as `cursor` for what follows; null: that was all. */
  readonly next: string | null
}

export interface EffectWord {
  /** Who says so: 1 to 200 characters. */
  readonly by: string
  readonly reason?: string
}

export interface LedgerParts {
  readonly journal: Journal
  readonly door: Door
  readonly lifetime: Pick<Lifetime, 'requireOpen' | 'requireJournal' | 'requireTruth' | 'journalId'>
  readonly admit: (value: unknown) => Json
}

const shape = z.strictObject({
  state: z.enum(EFFECT_STATES).optional(),
  task: z.string().optional(),
  run: z.string().optional(),
  agent: z.string().optional(),
  limit: z.int().min(1).max(1_000).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,16}$/)
    .optional(),
})
const wordShape = z.strictObject({
  by: z.string().min(1).max(200),
  reason: z.string().max(10_000).optional(),
  value: z.unknown().optional(),
  notDone: z.literal(true).optional(),
})

export class LedgerView {
  readonly #parts: LedgerParts

  constructor(parts: LedgerParts) {
    this.#parts = parts
  }

  /**
   * What fits, a page at a time (`limit`, 1 to 1,000, default 100), by the creation of the tasks, oldest first. A page holds the last task
   * of it whole, and may be short and still name a `next` one. @throws StatorError INPUT_INVALID, ADDRESS_INVALID, CLOSED, JOURNAL_FAILED
   */
  list(options: LedgerFilter & { limit?: number; cursor?: string } = {}): LedgerPage {
    const { limit = 100, cursor = '0', run, ...wanted } = parse(shape, options, 'INPUT_INVALID', 'filter')
    const { journal } = this.#ready()
    const within = run === undefined ? {} : { correlationId: rootOf(`workflow/${checkId(run, 'run id')}`) }
    const below = run === undefined ? 'task/' : `task/${run}/`
    const entries: LedgerEntry[] = []
    let read = 0
    for (const created of scan(journal, { ...within, types: ['task.create'], after: Number(cursor) })) {
      if (created.to.startsWith(below)) entries.push(...this.#entries(created.to, created.data, wanted))
      if (entries.length >= limit || ++read === MAX_TASKS) return { entries, next: String(created.seq) }
    }
    return { entries, next: null }
  }

  /** All of one task, by its id (of a step: `run/step`): first as a whole. @throws StatorError ADDRESS_INVALID, CLOSED, JOURNAL_FAILED */
  get(task: string): LedgerEntry[] {
    return this.#of(`task/${checkId(task, 'task id')}`)
  }

  /**
   * An operator's word on what became of a `ctx.do` that is uncertain: it happened, and that is its result; or it did not (`notDone`),
   * and is run again. The next attempt goes by it. Settles when that is durable.
   * @throws StatorError (rejects) EFFECT_SETTLED: it is not uncertain; RECIPIENT_UNKNOWN: its task has ended, and it stays uncertain;
   * INPUT_INVALID, ADDRESS_INVALID, HUB_BUSY, CLOSED, and what JSON is refused with
   */
  async resolve(
    task: string,
    effect: string,
    word: EffectWord & ({ readonly value: unknown } | { readonly notDone: true }),
  ): Promise<void> {
    this.#parts.lifetime.requireOpen()
    const to: Address = `task/${checkId(task, 'task id')}`
    const given = parse(wordShape, word, 'INPUT_INVALID', 'what became of it')
    const done = given.notDone !== true
    if (done !== 'value' in word)
      throw new StatorError('INPUT_INVALID', { expected: 'either a value, or notDone' })
    const found = this.#of(to).find(entry => entry.effect === effect)
    if (found?.state !== 'uncertain')
      throw new StatorError('EFFECT_SETTLED', { task: to, effect, state: found?.state ?? null })
    const { by, reason, value } = given
    const said = { name: effect, done, ...(done && { value }), how: 'operator', by, reason }
    const data = this.#parts.admit(said)
    await this.#parts.door.submit({
      type: 'task.resolved',
      to,
      from: CLIENT,
      data,
      correlationId: rootOf(to),
    })
  }

  #entries(task: Address, data: Json, wanted: Omit<LedgerFilter, 'run'>): LedgerEntry[] {
    const { task: name } = (data ?? {}) as Partial<TaskCreate>
    if (wanted.task !== undefined && wanted.task !== name) return []
    return this.#of(task).filter(
      ({ state, agent }) =>
        (wanted.state ?? state) === state &&
        (wanted.agent === undefined || agent === `agent/${wanted.agent}`),
    )
  }

  #of(task: Address): LedgerEntry[] {
    const { journal, lifetime } = this.#ready()
    const root = rootOf(task)
    return effectsOf(journal, lifetime.journalId, task, root === task ? null : idOf(root))
  }

  #ready(): LedgerParts {
    this.#parts.lifetime.requireJournal()
    this.#parts.lifetime.requireTruth()
    return this.#parts
  }
}
