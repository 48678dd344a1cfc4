/**
 * Macrostep: what the plain XState machine makes of one event, and which commands it asks for. The one file of the invariants
 * that touches XState's values. Nothing of the runtime's own way of stepping (src/runtime/xstate.ts, table.ts) may be used
 * here: this is what that is measured by.
 */
import {
  createEmptyActor,
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventObject,
} from 'xstate'
import type { Command } from '../../messages/command.ts'
import type { Json } from '../../messages/json.ts'

/** A machine's snapshot, opaque but for these. Immutable, so it may be shared. */
export interface Standing {
  readonly status: string
  readonly value: unknown
  readonly context: unknown
}

export interface Macrostep {
  /** The same object as before where the machine did not take the event. */
  readonly after: Standing
  readonly commands: readonly Command[]
  /** What a guard or an action threw; then nothing has happened. */
  readonly thrown: unknown
}

interface Asked {
  readonly type: string
  readonly params?: unknown
}

let asked: Asked[] = []
const nothing = (): void => {}
const self = createEmptyActor()
/** One for all: nothing in it belongs to one machine, and nothing is ever run. */
const scope = {
  self,
  system: self.system,
  id: '',
  sessionId: '',
  logger: nothing,
  defer: nothing,
  emit: nothing,
  stopChild: nothing,
  actionExecutor: (action: Asked) => asked.push(action),
} as unknown as AnyActorScope

export function firstStanding(machine: AnyStateMachine, input: unknown): Standing {
  return machine.getInitialSnapshot(scope, input as never) as Standing
}

/** From what was recorded of it; `thaw` makes the live context from the one in JSON. */
export function restoredStanding(
  machine: AnyStateMachine,
  recorded: Json,
  thaw: (context: Json) => unknown,
): Standing {
  const { context, ...rest } = recorded as { readonly context: Json }
  const bare = { ...rest, context: {}, children: {} }
  const restored = machine.restoreSnapshot(bare as never, scope) as { context: unknown }
  restored.context = thaw(context)
  return restored as unknown as Standing
}

export function macrostep(machine: AnyStateMachine, before: Standing, event: { type: string }): Macrostep {
  asked = []
  try {
    const after = machine.transition(before as AnyMachineSnapshot, event as EventObject as never, scope)
    return { after: after as Standing, commands: asked.flatMap(commandOf), thrown: undefined }
  } catch (thrown) {
    return { after: before, commands: [], thrown }
  }
}

function commandOf({ type, params }: Asked): Command[] {
  const { event, delay, id, sendId } = params as {
    readonly event: { readonly type: string }
    readonly delay?: number
    readonly id?: string
    readonly sendId?: string
  }
  if (type === 'xstate.emit') return [event as unknown as Command]
  if (type === 'xstate.cancel') return [{ type: 'timer.cancel', id: sendId ?? '' }]
  if (type !== 'xstate.raise' || delay === undefined) return []
  return [{ type: 'timer.set', id: id ?? event.type, delay, event: event.type }]
}

/** `running`, `a.b`, or `a.b|c` for parallel regions. */
export function nameOf(value: unknown): string {
  if (typeof value === 'string') return value
  const regions = Object.entries(value as Record<string, unknown>).map(([key, inner]) => {
    if (typeof inner === 'string') return `${key}.${inner}`
    const name = inner === undefined ? '' : nameOf(inner)
    return name === '' ? key : `${key}.(${name})`
  })
  return regions.join('|')
}

/** The events that somebody outside may send it now. */
export function takes(standing: Standing): string[] {
  const nodes = (standing as unknown as { readonly _nodes: readonly { readonly ownEvents: string[] }[] })
    ._nodes
  const types = new Set(nodes.flatMap(({ ownEvents }) => ownEvents))
  return [...types].filter(type => !type.startsWith('xstate.')).toSorted()
}
