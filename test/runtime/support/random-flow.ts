/** Random flows as data, and events that a run of one may meet: right ones, late ones, and what nobody expects. */
import * as fc from 'fast-check'
import type { Flow, FlowNode } from '../../../src/messages/flow.ts'
import { RUNNING, type WorkflowContext } from '../../../src/machines/workflow-context.ts'

type Draft =
  | { readonly kind: 'step'; readonly undo: boolean; readonly pivot: boolean }
  | { readonly kind: 'child'; readonly undo: boolean }
  | { readonly kind: 'gate' }
  | {
      readonly kind: 'wait'
      readonly how: 'signal' | 'late signal' | 'for' | 'until'
      readonly signal: number
    }
  | { readonly kind: 'map'; readonly undo: boolean; readonly limit: number; readonly child: boolean }
  | { readonly kind: 'sequence' | 'parallel'; readonly body: readonly Draft[] }
  | { readonly kind: 'branch'; readonly cases: readonly (readonly Draft[])[] }
  | { readonly kind: 'loop'; readonly max: number; readonly body: readonly Draft[] }

const leaf: fc.Arbitrary<Draft> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('step' as const),
      undo: fc.boolean(),
      pivot: fc.constant(false),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('child' as const), undo: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'gate' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      how: fc.constantFrom('signal' as const, 'late signal' as const, 'for' as const, 'until' as const),
      signal: fc.nat(1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('map' as const),
      undo: fc.boolean(),
      limit: fc.nat(2),
      child: fc.boolean(),
    }),
  },
)

const bodyOf = (depth: number, min = 0): fc.Arbitrary<readonly Draft[]> =>
  fc.array(draftOf(depth), { minLength: min, maxLength: 3 })

function draftOf(depth: number): fc.Arbitrary<Draft> {
  if (depth === 0) return leaf
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('sequence' as const, 'parallel' as const, 'parallel' as const),
        body: bodyOf(depth - 1),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('branch' as const),
        cases: fc.array(bodyOf(depth - 1), { minLength: 1, maxLength: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('loop' as const),
        max: fc.integer({ min: 1, max: 3 }),
        body: bodyOf(depth - 1, 1),
      }),
    },
  )
}

/** A pivot stands in the first row only, as `workflow()` has it. */
export const flows: fc.Arbitrary<Flow> = fc
  .record({
    body: bodyOf(3, 1),
    onFailure: fc.constantFrom('continue' as const, 'cancel' as const),
    pivot: fc.option(fc.nat(3)),
  })
  .map(({ body, onFailure, pivot }) => {
    const row = body.map((draft, i) =>
      draft.kind === 'step' && i === pivot ? { ...draft, pivot: true } : draft,
    )
    return { body: new Namer().row(row), lanes: [], onFailure, signals: ['go', 'stop'] }
  })

/** Numbers nodes depth first, and names them so that names hold dots and digits as well. */
class Namer {
  #step = 0
  #names = 0

  row(body: readonly Draft[]): FlowNode[] {
    return body.map(draft => this.#node(draft))
  }

  #node(draft: Draft): FlowNode {
    const number = this.#names++
    const name = number % 5 === 3 ? `n.${number}` : number % 5 === 4 ? `${number}` : `n${number}`
    switch (draft.kind) {
      case 'sequence':
      case 'parallel':
        return { kind: draft.kind, name, body: this.row(draft.body) }
      case 'branch': {
        const step = this.#step++
        const cases = draft.cases.map((body, i) => ({
          name: `c${i}`,
          when: 'code' as const,
          body: this.row(body),
        }))
        return { kind: 'branch', name, step, cases }
      }
      case 'loop': {
        const step = this.#step++
        return { kind: 'loop', name, step, while: 'code', max: draft.max, body: this.row(draft.body) }
      }
      default:
        return this.#leaf(draft, name, this.#step++)
    }
  }

  #leaf(draft: Exclude<Draft, { body: unknown } | { cases: unknown }>, name: string, step: number): FlowNode {
    if (draft.kind === 'step')
      return {
        kind: 'step',
        name,
        step,
        task: 't',
        ...(draft.undo ? { undo: { task: 'u' } } : {}),
        ...(draft.pivot ? { pivot: true as const } : {}),
      }
    const child = { kind: 'workflow' as const, name, step, workflow: 'w', version: '1' }
    if (draft.kind === 'child') return { ...child, undoable: draft.undo }
    if (draft.kind === 'gate') return { kind: 'gate', name, step }
    if (draft.kind === 'map') {
      const task = {
        kind: 'step' as const,
        name,
        step,
        task: 't',
        ...(draft.undo ? { undo: { task: 'u' } } : {}),
      }
      const each = draft.child ? { ...child, undoable: draft.undo } : task
      return { kind: 'map', name, step, ...(draft.limit > 0 ? { limit: draft.limit } : {}), each }
    }
    const signal = draft.signal === 0 ? 'go' : 'stop'
    if (draft.how === 'for') return { kind: 'wait', name, step, for: 1000 }
    if (draft.how === 'until') return { kind: 'wait', name, step, until: 'mapper' }
    return { kind: 'wait', name, step, signal, ...(draft.how === 'late signal' ? { for: 5000 } : {}) }
  }
}

