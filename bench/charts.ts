/** Charts: compiled workflows as statecharts, one of their events, and what it costs whoever takes it. What W10 and its limit share. */
import { task, workflow, type AnyWorkflow, type WorkflowDefinition } from 'stator'
import { getInitialSnapshot, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate'
import { z } from 'zod'
import { indexOf } from '../src/machines/flow-index.ts'
import type { Sample } from './case.ts'
import { quantile } from './figures.ts'

const step = task('step', { input: z.number() })
type Steps = WorkflowDefinition<number>

/** A workflow of so many steps, in a row or beside each other. It is not compiled yet. */
export function declared(shape: Shape, steps: number): AnyWorkflow {
  const empty = workflow(shape, { input: z.number() }) as unknown as Steps
  const names = Array.from({ length: steps }, (_, i) => `s${i}`)
  if (shape === 'row') return names.reduce((row, name) => row.step(name, step) as Steps, empty)
  return empty.parallel('all', group => {
    let all = group
    for (const name of names) all = all.step(name, step)
    return all
  })
}

export function firstSnapshot({ machine, flow }: AnyWorkflow): AnyMachineSnapshot {
  const input = flow === undefined ? undefined : { index: indexOf(flow) }
  return getInitialSnapshot(machine, input as never) as AnyMachineSnapshot
}

const signalOf = (seq: number, type: string, data: object) =>
  ({ type, data, seq, at: seq, causationId: seq - 1, to: 'workflow/r', stamp: null }) as const

type Happening = ReturnType<typeof signalOf>

/** Somebody who takes events. */
export interface Taker<Snapshot> {
  readonly adopt: (snapshot: AnyMachineSnapshot) => Snapshot
  readonly take: (snapshot: Snapshot, event: Happening) => Snapshot
}

const WIDTHS = [10, 100, 1_000]
const ROUNDS = 9
/** Events of a round, at most; and before the first that is measured. */
const EVENTS = 25
const WARM_UP_EVENTS = 2_000

/** Microseconds of one event: a region of so many ends; the middle of several rounds, with code that is warm. */
export function eventSamples<Snapshot>(
  widest: number,
  takerOf: (machine: AnyStateMachine) => Taker<Snapshot>,
): Sample[] {
  const found = WIDTHS.filter(regions => regions <= widest).map(regions => {
    const made = declared('parallel', regions)
    const { adopt, take } = takerOf(made.machine)
    const started = take(adopt(firstSnapshot(made)), signalOf(1, 'workflow.start', { input: 1 }))
    const index = made.flow === undefined ? undefined : indexOf(made.flow)
    const ends = Array.from({ length: Math.min(regions - 1, EVENTS) }, (_, i) =>
      signalOf(i + 2, 'step.done', { step: index?.indexes.get(`s${i}`), visit: 1, status: 'completed' }),
    )
    const round = (): number => {
      const began = performance.now()
      let at = started
      for (const event of ends) {
        const next = take(at, event)
        if (next === at) throw new Error('an event was refused')
        at = next
      }
      return ((performance.now() - began) * 1_000) / ends.length
    }
    // Later ones find the code warm.
    const idle = regions === WIDTHS[0] ? WARM_UP_EVENTS : 1
    for (let event = 0; event < idle; event += ends.length) round()
    return { regions, us: quantile(Array.from({ length: ROUNDS }, round), 0.5) }
  })
  const base = found[0]?.us ?? Number.NaN
  return found.flatMap(({ regions, us }) => [
    { metric: 'us_per_event', part: `regions=${regions}`, value: us },
    ...(regions > 10 ? [{ metric: 'ratio_to_10', part: `regions=${regions}`, value: us / base }] : []),
  ])
}

const SIZES = [100, 1_000, 5_000]
export const SHAPES = ['row', 'parallel'] as const
export type Shape = (typeof SHAPES)[number]

/** Milliseconds until a workflow of so many steps could take its first event. */
export function compileSamples(
  largest: number,
  prepare: (shape: Shape, steps: number) => () => void,
): Sample[] {
  return SHAPES.flatMap(shape =>
    SIZES.filter(steps => steps <= largest).map(steps => {
      const compile = prepare(shape, steps)
      const began = performance.now()
      compile()
      return { metric: 'compile_ms', part: `${shape}, steps=${steps}`, value: performance.now() - began }
    }),
  )
}
