/**
 * Scope: what XState wants around a machine that is stepped or restored, with every effect left out. Actions are handed over
 * and never run; there is no clock, no mailbox, and no child is started.
 */
import {
  createActor,
  fromTransition,
  type AnyActorRef,
  type AnyActorScope,
  type AnyMachineSnapshot,
} from 'xstate'
import type { ChartNode, ChartTransition } from './chart.ts'

/** An action that was asked for and not run. */
export interface AskedAction {
  readonly type: string
  readonly params?: unknown
}

const inert = fromTransition((state: undefined) => state, undefined)

export const activeNodes = (snapshot: AnyMachineSnapshot): readonly ChartNode[] =>
  (snapshot as unknown as { _nodes?: readonly ChartNode[] })._nodes ?? []

type Child = AnyActorRef & { readonly systemId?: string }

/** Children by their ids; undefined for one that was spawned by a name that nothing implements. */
export const childrenOf = (snapshot: AnyMachineSnapshot): Readonly<Record<string, Child | undefined>> =>
  snapshot.children as Record<string, Child | undefined>

/** A scope in which a machine may be stepped or restored without any effect. */
export function inertScope(
  seen: (event: Microstep) => void,
  asked: (action: AskedAction) => void,
  before?: AnyMachineSnapshot,
): AnyActorScope {
  const parent = createActor(inert, {
    inspect: event => {
      if (event.type === '@xstate.microstep') seen(event as unknown as Microstep)
    },
  })
  // A step may make anew what an earlier one made: names of the system are this step's own.
  const named = new Map<string, unknown>()
  for (const child of Object.values(before === undefined ? {} : childrenOf(before)))
    if (child?.systemId !== undefined) named.set(child.systemId, child)
  Object.assign(parent.system, {
    get: (id: string) => named.get(id),
    _set: (id: string, actor: unknown) => named.set(id, actor),
  })
  const self = createActor(inert, { parent })
  const nothing = (): void => {}
  const actionExecutor = (action: AskedAction): void => asked(toItself(action, self))
  return {
    self,
    system: parent.system,
    id: self.id,
    sessionId: self.sessionId,
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor,
  } as unknown as AnyActorScope
}

/** What a machine sends to itself comes back after this step: a delayed raise by another name. */
function toItself(action: AskedAction, self: AnyActorRef): AskedAction {
  const params = action.params as { to?: unknown; delay?: number } | undefined
  if (action.type !== 'xstate.sendTo' || params?.to !== self) return action
  return { type: 'xstate.raise', params: { ...params, delay: params.delay ?? 0 } }
}

export interface Microstep {
  readonly snapshot: AnyMachineSnapshot
  readonly _transitions: readonly ChartTransition[]
}
