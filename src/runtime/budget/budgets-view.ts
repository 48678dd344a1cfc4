/** runtime.budgets: what may be used up, what was, and what is set aside; and how people open, raise and close. It decides nothing. */
import { z } from 'zod'
import { parse } from '../../actors/schema.ts'
import { StatorError } from '../../errors.ts'
import { leftOf, type BudgetContext } from '../../machines/budget.ts'
import { checkAddress, checkId, checkName, CLIENT, idOf, type Address } from '../../messages/address.ts'
import type { Amounts } from '../../messages/budget.ts'
import type { Json } from '../../messages/json.ts'
import type { Door } from '../door.ts'
import type { HandleHost } from '../handles.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Bursar } from './bursar.ts'
import { limitsOf, type BudgetLimits } from './limits.ts'

/** Amounts by unit; time in milliseconds, of running. Times in milliseconds since the epoch. */
export interface BudgetInfo {
  /** That of its run; of a task `task:<id>`; or the name that it was opened with. */
  readonly id: string
  readonly address: Address
  readonly state: 'open' | 'exhausted' | 'closed' | 'held'
  /** The run or task that it is for; null where it is only for budgets below it. */
  readonly of: Address | null
  /** The budget above it, by its id. */
  readonly within: string | null
  readonly limits: Amounts
  readonly spent: Amounts
  readonly reserved: Amounts
  /** Of what is limited; below 0 where more was used than was allowed. Attempts under way have used up time that is not counted yet. */
  readonly left: Amounts
  /** What is set aside, by attempts, or by budgets below. */
  readonly holds: readonly BudgetHold[]
  /** Who raised it last, and why. */
  readonly raised: { readonly by: string; readonly reason: string } | null
  readonly openedAt: number
  readonly endedAt: number | null
}

export interface BudgetHold {
  readonly amounts: Amounts
  /** Address of the task, and which of its turns; null where a budget below holds it. */
  readonly task: string | null
  readonly turn: number | null
  readonly since: number
}

export interface OpenBudgetOptions {
  /** A run below another run, a run or a task that is still to come, by its address: `workflow/release/research`. Default: none. */
  readonly of?: Address
  /** The budget above it, by its id: what is charged here is charged there. */
  readonly within?: string
}

export interface BudgetsParts {
  readonly door: Door
  readonly handles: HandleHost
  readonly bursar: Bursar
  readonly lifetime: Pick<Lifetime, 'requireOpen' | 'requireTruth' | 'requireJournal'>
  readonly admit: (value: unknown) => Json
}

const optionsShape = z.strictObject({ of: z.string().optional(), within: z.string().optional() })
const wordShape = z.strictObject({ by: z.string().min(1).max(200), reason: z.string().max(10_000) })

export class BudgetsView {
  readonly #parts: BudgetsParts

  constructor(parts: BudgetsParts) {
    this.#parts = parts
  }

  /**
   * Opens a budget that others can be started with (`budget: 'name'`) or that is for a run below another. The same again is no error.
   * @throws StatorError (rejects) IDEMPOTENCY_CONFLICT: another one has that name; ALREADY_REGISTERED: what it is for has one; NOT_FOUND: no
   * budget `within`; INPUT_INVALID, DEFINITION_INVALID (no duration), ADDRESS_INVALID, HUB_BUSY, CLOSED
   */
  async open(name: string, limits: BudgetLimits, options: OpenBudgetOptions = {}): Promise<BudgetInfo> {
    const { door, handles, bursar, lifetime } = this.#parts
    lifetime.requireOpen()
    const given = parse(optionsShape, options, 'INPUT_INVALID', 'options')
    const to: Address = `budget/${checkName(name, 'budget')}`
    const of = given.of === undefined ? undefined : checkAddress(given.of, 'of')
    const parent = given.within === undefined ? undefined : addressOf(given.within)
    if (parent !== undefined && handles.cell(parent) === undefined)
      throw new StatorError('NOT_FOUND', { budget: given.within })
    const other = of === undefined ? undefined : bursar.scopes.of(of)
    if (other !== undefined && other !== to)
      throw new StatorError('ALREADY_REGISTERED', { of, budget: other })
    const data = this.#parts.admit({ limits: limitsOf(limits), of, parent })
    const address = await door.create({
      type: 'budget.open',
      to,
      from: CLIENT,
      data,
      correlationId: to,
      key: { key: `id:${to}`, raw: data },
    })
    return this.#require(address)
  }

