/**
 * Fold: the context that an actor had after each of its signals, made from the signals alone, so that the past shows the same
 * as the present. Tasks, agents, schedules, gates and shared values are folded through their own machines; of a workflow its progress is counted.
 */
import { initialTransition, transition, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate'
import { agentMachine } from '../machines/agent.ts'
import { contextMachine } from '../machines/context.ts'
import { gateMachine } from '../machines/gate.ts'
import { scheduleMachine } from '../machines/schedule.ts'
import { taskMachine } from '../machines/task.ts'
import { kindOf } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'

export type Context = { readonly [key: string]: unknown }

const MACHINES: Readonly<Record<string, AnyStateMachine>> = {
  agent: agentMachine,
  context: contextMachine,
  gate: gateMachine,
  schedule: scheduleMachine,
  task: taskMachine,
}

export class Fold {
  readonly #snapshots = new Map<string, AnyMachineSnapshot>()
  readonly #workflows = new Map<string, Context>()

  /** An actor that is there already, where its beginning is not read. */
  seed(address: string, state: string, context: Context): void {
    const machine = MACHINES[kindOf(address as Signal['to'])]
    if (machine !== undefined)
      this.#snapshots.set(address, machine.resolveState({ value: state, context }) as AnyMachineSnapshot)
    else this.#workflows.set(address, context)
  }

  /** The context after this signal; empty where nothing is known. */
  next(signal: Signal): Context {
    const machine = MACHINES[kindOf(signal.to)]
    const context = machine === undefined ? this.#workflow(signal) : this.#step(machine, signal)
    if (signal.final) {
      this.#snapshots.delete(signal.to)
      this.#workflows.delete(signal.to)
    }
    return context
  }

  #step(machine: AnyStateMachine, signal: Signal): Context {
    const before = this.#snapshots.get(signal.to) ?? this.#first(machine, signal)
    if (before === undefined) return {}
    // Refused, or its payload was erased: it moved nothing that could be shown.
    if (signal.refused !== null || signal.data === null) return before.context as Context
    try {
      const [after] = transition(machine, before, { ...signal, type: eventTypeOf(signal) })
      const snapshot = after as AnyMachineSnapshot
      this.#snapshots.set(signal.to, snapshot)
      return snapshot.context as Context
    } catch {
      // Recorded by another version of the machine: the state is in the signal, the context is not known.
      this.#snapshots.delete(signal.to)
      return {}
    }
  }

  #first(machine: AnyStateMachine, signal: Signal): AnyMachineSnapshot | undefined {
    const [snapshot] = initialTransition(machine)
    const first = snapshot as AnyMachineSnapshot
    return signal.fromState === null || signal.fromState === first.value ? first : undefined
  }

  #workflow(signal: Signal): Context {
    const before = this.#workflows.get(signal.to) ?? {}
    const data = (signal.data ?? {}) as { plan?: object; status?: string }
    let after = before
    if (signal.type === 'workflow.start') {
      const { plan: _, ...start } = data
      after = { ...start, completed: 0, failed: 0, cancelled: 0 }
    } else if (signal.type === 'step.done' && signal.refused === null && data.status !== undefined) {
      const count = before[data.status]
      after = { ...before, [data.status]: (typeof count === 'number' ? count : 0) + 1 }
    }
    if (after !== before) this.#workflows.set(signal.to, after)
    return after
  }
}

/** A due timer is recorded as the hub's; its machine got the event that it carries. */
export function eventTypeOf(signal: Signal): string {
  if (signal.type !== 'hub.timer') return signal.type
  return (signal.data as { event?: string } | null)?.event ?? signal.type
}
