/**
 * Worker: a thread in which the source has a bug, or none: it plays campaigns until the invariant that has to see it does, and tells
 * what it saw. The bug is planted while the one file is loaded; no other thread knows of it.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { Escapes } from '../simulation/escapes.ts'
import type { Mutant } from './mutant.ts'

export interface Hunt {
  readonly mutant: Mutant | null
  readonly first: number
  /** How many campaigns at most. */
  readonly most: number
}

export interface Sight {
  readonly promise: number | string
  /** The campaign in which it was first seen to be broken, from 1. */
  readonly run: number
  readonly detail: string
}

export interface Hunted {
  readonly runs: number
  /** Everything that broke, in the order in which it was first seen. */
  readonly seen: readonly Sight[]
}

const { mutant, first, most } = workerData as Hunt

if (mutant !== null) {
  const mutated = pathToFileURL(resolve(import.meta.dirname, '../..', mutant.file)).href
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context)
      if (url !== mutated) return loaded
      const source = readFileSync(fileURLToPath(url), 'utf8')
      // A function: what it returns is taken as it stands.
      return { ...loaded, source: source.replace(mutant.find, () => mutant.replace) }
    },
  })
}

parentPort?.postMessage(await hunt(), [])
// Whatever a bug has left behind, a timer or a promise, holds up nobody.
process.exit()

async function hunt(): Promise<Hunted> {
  const { campaign } = await import('../simulation/campaign.ts')
  const escapes = new Escapes()
  const seen = new Map<number | string, Sight>()
  const act = mutant === null ? undefined : (mutant.act ?? 'none')
  for (let run = 1; run <= most; run++) {
    const { broken } = await campaign(first + run - 1, { collect: true, act })
    const ends = (await escapes.since()).map(detail => ({ promise: 11, detail }))
    for (const { promise, detail } of [...broken, ...ends])
      if (!seen.has(promise)) seen.set(promise, { promise, run, detail })
    if (mutant === null ? seen.size > 0 : seen.has(mutant.invariant))
      return { runs: run, seen: [...seen.values()] }
  }
  return { runs: most, seen: [...seen.values()] }
}
