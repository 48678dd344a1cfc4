/**
 * Restart: W6 for anything that can be killed. Starts a first life, kills it with SIGKILL when it says so, starts a second life in the
 * same folder and waits until it has finished all. A life is a program that is told `first <mode>` or `second <mode>`.
 */
import type { Params, Sample } from './case.ts'
import { readLog } from './life.ts'
import { STEPS } from './load.ts'
import { closed, run, start } from './process.ts'
import type { ProgramName } from './programs.ts'

export async function killAndRestart(life: ProgramName, params: Params): Promise<readonly Sample[]> {
  const first = start(life, { ...params, mode: `first ${params.mode}` })
  const ended = closed(first)
  first.on('message', () => first.kill('SIGKILL'))
  const [, signal] = await ended
  if (signal !== 'SIGKILL') throw new Error('the first life ended by itself')
  const began = performance.now()
  let done = 0
  const samples = await run(life, { ...params, mode: `second ${params.mode}` }, [], () => {
    done = performance.now()
  })
  return [{ metric: 'restart_ms', value: done - began }, ...samples, ...account(params)]
}

/** Steps that no life executed, although every workflow ended. */
function account(params: Params): Sample[] {
  const steps = new Set(readLog(params.dir).map(({ step }) => step))
  return [{ metric: 'lost_steps', value: params.n * STEPS - steps.size }]
}
