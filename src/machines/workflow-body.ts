/**
 * Body: the states of a workflow that goes forward, compiled from its flow. What stands in a row are states of one compound, what
 * runs beside each other are regions; an id is made of a node's name, so it stays when a workflow grows. Pure.
 */
import type { BranchNode, FlowNode, LoopNode, MapNode, ParallelNode, WaitNode } from '../messages/flow.ts'
import { rangeOf, type FlowIndex, type Placed } from './flow-index.ts'
import {
  about,
  FAILING,
  head,
  idOf,
  toNode,
  type Named,
  type Row,
  type StateConfig,
  type Ways,
} from './state-config.ts'
import { waitStates } from './workflow-waits.ts'

/** The first state of a part of a flow: where to go in order to begin it. */
function entrance(nodes: readonly FlowNode[], otherwise: string): string {
  const [first] = nodes
  return first === undefined ? otherwise : toNode(first.name)
}

export class Body {
  readonly #index: FlowIndex

  constructor(index: FlowIndex) {
    this.#index = index
  }

  /** The states of nodes in a row. */
  row(nodes: readonly FlowNode[], { next, fail }: Ways): Record<string, StateConfig> {
    const states: Record<string, StateConfig> = {}
    for (const [i, node] of nodes.entries())
      Object.assign(states, this.#states(node, { next: entrance(nodes.slice(i + 1, i + 2), next), fail }))
    return states
  }

  #states(node: FlowNode, ways: Ways): Record<string, StateConfig> {
    if (node.kind === 'parallel') return { [node.name]: this.#parallel(node, ways) }
    if (node.kind === 'sequence') {
      const { name, body } = node
      if (body.length === 0) return { [name]: this.#nothing(name, ways) }
      const states = this.row(body, ways)
      return { [name]: { ...head(node), initial: body[0]?.name ?? '', states } }
    }
    if (node.kind === 'branch') return { [node.name]: this.#branch(node, ways), ...this.#held(node, ways) }
    if (node.kind === 'loop') return { [node.name]: this.#loop(node, ways), ...this.#held(node, ways) }
    if (node.kind === 'map') return { [node.name]: this.#map(node, ways), ...this.#held(node, ways) }
    if (node.kind === 'wait')
      return { ...this.#wait(node, ways), ...(mayFail(node) ? this.#held(node, ways) : {}) }
    return { [node.name]: this.#step(node, ways), ...this.#held(node, ways) }
  }

  /** A group without anything in it is passed at once. */
  #nothing(name: string, { next }: Ways): StateConfig {
    return {
      id: idOf(name),
      meta: { description: 'Nothing is done here.', node: name },
      always: [{ target: next }],
    }
  }

  #step(node: Placed, ways: Ways): StateConfig {
    const { step } = node
    const done: Row = { guard: about('isDone', step), target: ways.next, actions: ['settle'] }
    return {
      ...head(node),
      entry: [about('begin', step)],
      on: {
        'step.done': [done, ...this.#failures('isEnded', node, ways)],
        fault: this.#failures('isEnded', node, ways),
      },
    }
  }

  /** Past the pivot nothing goes back: what failed waits for an operator. */
  #failures(
    guard: string,
    { name, step }: Placed,
    { fail }: Ways,
    actions: readonly (string | Named)[] = ['settle'],
  ): Row[] {
    const failure: Row = { guard: about(guard, step), target: fail, actions }
    if (!this.#index.hasPivot) return [failure]
    return [{ guard: about(guard, step, { past: true }), target: `${toNode(name)}/held`, actions }, failure]
  }

  #held(node: Placed, { next }: Ways): Record<string, StateConfig> {
    if (!this.#index.hasPivot) return {}
    const { name, step } = node
    const meant = about('isMeant', step)
    const again: Row[] = [{ guard: meant, target: toNode(name) }]
    // What a map has done it has done: unless its list could not be made.
    if (node.kind === 'map')
      again.unshift({
        guard: about('hasItems', step),
        target: `${toNode(name)}/running`,
        actions: [about('repeatItems', step)],
      })
    const goOn: Row = { guard: meant, target: next, actions: [about('decide', step)] }
    return {
      [`${name}/held`]: {
        id: `${idOf(name)}/held`,
        meta: {
          description: `Failed past the point of no return: waits for an operator.`,
          node: name,
          kind: 'held',
        },
        entry: [about('hold', step)],
        exit: ['unhold'],
        on: { 'step.retry': again, 'step.skip': [goOn], 'step.finish': [goOn] },
      },
    }
  }

  #parallel(node: ParallelNode, ways: Ways): StateConfig {
    const { body, name } = node
    if (body.length === 0) return this.#nothing(name, ways)
    const goesOn = this.#index.flow.onFailure === 'continue'
    const regions = body.map(child => {
      const id = `${idOf(child.name)}/region`
      const fail = goesOn ? `#${id}/failed` : FAILING
      const inner = this.row([child], { next: `#${id}/done`, fail })
      const states: Record<string, StateConfig> = {
        ...inner,
        'region/done': { id: `${id}/done`, type: 'final', meta: { description: 'Done.' } },
      }
      if (goesOn)
        states['region/failed'] = {
          id: `${id}/failed`,
          type: 'final',
          meta: { description: 'Failed; what runs beside it goes on.' },
        }
      return [
        child.name,
        { id, meta: { description: `Runs beside others of ${name}.` }, initial: child.name, states },
      ] as const
    })
    const range = rangeOf(body)
    return {
      ...head(node),
      type: 'parallel',
      onDone: [{ guard: { type: 'isSound', params: range }, target: ways.next }, { target: ways.fail }],
      states: Object.fromEntries(regions),
    }
  }

  #branch(node: BranchNode, ways: Ways): StateConfig {
    const { name, step, cases } = node
    const ranges = cases.map(({ body }) => rangeOf(body))
    const rows = cases.map(({ name: choice, body }, chosen): Row => ({
      guard: about('chose', step, { choice }),
      target: entrance(body, ways.next),
      actions: [about('leaveOut', step, { ranges: ranges.filter((_, i) => i !== chosen) })],
    }))
    const unmatched = [about('fail', step, { code: 'BRANCH_UNMATCHED', why: `no case of ${name} holds` })]
    return {
      ...head(node),
      // No name of a node in it: those hold no slash.
      initial: `${name}/choice`,
      states: {
        [`${name}/choice`]: {
          id: `${idOf(name)}/choice`,
          meta: { description: 'Which case holds is asked for.', node: name },
          entry: [about('ask', step)],
          on: {
            'flow.decided': [...rows, ...this.#failures('isAsked', node, ways, unmatched)],
            fault: this.#failures('isFaulty', node, ways),
          },
        },
        ...Object.fromEntries(cases.flatMap(({ body }) => Object.entries(this.row(body, ways)))),
      },
    }
  }

  #loop(node: LoopNode, ways: Ways): StateConfig {
    const { name, step, body, max } = node
    const id = `${idOf(name)}/check`
    const tooOften = [
      about('fail', step, { code: 'LOOP_LIMIT', why: `${name} would run more than ${max} times` }),
    ]
    return {
      ...head(node),
      initial: `${name}/check`,
      entry: [about('enterLoop', step, rangeOf(body))],
      states: {
        [`${name}/check`]: {
          id,
          meta: { description: 'Whether it goes round once more is asked for.', node: name },
          entry: [about('ask', step)],
          on: {
            'flow.decided': [
              {
                guard: about('mayRepeat', step, { max }),
                target: entrance(body, `#${id}`),
                actions: [about('countRound', step)],
              },
              {
                guard: about('chose', step, { choice: 'enough' }),
                target: ways.next,
                actions: [about('pass', step)],
              },
              ...this.#failures('isAsked', node, ways, tooOften),
            ],
            fault: this.#failures('isFaulty', node, ways),
          },
        },
        ...this.row(body, { next: `#${id}`, fail: ways.fail }),
      },
    }
  }

  #map(node: MapNode, ways: Ways): StateConfig {
    const { name, step } = node
    const close = (sound: boolean): readonly (string | Named)[] => [
      'settleItem',
      about('closeMap', step, { sound }),
    ]
    const ends = [
      ...(this.#index.flow.onFailure === 'continue'
        ? []
        : [{ guard: about('isFailedItem', step), target: FAILING, actions: ['settleStray'] }]),
      ...this.#failures('isLast', node, ways, close(false)),
      { guard: about('isItem', step), actions: ['settleItem'] },
    ]
    return {
      ...head(node),
      initial: 'list',
      states: {
        list: {
          id: `${idOf(name)}/list`,
          meta: { description: 'Its list is asked for.', node: name },
          entry: [about('ask', step)],
          on: {
            'flow.decided': [
              {
                guard: about('isNothing', step),
                target: ways.next,
                actions: [about('spread', step), about('closeMap', step, { sound: true })],
              },
              {
                guard: about('isAsked', step),
                target: `${toNode(name)}/running`,
                actions: [about('spread', step)],
              },
            ],
            fault: this.#failures('isFaulty', node, ways),
          },
        },
        running: {
          id: `${idOf(name)}/running`,
          meta: { description: 'An item each is done, as many at once as may be.', node: name },
          on: {
            'step.done': [
              { guard: about('isLastSound', step), target: ways.next, actions: close(true) },
              ...ends,
            ],
            fault: ends,
          },
        },
      },
    }
  }

  #wait(node: WaitNode, ways: Ways): Record<string, StateConfig> {
    const held = `${toNode(node.name)}/held`
    return waitStates(node, ways, {
      past: actions => (this.#index.hasPivot ? [{ guard: 'isPast', target: held, actions }] : []),
      faults: this.#failures('isFaulty', node, ways),
    })
  }
}

/** A while passes, and a signal that has no time to come in is waited for. */
const mayFail = ({ signal, until, for: ms }: WaitNode): boolean =>
  until !== undefined || (signal !== undefined && ms !== undefined)
