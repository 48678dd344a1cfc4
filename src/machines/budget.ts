/**
 * Budget: how much may be used up, how much was, and how much is set aside for what is under way. What is charged here it tells the
 * budget above. Pure: who uses what, and when an attempt is over, it is told.
 */
import { enqueueActions, setup } from 'xstate'
import type { Emitted } from '../messages/command.ts'
import type { Amounts, BudgetOpen, budgetMessages } from '../messages/budget.ts'
import type { EventsOf } from '../messages/event.ts'
import type { Json } from '../messages/json.ts'
import { minus, plus } from './amounts.ts'

/** What is set aside under a key. */
export interface Hold {
  readonly amounts: Amounts
  /** The attempt that it is for; absent where a budget below holds it. */
  readonly task?: string
  readonly turn?: number
  /** It stands for the attempt itself. */
  readonly attempt?: true
  /** Milliseconds since the epoch. */
  readonly since: number
}

export interface BudgetContext {
  /** What it was opened with; null only before that. */
  readonly spec: BudgetOpen | null
  readonly limits: Amounts
  readonly spent: Amounts
  /** The sum of all that is held. */
  readonly reserved: Amounts
  readonly holds: Readonly<Record<string, Hold>>
  /** Who raised it last, and why. */
  readonly raised: { readonly by: string; readonly reason: string } | null
  /** Milliseconds since the epoch; 0 while it has not happened. */
  readonly openedAt: number
  readonly endedAt: number
}

export type BudgetEvent = EventsOf<typeof budgetMessages>
type Args = { context: BudgetContext; event: BudgetEvent }

export const NEW_BUDGET: BudgetContext = {
  spec: null,
  limits: {},
  spent: {},
  reserved: {},
  holds: {},
  raised: null,
  openedAt: 0,
  endedAt: 0,
}

/** Of what there is too little, and how much of it there is. */
export interface Lack {
  readonly unit: string
  readonly limit: number
  readonly spent: number
  readonly reserved: number
  readonly asked: number
}

type Sums = Pick<BudgetContext, 'limits' | 'spent' | 'reserved'>

/** What is still there to be set aside, of what is limited; below 0 where more was used than was allowed. */
export const leftOf = ({ limits, spent, reserved }: Sums): Amounts =>
  Object.fromEntries(
    Object.entries(limits).map(([unit, limit]) => {
      const used = plus({ [unit]: spent[unit] ?? 0 }, { [unit]: reserved[unit] ?? 0 })
      return [unit, minus({ [unit]: limit }, used)[unit] ?? 0]
    }),
  )

const lackOf = ({ limits, spent, reserved }: Sums, unit: string, asked: number): Lack => ({
  unit,
  limit: limits[unit] ?? 0,
  spent: spent[unit] ?? 0,
  reserved: reserved[unit] ?? 0,
  asked,
})

/**
 * What is used up, and with it the budget: nothing is begun any more. Messages are not among it: each is refused for itself, and who
 * has sent the last one may go on without.
 */
export function usedUp(sums: Sums): Lack | undefined {
  for (const [unit, limit] of Object.entries(sums.limits))
    if (unit !== 'messages' && (sums.spent[unit] ?? 0) >= limit) return lackOf(sums, unit, 0)
  return undefined
}

/** What of these amounts is not there. */
export function lacking(sums: Sums, amounts: Amounts): Lack | undefined {
  const left = leftOf(sums)
  for (const [unit, asked] of Object.entries(amounts))
    if (asked > (left[unit] ?? Number.POSITIVE_INFINITY)) return lackOf(sums, unit, asked)
  return undefined
}

/** Why something that must be there beforehand is not granted. */
export function hindrance(context: BudgetContext, event: BudgetEvent): Lack | undefined {
  if (event.type === 'budget.reserve') return usedUp(context) ?? lacking(context, event.data.amounts)
  return event.type === 'budget.charge' ? lacking(context, event.data.amounts) : undefined
}

