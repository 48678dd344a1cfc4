/** State config: states in the words of XState, as a compiler writes them, and how nodes of a flow are called in them. Pure. */
import type { FlowNode } from '../messages/flow.ts'

/** A guard or an action by name, with what it is about. */
export interface Named {
  readonly type: string
  readonly params: object
}

export interface Row {
  readonly guard?: string | Named
  readonly target?: string
  readonly actions?: readonly (string | Named)[]
  readonly reenter?: boolean
}

/** A state, in the words of XState. */
export interface StateConfig {
  readonly id?: string
  readonly type?: 'parallel' | 'final'
  readonly initial?: string
  readonly description?: string
  readonly meta?: object
  readonly entry?: readonly (string | Named)[]
  readonly exit?: readonly (string | Named)[]
  readonly on?: Readonly<Record<string, readonly Row[]>>
  readonly always?: readonly Row[]
  readonly after?: Readonly<Record<string, readonly Row[]>>
  readonly onDone?: readonly Row[]
  readonly states?: Readonly<Record<string, StateConfig>>
}

/** Where a part of a flow goes on to, and where when it fails. */
export interface Ways {
  readonly next: string
  readonly fail: string
}

/** The phase in which a run that failed waits for what still runs. */
export const FAILING = '#phase/failing'

/** Stable, and no other node's: names hold no slash. XState reads a dot as a step down. */
export const idOf = (name: string): string => `at/${name.replaceAll('.', '%2E')}`
export const toNode = (name: string): string => `#${idOf(name)}`

/** A guard about a node. */
export const about = (type: string, step: number, more: object = {}): Named => ({
  type,
  params: { step, ...more },
})

const DESCRIPTIONS: Record<FlowNode['kind'], string> = {
  step: 'Its task is under way.',
  workflow: 'A run below this one is under way.',
  gate: 'Waits for somebody to approve.',
  wait: 'Waits.',
  map: 'An item each is done.',
  branch: 'One of several cases.',
  loop: 'Goes round as long as its condition holds.',
  parallel: 'What is in it runs beside each other.',
  sequence: 'One after the other.',
}

/** What every state of a node has. */
export function head(node: FlowNode): Pick<StateConfig, 'id' | 'meta'> {
  return {
    id: idOf(node.name),
    meta: { description: DESCRIPTIONS[node.kind], node: node.name, kind: node.kind },
  }
}
