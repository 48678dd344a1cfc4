/** Orders: small machines in several versions, and the definitions that a process of a test knows. */
import { assign, setup, type AnyStateMachine } from 'xstate'
import { z } from 'zod'
import type { Json, Migrate } from 'stator'
import { carried, migrated } from '../../../src/actors/carry.ts'
import type { Definition } from '../../../src/actors/kind.ts'
import type { Definitions } from '../../../src/runtime/population.ts'

interface Order {
  readonly paid: number
  readonly note?: string
}
type Event = { readonly type: string; readonly data: { readonly amount?: number } }

const parts = setup({
  types: {} as { context: Order; events: Event },
  actions: {
    pay: assign(({ context, event }) => ({ ...context, paid: context.paid + (event.data.amount ?? 0) })),
  },
})

const open = {
  on: { 'test.create': { actions: 'pay' }, pay: { actions: 'pay' }, wait: 'waiting' },
} as const
const waiting = { after: { 1000: 'late' }, on: { pay: { actions: 'pay' }, ship: 'shipped' } } as const
const late = { on: { ship: 'shipped' } } as const
const base = { id: 'order', context: { paid: 0 }, initial: 'open' } as const
const shipped = { type: 'final' } as const

/** What runs begin on. */
export const first = parts.createMachine({ ...base, states: { open, waiting, late, shipped } })
/** One state more, in which nobody is yet. */
export const grown = parts.createMachine({
  ...base,
  states: {
    open,
    waiting: { ...waiting, on: { ...waiting.on, ask: 'asking' } },
    asking: late,
    late,
    shipped,
  },
})
/** Without the state that runs wait in. */
export const shrunk = parts.createMachine({
  ...base,
  states: { open: { on: { pay: { actions: 'pay' } } }, late, shipped },
})
/** The state has another name, and waits twice as long. */
export const renamed = parts.createMachine({
  ...base,
  states: {
    open: { on: { wait: 'parked' } },
    parked: { ...waiting, after: { 2000: 'late' } },
    late,
    shipped,
  },
})

const context = z.object({ paid: z.number().max(100), note: z.string().optional() })

/** A definition of an order, at `context/…`. */
export function order(
  machine: AnyStateMachine,
  version: string,
  options: { migrate?: Readonly<Record<string, Migrate>>; carries?: boolean } = {},
): Definition {
  const { migrate, carries = true } = options
  const objections = (given: Json): string[] =>
    context
      .safeParse(given)
      .error?.issues.map(issue => `context ${issue.path.join('.')}: ${issue.message}`) ?? []
  const carry: Definition['carry'] = (snapshot, how) => carried(machine, migrated(snapshot, how), objections)
  return {
    kind: {
      kind: 'context',
      machine,
      creates: 'test.create',
      messages: { pay: z.unknown() },
      public: ['pay'],
      names: {},
      wakes: () => false,
      rests: () => true,
    },
    machine,
    ref: { name: 'order', version, hash: `${version}:${Object.keys(machine.states).join()}` },
    input: undefined,
    freeze: given => given as Json,
    thaw: given => given,
    ...(migrate === undefined ? {} : { migrate }),
    ...(carries ? { carry } : {}),
  }
}

/** What a process knows: what is created is of the first. */
export function registered(...list: readonly Definition[]): Definitions {
  return {
    creating: ({ type }) => (type === 'test.create' ? list[0] : undefined),
    named: (_, { hash }) => list.find(({ ref }) => ref.hash === hash),
    alike: (_, { name }) => list.filter(({ ref }) => ref.name === name),
  }
}
