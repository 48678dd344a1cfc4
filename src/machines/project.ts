/**
 * Project: what runs and tasks are done for. Keeps its phases, what is known of it, and how what was done for it ended; what still lives
 * of it is counted elsewhere. Pure.
 */
import { assign, setup } from 'xstate'
import type { Address } from '../messages/address.ts'
import type { EventsOf } from '../messages/event.ts'
import type { Json } from '../messages/json.ts'
import type { projectMessages } from '../messages/project.ts'

/** Phases that are kept, the latest; older ones are in the journal. */
export const MAX_PHASES = 100

export interface Phase {
  readonly phase: string
  readonly by: string
  readonly why: string | null
  /** Milliseconds since the epoch. */
  readonly at: number
}

export type Counts = Readonly<Record<string, number>>

export interface ProjectContext {
  /** The latest last. */
  readonly phases: readonly Phase[]
  readonly metadata: Readonly<Record<string, Json>>
  /** Runs and tasks that were begun for it and are not over. */
  readonly members: readonly Address[]
  /** What ended, by state: those below its members included. */
  readonly tasks: Counts
  readonly runs: Counts
  /** Milliseconds since the epoch; 0 while it has not happened. */
  readonly openedAt: number
  readonly closedAt: number
}

export type ProjectEvent = EventsOf<typeof projectMessages>
type Args = { context: ProjectContext; event: ProjectEvent }

const plus = (counts: Counts, more: Counts): Counts => {
  const sum: Record<string, number> = { ...counts }
  for (const [state, count] of Object.entries(more)) sum[state] = (sum[state] ?? 0) + count
  return sum
}

export const projectMachine = setup({
  types: {} as { context: ProjectContext; events: ProjectEvent },
  guards: {
    isNewMember: ({ context, event }: Args) =>
      event.type === 'project.join' && !context.members.includes(event.data.member),
  },
  actions: {
    open: assign(({ event }) => ({ openedAt: event.at })),
    join: assign(({ context, event }) =>
      event.type === 'project.join' ? { members: [...context.members, event.data.member] } : {},
    ),
    enter: assign(({ context, event }) => {
      if (event.type !== 'project.phase') return {}
      const { phase, by, why = null } = event.data
      return { phases: [...context.phases, { phase, by, why, at: event.at }].slice(-MAX_PHASES) }
    }),
    note: assign(({ context, event }) => {
      if (event.type !== 'project.metadata') return {}
      const all = Object.entries({ ...context.metadata, ...event.data.set })
      return { metadata: Object.fromEntries(all.filter(([, value]) => value !== null)) }
    }),
    count: assign(({ context, event }) => {
      if (event.type !== 'project.count') return {}
      const over = new Set(event.data.over)
      return {
        tasks: plus(context.tasks, event.data.tasks),
        runs: plus(context.runs, event.data.runs),
        members: over.size === 0 ? context.members : context.members.filter(member => !over.has(member)),
      }
    }),
    close: assign(({ event }) => ({ closedAt: event.at })),
    reopen: assign({ closedAt: 0 }),
  },
}).createMachine({
  id: 'project',
  version: '1',
  description:
    'What runs and tasks are done for: its phases, what is known of it, how what was done for it ended.',
  options: { maxIterations: 100 },
  context: { phases: [], metadata: {}, members: [], tasks: {}, runs: {}, openedAt: 0, closedAt: 0 },
  initial: 'pending',
  states: {
    pending: {
      meta: { description: 'Not opened yet.' },
      on: { 'project.open': { target: 'open', actions: 'open' } },
    },
    open: {
      meta: { description: 'Work may be begun for it.' },
      on: {
        'project.join': { guard: 'isNewMember', actions: 'join' },
        'project.phase': { actions: 'enter' },
        'project.metadata': { actions: 'note' },
        'project.count': { actions: 'count' },
        'project.close': { target: 'closed', actions: 'close' },
      },
    },
    closed: {
      meta: { description: 'Nothing is begun for it any more; what runs goes on, and is counted.' },
      on: {
        'project.count': { actions: 'count' },
        'project.reopen': { target: 'open', actions: 'reopen' },
      },
    },
  },
})
