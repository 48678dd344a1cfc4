/**
 * Own machine carry: when a run of a user's own machine can go on with another machine. What is compared, and what a migration is shown, is
 * the machine's own snapshot; the books around it stay. Pure, but for the migration.
 */
import type { AnyStateMachine } from 'xstate'
import type { Json } from '../messages/json.ts'
import type { Migrate, RunSnapshot, StateValue } from '../messages/migration.ts'
import { faults, migrated } from './carry.ts'
import type { Carried } from './kind.ts'
import { misfits } from './misfits.ts'
import { TIMER } from './own-machine-hull.ts'
import type { FrozenOwn, OwnEvent } from './own-machine-state.ts'
import type { Schema } from './schema.ts'

export interface CarryParts {
  /** As its user wrote it. */
  readonly machine: AnyStateMachine
  /** What its context must be, where its user says so. */
  readonly context: Schema | undefined
}

export function carryOwn(parts: CarryParts, snapshot: RunSnapshot, migrate: Migrate | undefined): Carried {
  const books = snapshot.context as unknown as FrozenOwn
  const { inner, end } = books
  // One that has come to its end only waits for its tasks: what its machine was does not count any more.
  if (inner === null || end !== null) return { snapshot, reasons: [] }
  const shown = migrated(showing(books, inner, snapshot), migrate)
  const reasons = [
    ...(parts.context === undefined ? [] : faults(parts.context, shown.context, 'context')),
    ...misfits(parts.machine, shown, new Set(Object.keys(books.visits))),
    ...childFaults(books, shown),
  ]
  return { snapshot: taking(books, snapshot, shown), reasons }
}

/** The run as its user knows it. */
function showing(
  books: FrozenOwn,
  inner: NonNullable<FrozenOwn['inner']>,
  { timers }: RunSnapshot,
): RunSnapshot {
  const children = Object.entries(books.children).map(([id, { src }]) => [id, { src }] as const)
  return {
    value: inner.value as StateValue,
    context: inner.context,
    historyValue: inner.history,
    children: Object.fromEntries(children),
    timers: timers.map(({ id, due }) => ({ id, event: books.timers[id]?.type ?? '', due })),
  } as RunSnapshot
}

/** The inverse. A timer that is another gets an event that is nothing but its name. */
function taking(books: FrozenOwn, snapshot: RunSnapshot, shown: RunSnapshot): RunSnapshot {
  const { value, context, historyValue: history = {}, timers } = shown
  const eventOf = (id: string, type: string): OwnEvent => {
    const known = books.timers[id]
    return known?.type === type ? known : { type }
  }
  const events = Object.fromEntries(timers.map(({ id, event }) => [id, eventOf(id, event)]))
  const inner = { status: 'active', value, context, history }
  return {
    ...snapshot,
    value: { running: value },
    context: { ...books, inner, timers: events } as unknown as Json,
    timers: timers.map(({ id, due }) => ({ id, event: TIMER, due })),
  } as RunSnapshot
}

/** Tasks that run are the hub's: a migration can neither start nor stop them. */
function childFaults({ children }: FrozenOwn, shown: RunSnapshot): string[] {
  const named = Object.entries((shown['children'] ?? {}) as Readonly<Record<string, { src?: unknown }>>)
  const isSame =
    named.length === Object.keys(children).length && named.every(([id, { src }]) => children[id]?.src === src)
  return isSame ? [] : ['the migration changes the tasks that run: those are not for it to start or stop']
}