  /** How it stands, or ended; undefined for one that never was, or was pruned. @throws StatorError ADDRESS_INVALID, CLOSED, JOURNAL_FAILED */
  get(id: string): BudgetInfo | undefined {
    return this.#info(addressOf(id))
  }

  /** All that are not closed, by their ids. @throws StatorError CLOSED, JOURNAL_FAILED */
  list(): BudgetInfo[] {
    return [...this.#parts.bursar.budgets].toSorted().flatMap(address => this.#info(address) ?? [])
  }

  /**
   * Raises limits: of what has one, and never below what it is. What is refused for lack of it is not begun again by that.
   * @throws StatorError (rejects) EVENT_REFUSED: a limit would be lower, or is none, or it is closed; RECIPIENT_UNKNOWN; INPUT_INVALID,
   * DEFINITION_INVALID (no duration)
   */
  async raise(
    id: string,
    limits: BudgetLimits,
    word: { readonly by: string; readonly reason: string },
  ): Promise<BudgetInfo> {
    const { by, reason } = parse(wordShape, word, 'INPUT_INVALID', 'who raises it, and why')
    return this.#tell(id, 'budget.raise', { limits: limitsOf(limits), by, reason })
  }

  /** Closes one; that of a run closes with it. @throws StatorError (rejects) EVENT_REFUSED: something is set aside; RECIPIENT_UNKNOWN */
  async close(
    id: string,
    word: { readonly by?: string; readonly reason?: string } = {},
  ): Promise<BudgetInfo> {
    const given = parse(wordShape.partial(), word, 'INPUT_INVALID', 'who closes it, and why')
    return this.#tell(id, 'budget.close', given as Json)
  }

  async #tell(id: string, type: string, data: Json): Promise<BudgetInfo> {
    const to = addressOf(id)
    await this.#parts.door.send({ type, to, from: CLIENT, data })
    return this.#require(to)
  }

  #require(address: Address): BudgetInfo {
    const info = this.#info(address)
    if (info === undefined) throw new StatorError('NOT_FOUND', { budget: idOf(address) })
    return info
  }

  #info(address: Address): BudgetInfo | undefined {
    const { handles, lifetime } = this.#parts
    lifetime.requireJournal()
    lifetime.requireTruth()
    const cell = handles.cell(address)
    if (cell !== undefined)
      return infoOf(address, cell.held === null ? cell.state : 'held', cell.snapshot.context)
    const ending = handles.ending(address)
    const past = ending === undefined ? undefined : handles.past(ending)
    return past === undefined ? undefined : infoOf(address, 'closed', past.snapshot.context)
  }
}

const addressOf = (id: string): Address => `budget/${checkId(id, 'budget')}`

function infoOf(address: Address, state: string, context: unknown): BudgetInfo {
  const { spec, limits, spent, reserved, holds, raised, openedAt, endedAt } = context as BudgetContext
  return {
    id: idOf(address),
    address,
    state: state as BudgetInfo['state'],
    of: spec?.of ?? null,
    within: spec?.parent === undefined ? null : idOf(spec.parent),
    limits,
    spent,
    reserved,
    left: leftOf({ limits, spent, reserved }),
    holds: Object.values(holds).map(({ amounts, task = null, turn = null, since }) => ({
      amounts,
      task,
      turn,
      since,
    })),
    raised,
    openedAt,
    endedAt: endedAt === 0 ? null : endedAt,
  }
}
