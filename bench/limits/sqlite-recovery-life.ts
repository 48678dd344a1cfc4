/** One life of the SQLite limit of W6: rows of finished steps are all there is to recover from. */
import { openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Params, Sample } from '../case.ts'
import { DONE_BEFORE, logOf, readLog, readyToDie } from '../life.ts'
import { STEPS } from '../load.ts'
import { Steps } from './group-commit.ts'

export async function program({ n, dir, mode: words }: Params): Promise<readonly Sample[]> {
  const [life = '', mode = ''] = words.split(' ')
  const log = openSync(logOf(dir), 'a')
  const began = performance.now()
  const steps = new Steps(join(dir, 'limit.db'))
  const before = steps.progress()
  let done = 0
  const workflow = async (index: number): Promise<void> => {
    for (let step = before.get(index) ?? 0; step < STEPS; step++) {
      if (life === 'first' && mode === 'hold' && step === DONE_BEFORE) return
      writeSync(log, `${life} ${index}/${step}\n`)
      await steps.done(index, step)
      if (life === 'first' && mode === 'mid' && ++done === n * DONE_BEFORE) readyToDie()
    }
  }
  await Promise.all(Array.from({ length: n }, (_, index) => workflow(index)))
  if (life === 'first') {
    readyToDie()
    // Killed here; the timer keeps the process until then.
    return new Promise(() => setInterval(() => {}, 1_000))
  }
  const recovery = performance.now() - began
  process.send?.({ done: true })
  const redone = readLog(dir).filter(({ life: in_, step }) => in_ === 'second' && wasDone(before, step))
  return [
    { metric: 'recovery_ms', value: recovery },
    { metric: 'redone_steps', value: redone.length },
  ]
}

function wasDone(before: ReadonlyMap<number, number>, name: string): boolean {
  const [workflow = 0, step = 0] = name.split('/').map(Number)
  return step < (before.get(workflow) ?? 0)
}