/** A choice of what happens next, as a few small numbers, so that it shrinks. */
export interface Choice {
  readonly kind: number
  readonly which: number
  readonly how: number
}

export const choices = fc.array(fc.record({ kind: fc.nat(19), which: fc.nat(30), how: fc.nat(7) }), {
  minLength: 1,
  maxLength: 40,
})

export interface Happening {
  readonly type: string
  readonly data: Record<string, unknown>
}

/** What happens to a run that stands so; `timers` are the events of those that are set. */
export function happening(
  { kind, which, how }: Choice,
  context: WorkflowContext,
  timers: readonly string[],
): Happening {
  const { entries } = context.index
  const running = entries.map(({ node }) => node).filter(({ step }) => context.status.get(step) === RUNNING)
  const status = how < 5 ? 'completed' : how === 5 ? 'cancelled' : 'failed'
  const undone = Object.values(context.undoing).flatMap(({ open }) => open)
  if (undone.length > 0 && kind < 14) {
    const { step, visit, item } = undone[which % undone.length] as (typeof undone)[number]
    return {
      type: 'step.done',
      data: { step, visit, undo: true, status, ...(item === null ? {} : { item }) },
    }
  }
  const node = running[which % Math.max(1, running.length)]
  if (kind < 13 && node !== undefined) return ofNode(node, context, how, status)
  if (kind < 15 && timers.length > 0) return { type: timers[which % timers.length] ?? '', data: {} }
  const name = entries[which % Math.max(1, entries.length)]?.node.name ?? 'none'
  const others: readonly Happening[] = [
    { type: 'workflow.signal', data: { name: which % 2 === 0 ? 'go' : 'stop', data: 1 } },
    { type: 'step.retry', data: { step: name } },
    { type: 'step.skip', data: { step: name, reason: 'so' } },
    { type: 'step.finish', data: { step: name, reason: 'so', output: 1 } },
    { type: 'workflow.pause', data: {} },
    { type: 'workflow.resume', data: {} },
    { type: 'workflow.release', data: {} },
    { type: 'workflow.compensate', data: {} },
    { type: 'workflow.cancel', data: how % 3 === 0 ? {} : { compensate: how % 3 === 1 } },
    {
      type: 'fault',
      data: {
        step: which % (entries.length + 1),
        visit: how,
        error: { name: 'E', message: 'm', code: 'MAPPER_FAILED' },
      },
    },
    { type: 'step.done', data: { step: which % (entries.length + 1), visit: how, status, item: how } },
  ]
  return others[(kind + how) % others.length] as Happening
}

type Node = WorkflowContext['index']['entries'][number]['node']

function ofNode(node: Node, context: WorkflowContext, how: number, status: string): Happening {
  const { step } = node
  const visit = context.visits.get(step)
  const error = { name: 'E', message: 'm', code: 'TASK_FAILED' }
  const failure = status === 'failed' ? { error, ran: how === 6 } : {}
  if (how === 7 && node.kind !== 'wait') return { type: 'fault', data: { step, visit, error } }
  if (node.kind === 'wait')
    return node.until === undefined
      ? { type: 'workflow.signal', data: { name: node.signal ?? 'go', data: how } }
      : { type: 'flow.decided', data: { step, visit, until: 1_000_000 + how } }
  if (node.kind === 'branch')
    return {
      type: 'flow.decided',
      data: { step, visit, choice: how === 6 ? null : `c${how % node.cases.length}` },
    }
  if (node.kind === 'loop')
    return { type: 'flow.decided', data: { step, visit, choice: how % 2 === 0 ? 'again' : 'enough' } }
  if (node.kind !== 'map') return { type: 'step.done', data: { step, visit, status, ...failure } }
  const map = context.maps[step]
  const items = Array.from({ length: map?.count ?? 0 }, (_, i) => i).filter(
    i => map?.status.get(i) === RUNNING,
  )
  if (map === undefined || items.length === 0)
    return { type: 'flow.decided', data: { step, visit, list: Array.from({ length: how }, (_, i) => i) } }
  return { type: 'step.done', data: { step, visit, item: items[how % items.length], status, ...failure } }
}
