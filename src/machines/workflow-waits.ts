/** Waits: the states of a wait for a while, for a signal, or until a time that is known only when it is reached. Pure. */
import type { WaitNode } from '../messages/flow.ts'
import { about, head, idOf, type Named, type Row, type StateConfig, type Ways } from './state-config.ts'

/** Where a wait goes that failed. */
export interface WaitFailures {
  /** Past the pivot, if there is one. */
  readonly past: (actions: readonly Named[]) => readonly Row[]
  /** Where its time could not be made. */
  readonly faults: readonly Row[]
}

export function waitStates(
  node: WaitNode,
  ways: Ways,
  { past, faults }: WaitFailures,
): Record<string, StateConfig> {
  const { name, step, signal, until } = node
  if (until !== undefined) return untilStates(node, ways, faults)
  if (signal === undefined)
    return {
      [name]: {
        ...head(node),
        entry: [about('begin', step)],
        after: { [String(node.for ?? 0)]: [{ target: ways.next, actions: [about('pass', step)] }] },
      },
    }
  const late = [about('fail', step, { code: 'WAIT_TIMEOUT', why: `no signal ${signal} came in time` })]
  return {
    [name]: {
      ...head(node),
      entry: [about('begin', step)],
      always: [{ guard: about('isKept', step), target: ways.next, actions: [about('takeKept', step)] }],
      on: {
        'workflow.signal': [
          { guard: about('isSignal', step), target: ways.next, actions: [about('takeSignal', step)] },
        ],
      },
      ...(node.for === undefined
        ? {}
        : { after: { [String(node.for)]: [...past(late), { target: ways.fail, actions: late }] } }),
    },
  }
}

/** A time that is known only when it is reached. */
function untilStates(node: WaitNode, ways: Ways, faults: readonly Row[]): Record<string, StateConfig> {
  const { name, step } = node
  const id = `${idOf(name)}/waiting`
  return {
    [name]: {
      ...head(node),
      entry: [about('ask', step)],
      on: {
        'flow.decided': [{ guard: about('isAsked', step), target: `#${id}` }],
        fault: faults,
      },
    },
    [`${name}/waiting`]: {
      id,
      meta: { description: 'Waits for its time.', node: name, kind: 'wait' },
      after: { until: [{ target: ways.next, actions: [about('pass', step)] }] },
    },
  }
}