/** How it stands after an event that it takes. */
function after(context: BudgetContext, event: BudgetEvent): Partial<BudgetContext> {
  const { spent, reserved, holds } = context
  switch (event.type) {
    case 'budget.open':
      return { spec: event.data, limits: event.data.limits, openedAt: event.at }
    case 'budget.reserve': {
      const { key, amounts, task, turn, attempt } = event.data
      const whose = task === undefined || turn === undefined ? {} : { task, turn }
      const hold = { amounts, ...whose, ...(attempt === true && { attempt }), since: event.at }
      return { reserved: plus(reserved, amounts), holds: { ...holds, [key]: hold } }
    }
    case 'budget.settle':
    case 'budget.release': {
      const { [event.data.key]: hold, ...others } = holds
      const used = event.type === 'budget.settle' ? event.data.amounts : {}
      return { spent: plus(spent, used), reserved: minus(reserved, hold?.amounts ?? {}), holds: others }
    }
    case 'budget.spend':
    case 'budget.charge':
      return { spent: plus(spent, event.data.amounts) }
    case 'budget.raise': {
      const { limits, by, reason } = event.data
      return { limits: { ...context.limits, ...limits }, raised: { by, reason } }
    }
    default:
      return { endedAt: event.at }
  }
}

/** What concerns nobody but itself. */
const OWN: ReadonlySet<string> = new Set(['budget.open', 'budget.raise', 'budget.close'])

const fromBelow = ({ from }: BudgetEvent): boolean => from.startsWith('budget/')
const isHeld = ({ holds }: BudgetContext, key: string): boolean => Object.hasOwn(holds, key)

function takes(context: BudgetContext, event: BudgetEvent): boolean {
  switch (event.type) {
    case 'budget.reserve':
      if (isHeld(context, event.data.key)) return false
      return fromBelow(event) || hindrance(context, event) === undefined
    case 'budget.charge':
      // Whoever is above was asked before the one below has taken it.
      return fromBelow(event) || hindrance(context, event) === undefined
    case 'budget.settle':
    case 'budget.release':
      return isHeld(context, event.data.key)
    case 'budget.raise':
      return Object.entries(event.data.limits).every(
        ([unit, limit]) => limit >= (context.limits[unit] ?? Infinity),
      )
    case 'budget.close':
      return Object.keys(context.holds).length === 0
    default:
      return true
  }
}

const isUsedUp = (context: BudgetContext, event: BudgetEvent): boolean =>
  usedUp({ ...context, ...after(context, event) }) !== undefined

const take = { guard: 'isTaken', actions: 'take' } as const
const charge = [{ guard: 'usesUp', target: 'exhausted', actions: 'take' }, take] as const
const close = { guard: 'isTaken', target: 'closed', actions: 'take' } as const

export const budgetMachine = setup({
  types: {} as { context: BudgetContext; events: BudgetEvent; emitted: Emitted },
  guards: {
    isTaken: ({ context, event }: Args) => takes(context, event),
    /** Taken, and nothing more is left of something. */
    usesUp: ({ context, event }: Args) => takes(context, event) && isUsedUp(context, event),
    suffices: ({ context, event }: Args) => takes(context, event) && !isUsedUp(context, event),
  },
  actions: {
    take: enqueueActions(({ context, event, enqueue }) => {
      enqueue.assign(after(context, event))
      const { parent: to } = context.spec ?? {}
      if (to !== undefined && !OWN.has(event.type))
        enqueue.emit({ type: 'send', to, event: event.type, data: told(event) })
    }),
  },
}).createMachine({
  id: 'budget',
  version: '1',
  description:
    'What may be used up below a run, a task or a name: set aside before, counted after, refused when there is no more.',
  options: { maxIterations: 100 },
  context: NEW_BUDGET,
  initial: 'pending',
  states: {
    pending: {
      meta: { description: 'Is not opened yet.' },
      on: {
        'budget.open': [
          { guard: 'usesUp', target: 'exhausted', actions: 'take' },
          { target: 'open', actions: 'take' },
        ],
      },
    },
    open: {
      meta: { description: 'Gives what is left, to whoever asks first.' },
      on: {
        'budget.reserve': take,
        'budget.settle': charge,
        'budget.release': take,
        'budget.spend': charge,
        'budget.charge': charge,
        'budget.raise': take,
        'budget.close': close,
      },
    },
    exhausted: {
      meta: { description: 'Something is used up: nothing is begun any more, until somebody raises it.' },
      on: {
        'budget.reserve': take,
        'budget.settle': take,
        'budget.release': take,
        'budget.spend': take,
        'budget.charge': take,
        'budget.raise': [{ guard: 'suffices', target: 'open', actions: 'take' }, take],
        'budget.close': close,
      },
    },
    closed: { type: 'final', meta: { description: 'What it was for is over; what was spent is kept.' } },
  },
})

/** What the budget above hears: not who it is for. */
function told(event: BudgetEvent): Json {
  if (event.type !== 'budget.reserve') return event.data as unknown as Json
  const { key, amounts } = event.data
  return { key, amounts }
}
