/**
 * Restart: W6 and W9 for anything that can be killed. Starts a first life, kills it with SIGKILL when it says so, starts a second life in
 * the same folder and waits until it has done what it must. A life is a program that is told `first <mode>` or `second <mode>`.
 */
import type { Params, Sample } from './case.ts'
import { readLog } from './life.ts'
import { STEPS } from './load.ts'
import { closed, run, samplesOf, start } from './process.ts'
import type { ProgramName } from './programs.ts'

/** What both lives report, the second after the time from its start until it was done. */
export async function killAndRestart(
  life: ProgramName,
  params: Params,
  flags: readonly string[] = [],
): Promise<readonly Sample[]> {
  let reported: readonly Sample[] = []
  const first = start(life, { ...params, mode: `first ${params.mode}` }, flags)
  const ended = closed(first)
  first.on('message', message => {
    reported = samplesOf(message)
    first.kill('SIGKILL')
  })
  const [, signal] = await ended
  if (signal !== 'SIGKILL') throw new Error('the first life ended by itself')
  const began = performance.now()
  let done = 0
  const samples = await run(life, { ...params, mode: `second ${params.mode}` }, flags, () => {
    done = performance.now()
  })
  return [...reported, { metric: 'restart_ms', value: done - began }, ...samples]
}

/** W6: steps that no life executed, although every workflow ended. */
export function lostSteps({ dir, n }: Params): Sample {
  const steps = new Set(readLog(dir).map(({ step }) => step))
  return { metric: 'lost_steps', value: n * STEPS - steps.size }
}
