/**
 * Drives a machine by hand, without a runtime: one event at a time, what it emits collected as commands, and every
 * transition that was taken named as `state event [index of its guard]`.
 */
import {
  createActor,
  initialTransition,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
} from 'xstate'
import { expect } from 'vitest'
import type { Command } from '../../src/messages/command.ts'
import type { Signal } from '../../src/messages/signal.ts'

export type Event = { readonly type: string }

export interface Driven {
  readonly snapshot: AnyMachineSnapshot
  readonly commands: readonly Command[]
  /** Names of the transitions taken, the eventless ones after the first included. */
  readonly taken: readonly string[]
}

/** One line of a table: an event, in a situation, and what must come of it. */
export interface Row {
  readonly promise: string
  /** The events before it; the machine starts afresh for every row. */
  readonly given: readonly Event[]
  readonly when: Event
  /** The state after it; absent where it must be refused. */
  readonly to?: string
  /** What must be in the context afterwards. */
  readonly context?: object
  /** All that it emits, in order. Default: nothing. */
  readonly commands?: readonly Command[]
}

/** A signal as the hub would deliver it; what does not matter to machines is filled in. */
export function signal(type: string, data: unknown, more: Partial<Signal> = {}): Signal {
  return {
    seq: 1,
    at: 1000,
    type,
    name: type,
    to: 'task/run/a',
    from: 'client/test',
    priority: 'normal',
    correlationId: 'task/run/a',
    causationId: 0,
    output: 0,
    hops: 0,
    depth: 0,
    stamp: null,
    data: data as Signal['data'],
    fromState: null,
    toState: null,
    refused: null,
    final: false,
    ...more,
  }
}

/** The names of all transitions that a machine declares. */
export function declared(machine: AnyStateMachine): string[] {
  return [...namesOf(machine).values()].toSorted()
}

export function states(machine: AnyStateMachine): AnyStateNode[] {
  return Object.values(machine.root.states) as AnyStateNode[]
}

/** The events that a machine knows, without XState's own. */
export function eventsOf(machine: AnyStateMachine): string[] {
  return (machine.events as string[]).filter(type => !type.startsWith('xstate.')).toSorted()
}

export function start(machine: AnyStateMachine, input?: unknown): AnyMachineSnapshot {
  const [snapshot, actions] = initialTransition(machine, input as never)
  expect(actions).toEqual([])
  return snapshot as AnyMachineSnapshot
}

export function send(snapshot: AnyMachineSnapshot, event: Event): Driven {
  const machine = snapshot.machine as AnyStateMachine
  const names = namesOf(machine)
  const taken: string[] = []
  const commands: Command[] = []
  const scope = {
    self: createActor(machine),
    system: {
      _sendInspectionEvent: ({ _transitions }: { _transitions: object[] }) =>
        taken.push(..._transitions.map(transition => names.get(transition) ?? 'unknown')),
    },
    defer: () => {},
    emit: () => {},
    actionExecutor: (action: Action) => commands.push(commandOf(action)),
  }
  const after = machine.transition(snapshot, event as never, scope as never) as AnyMachineSnapshot
  return { snapshot: after, commands, taken }
}

/** The last of several events; those before it must all be taken. */
export function sendAll(first: AnyMachineSnapshot, events: readonly Event[]): Driven {
  let driven: Driven = { snapshot: first, commands: [], taken: [] }
  for (const event of events) {
    const before = driven.snapshot
    driven = send(before, event)
    if (driven.snapshot === before) throw new Error(`${event.type} is refused in ${String(before.value)}`)
  }
  return driven
}

export interface Played extends Omit<Driven, 'snapshot'> {
  /** Refused is what the hub takes for refused: a snapshot that is the same object. */
  readonly outcome: string
  readonly context: object
}

export function play(first: AnyMachineSnapshot, row: Row): Played {
  const before = sendAll(first, row.given).snapshot
  const { snapshot, commands, taken } = send(before, row.when)
  const outcome = snapshot === before ? 'refused' : String(snapshot.value)
  return { outcome, context: snapshot.context as object, commands, taken }
}

/** What a row promises of its play: expect(play(first, row)).toEqual(promised(row)). */
export function promised(row: Row): unknown {
  return {
    outcome: row.to ?? 'refused',
    context: containing(row.context ?? {}),
    commands: row.commands ?? [],
    taken: expect.any(Array) as unknown,
  }
}

function containing(part: object): unknown {
  const inner = Object.entries(part).map(([key, value]): [string, unknown] => [
    key,
    typeof value === 'object' && value !== null ? containing(value as object) : value,
  ])
  return expect.objectContaining(Object.fromEntries(inner))
}

/** Transitions that no row takes. */
export function untaken(first: AnyMachineSnapshot, rows: readonly Row[]): string[] {
  const taken = new Set(rows.flatMap(row => play(first, row).taken))
  return declared(first.machine as AnyStateMachine).filter(name => !taken.has(name))
}

interface Action {
  readonly type: string
  readonly params?: unknown
}

function commandOf({ type, params }: Action): Command {
  const told = params as { event: { type: string }; id?: string; delay?: number; sendId?: string }
  if (type === 'xstate.emit') return told.event as unknown as Command
  if (type === 'xstate.raise')
    return { type: 'timer.set', id: told.id ?? '', delay: told.delay ?? -1, event: told.event.type }
  if (type === 'xstate.cancel') return { type: 'timer.cancel', id: told.sendId ?? '' }
  throw new Error(`a machine may not do this: ${type}`)
}

function namesOf(machine: AnyStateMachine): Map<object, string> {
  const names = new Map<object, string>()
  for (const node of [machine.root as AnyStateNode, ...states(machine)]) {
    for (const [event, transitions] of node.transitions)
      for (const [index, transition] of transitions.entries())
        names.set(transition, `${node.key} ${event} [${index}]`)
    for (const [index, transition] of (node.always ?? []).entries())
      names.set(transition, `${node.key} always [${index}]`)
  }
  return names
}
