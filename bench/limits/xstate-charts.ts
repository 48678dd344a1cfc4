/** The XState limits of W10: its own transition of the very same machine, and a machine of as many states that do nothing. */
import { createMachine, getInitialSnapshot, transition, type AnyMachineSnapshot } from 'xstate'
import type { Params, Sample } from '../case.ts'
import { compileSamples, eventSamples, type Shape } from '../charts.ts'

export async function program({ n }: Params): Promise<readonly Sample[]> {
  const events = eventSamples<AnyMachineSnapshot>(n, machine => ({
    adopt: snapshot => snapshot,
    take: (snapshot, event) => transition(machine, snapshot, event as never)[0] as AnyMachineSnapshot,
  }))
  return [...events, ...compileSamples(n, (shape, steps) => () => plain(shape, steps))]
}

/** No guards, no actions: each step is a state, or a region of two, that its event leaves. */
function plain(shape: Shape, steps: number): void {
  const names = Array.from({ length: steps }, (_, i) => `s${i}`)
  const row = names.map((name, i) => [name, { on: { [`${name}.done`]: names[i + 1] ?? 'over' } }])
  const regions = names.map(name => [
    name,
    { initial: 'runs', states: { runs: { on: { [`${name}.done`]: 'over' } }, over: { type: 'final' } } },
  ])
  const body =
    shape === 'row'
      ? { initial: 's0', states: { ...(Object.fromEntries(row) as object), over: { type: 'final' } } }
      : { type: 'parallel', states: Object.fromEntries(regions) as object }
  const states = { pending: { on: { start: 'body' } }, body }
  getInitialSnapshot(createMachine({ id: 'plain', initial: 'pending', states } as never))
}
