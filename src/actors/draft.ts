/**
 * Draft: a workflow as it was declared: a tree of nodes with the code that hangs on them. finish() makes of it a flow, in which each
 * node has its index, and the code by index. It checks nothing: that was done where nodes were added.
 */
import type {
  Condition,
  Filling,
  Flow,
  FlowNode,
  GateNode,
  MapNode,
  ON_FAILURE,
  Reference,
  StepNode,
} from '../messages/flow.ts'
import type { RetryPolicy } from '../messages/task.ts'
import type { From, NodeCode } from './flow-code.ts'
import { present } from './present.ts'
import type { SignalDefinition } from './signals.ts'
import type { AnyTask } from './task.ts'
import type { AnyWorkflow } from './workflow.ts'

type Fn = (from: From) => unknown

interface Work {
  readonly name: string
  readonly mapper?: Fn | undefined
  readonly input?: Filling | undefined
}

export interface TaskDraft extends Work {
  readonly kind: 'step'
  readonly task: AnyTask
  readonly undo?: AnyTask | undefined
  readonly pivot?: boolean | undefined
  readonly role?: string | undefined
  readonly retry?: RetryPolicy | undefined
  readonly timeout?: number | undefined
}

export interface ChildDraft extends Work {
  readonly kind: 'workflow'
  readonly child: AnyWorkflow
}

export interface GateDraft extends Work {
  readonly kind: 'gate'
  readonly expires?: number | undefined
  /** What else it asks, and of whom. */
  readonly asks?: GateNode['asks']
  /** Makes what of that is made of outputs. */
  readonly question?: Fn | undefined
}

export interface WaitDraft {
  readonly kind: 'wait'
  readonly name: string
  readonly signal?: SignalDefinition<never, never> | undefined
  readonly for?: number | undefined
  readonly until?: Fn | Reference | undefined
}

export interface MapDraft {
  readonly kind: 'map'
  readonly name: string
  readonly list: Fn | Reference
  readonly limit?: number | undefined
  readonly each: Omit<TaskDraft, 'mapper' | 'pivot'> | Omit<ChildDraft, 'mapper'>
  readonly mapper?: NodeCode['each']
}

export interface GroupDraft {
  readonly kind: 'sequence' | 'parallel'
  readonly name: string
  readonly body: readonly Draft[]
  readonly limit?: number | undefined
}

export interface BranchDraft {
  readonly kind: 'branch'
  readonly name: string
  readonly cases: readonly {
    readonly name: string
    readonly when?: Fn | Condition | undefined
    readonly body: readonly Draft[]
  }[]
}

export interface LoopDraft {
  readonly kind: 'loop'
  readonly name: string
  readonly while: Fn | Condition
  readonly max: number
  readonly body: readonly Draft[]
}

export type Draft =
  TaskDraft | ChildDraft | GateDraft | WaitDraft | MapDraft | GroupDraft | BranchDraft | LoopDraft

export interface Finished {
  readonly flow: Flow
  readonly code: readonly NodeCode[]
}

export interface FlowOptions {
  readonly limit?: number | undefined
  readonly onFailure?: (typeof ON_FAILURE)[number] | undefined
  readonly signals?: readonly string[]
}

export function finish(
  body: readonly Draft[],
  { limit, onFailure = 'continue', signals = [] }: FlowOptions,
): Finished {
  const finisher = new Finisher(limit)
  const nodes = finisher.row(body, limit === undefined ? [] : [0])
  const awaited = finisher.signals
  const names = [...new Set([...signals, ...awaited])]
  return { flow: { body: nodes, lanes: finisher.lanes, onFailure, signals: names }, code: finisher.code }
}

/** Numbers the nodes in the order of their declaration, so that those of a part lie together. */
class Finisher {
  readonly lanes: number[]
  readonly code: NodeCode[] = []
  readonly signals: string[] = []

  constructor(limit: number | undefined) {
    this.lanes = limit === undefined ? [] : [limit]
  }

