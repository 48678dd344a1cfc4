/** W10: one event of a wide compiled workflow on the chart, and how long workflows take to compile. */
import type { Params, Sample } from '../case.ts'
import type { Command } from '../../src/messages/command.ts'
import { chartOf, type Chart } from '../../src/runtime/chart.ts'
import type { ChartSnapshot } from '../../src/runtime/chart-snapshot.ts'
import { compileSamples, declared, eventSamples, firstSnapshot } from '../charts.ts'

const NOBODY = { self: undefined, system: undefined }

/** Measured is what a start of a runtime does with a workflow: its machine, the machine's chart, the first snapshot. */
export async function program({ n }: Params): Promise<readonly Sample[]> {
  const compiled = compileSamples(n, (shape, steps) => {
    const made = declared(shape, steps)
    return () => chart(made.machine).adopt(firstSnapshot(made))
  })
  const events = eventSamples<ChartSnapshot>(n, machine => {
    const fast = chart(machine)
    return {
      adopt: snapshot => fast.adopt(snapshot),
      take: (snapshot, event) => {
        const commands: Command[] = []
        return fast.step(snapshot, event, NOBODY, commands)
      },
    }
  })
  return [...events, ...compiled]
}

function chart(machine: Parameters<typeof chartOf>[0]): Chart {
  const found = chartOf(machine)
  if (found === undefined) throw new Error('a compiled workflow has a chart')
  return found
}
