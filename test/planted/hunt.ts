/** Hunt: plays campaigns against a planted bug, in a thread of its own, and against many, two at a time. It judges nothing. */
import { Worker } from 'node:worker_threads'
import type { Mutant } from './mutant.ts'
import type { Hunt, Hunted } from './worker.ts'

/** A bug that makes the code go round for ever would never be seen to do so: then the thread is ended. */
const PATIENCE = 240_000

export async function hunt(mutant: Mutant | null, most: number, first = 1): Promise<Hunted> {
  const workerData: Hunt = { mutant, first, most }
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData,
    execArgv: [],
    stdout: false,
  })
  const patience = setTimeout(() => void worker.terminate(), PATIENCE)
  try {
    return await new Promise<Hunted>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', code =>
        reject(new Error(`${mutant?.name ?? 'nothing planted'}: ended with ${code}`)),
      )
    })
  } finally {
    clearTimeout(patience)
    await worker.terminate()
  }
}

/** All of them, so many at a time; each is told as it is done. */
export async function huntAll(
  mutants: readonly Mutant[],
  most: number,
  threads: number,
): Promise<ReadonlyMap<Mutant, Hunted>> {
  // In the order of the catalogue, whichever is done first.
  const found = new Map<Mutant, Hunted>(mutants.map(mutant => [mutant, NOT_HUNTED]))
  const left = mutants.values()
  const take = async (): Promise<void> => {
    for (const mutant of left) found.set(mutant, await hunt(mutant, most).catch(lost))
  }
  await Promise.all(Array.from({ length: threads }, take))
  return found
}

const NOT_HUNTED: Hunted = { runs: 0, seen: [] }

/** A thread that came to no end of its own has found nothing, and says why. */
const lost = (error: unknown): Hunted => ({
  runs: 0,
  seen: [{ promise: 'thread', run: 0, detail: String(error) }],
})