  row(body: readonly Draft[], lanes: readonly number[]): FlowNode[] {
    return body.map(draft => this.#node(draft, lanes))
  }

  #node(draft: Draft, lanes: readonly number[]): FlowNode {
    switch (draft.kind) {
      case 'sequence':
        return { kind: 'sequence', name: draft.name, body: this.row(draft.body, lanes) }
      case 'parallel': {
        const own = draft.limit === undefined ? lanes : [...lanes, this.lanes.push(draft.limit) - 1]
        return { kind: 'parallel', name: draft.name, body: this.row(draft.body, own) }
      }
      case 'step':
        return this.#step(
          draft,
          lanes,
          this.#index({ task: draft.task, undo: draft.undo, mapper: draft.mapper }),
        )
      case 'workflow':
        return this.#child(draft, this.#index({ child: draft.child, mapper: draft.mapper }))
      case 'gate': {
        const step = this.#index({ mapper: draft.mapper, question: draft.question })
        const { name, expires, asks } = draft
        return { kind: 'gate', name, step, ...present({ expires, asks }) }
      }
      case 'wait':
        return this.#wait(draft)
      case 'map':
        return this.#map(draft, lanes)
      case 'loop':
        return this.#loop(draft, lanes)
      default:
        return this.#branch(draft, lanes)
    }
  }

  #loop(draft: LoopDraft, lanes: readonly number[]): FlowNode {
    const isCode = typeof draft.while === 'function'
    const step = this.#index(isCode ? { while: draft.while as Fn } : {})
    const body = this.row(draft.body, lanes)
    const again = isCode ? ('code' as const) : (draft.while as Condition)
    return { kind: 'loop', name: draft.name, step, while: again, max: draft.max, body }
  }

  #step(draft: Omit<TaskDraft, 'mapper'>, lanes: readonly number[], step: number): StepNode {
    const { name, task, undo, pivot, role, retry, timeout, input } = draft
    return {
      kind: 'step',
      name,
      step,
      task: task.name,
      ...present({ role, retry, timeout, input }),
      ...(undo === undefined ? {} : { undo: { task: undo.name } }),
      ...(pivot === true ? { pivot } : {}),
      ...(lanes.length === 0 ? {} : { lanes: [...lanes] }),
    }
  }

  #child(
    { name, child, input }: Omit<ChildDraft, 'mapper'>,
    step: number,
  ): Extract<FlowNode, { kind: 'workflow' }> {
    const { name: workflow, version, undoable } = child
    return { kind: 'workflow', name, step, workflow, version, undoable, ...present({ input }) }
  }

  #wait({ name, signal, for: ms, until }: WaitDraft): FlowNode {
    const isCode = typeof until === 'function'
    if (signal !== undefined) this.signals.push(signal.name)
    const step = this.#index(isCode ? { until } : {})
    const by = isCode ? ('mapper' as const) : until
    return { kind: 'wait', name, step, ...present({ signal: signal?.name, for: ms, until: by }) }
  }

  #map({ name, list, limit, each, mapper }: MapDraft, lanes: readonly number[]): MapNode {
    const isCode = typeof list === 'function'
    const own = each.kind === 'step' ? { task: each.task, undo: each.undo } : { child: each.child }
    const step = this.#index({ ...own, each: mapper, ...(isCode ? { list } : {}) })
    const inner = each.kind === 'step' ? this.#step(each, lanes, step) : this.#child(each, step)
    return { kind: 'map', name, step, ...present({ limit, over: isCode ? undefined : list }), each: inner }
  }

  #branch({ name, cases }: BranchDraft, lanes: readonly number[]): FlowNode {
    const when = Object.fromEntries(
      cases.flatMap(one => (typeof one.when === 'function' ? [[one.name, one.when]] : [])),
    )
    const step = this.#index({ when })
    return {
      kind: 'branch',
      name,
      step,
      cases: cases.map(one => ({
        name: one.name,
        ...present({ when: typeof one.when === 'function' ? ('code' as const) : one.when }),
        body: this.row(one.body, lanes),
      })),
    }
  }

  #index(code: NodeCode): number {
    return this.code.push(code) - 1
  }
}

/** Every task that a draft names, those that undo included, every workflow below it, and every signal. */
export function namedIn(body: readonly Draft[]): {
  readonly tasks: AnyTask[]
  readonly children: AnyWorkflow[]
  readonly signals: SignalDefinition<never, never>[]
} {
  const tasks = new Set<AnyTask>()
  const children = new Set<AnyWorkflow>()
  const signals: SignalDefinition<never, never>[] = []
  const line = [...body]
  // Grows while it is walked.
  for (const draft of line) {
    const work = draft.kind === 'map' ? draft.each : draft
    if (work.kind === 'step') {
      tasks.add(work.task)
      if (work.undo !== undefined) tasks.add(work.undo)
    } else if (work.kind === 'workflow') children.add(work.child)
    else if (work.kind === 'wait') signals.push(...(work.signal === undefined ? [] : [work.signal]))
    else if (work.kind === 'branch') line.push(...work.cases.flatMap(one => one.body))
    else if ('body' in work) line.push(...work.body)
  }
  return { tasks: [...tasks], children: [...children], signals }
}
