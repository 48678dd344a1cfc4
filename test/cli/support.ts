/** What the tests of the command share: a call of it in this process, folders for journals, and a journal of real runs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { agent, createRuntime, type Runtime } from 'stator'
import { sqlite } from 'stator/sqlite'
import type { VirtualClock } from 'stator/testing'
import { run } from '../../src/cli/run.ts'
import type { Checkpoint } from '../../src/runtime/journal.ts'
import { Scribe, type Draft } from '../../src/testing/journal-suite/fixtures.ts'
import { newClock, startOfTime } from '../ledger/support.ts'
import { build, release, ship } from './modules/seven.ts'

export const modules = join(import.meta.dirname, 'modules')

export interface Called {
  readonly code: number
  readonly out: string
  readonly err: string
  /** What `--json` printed. */
  readonly json: unknown
}

export async function call(...argv: string[]): Promise<Called> {
  return callIn({}, ...argv)
}

export async function callIn(
  given: { cwd?: string; colours?: boolean; now?: number },
  ...argv: string[]
): Promise<Called> {
  const { cwd = modules, colours = false, now = startOfTime } = given
  let [out, err] = ['', '']
  const code = await run(argv, {
    out: text => void (out += text),
    err: text => void (err += text),
    cwd,
    colours,
    now: () => now,
  })
  const called = { code, out, err }
  return Object.defineProperty(called, 'json', { get: () => JSON.parse(out) as unknown }) as Called
}

export function journalFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stator-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'journal.db')
}

/** The lines of a table, split where two blanks stand. */
export const cells = (out: string): string[][] =>
  out
    .trimEnd()
    .split('\n')
    .map(line => line.split(/ {2,}/))

export { release }

/** A service whose `ship` does what the id of its run says: `bad…` fails, `long…` does not end. */
export async function service(file: string, clock: VirtualClock = newClock()): Promise<Runtime> {
  const worker = agent('worker', { capacity: 50 })
    .handle(build, () => 'built')
    .handle(ship, async (_, ctx) => {
      if (ctx.task.startsWith('task/bad')) throw new Error('no \u001B[31mdock\u001B[0m')
      if (ctx.task.startsWith('task/long'))
        await new Promise((_resolve, reject) => {
          ctx.signal.addEventListener('abort', () => reject(new Error('aborted')))
        })
      return 'shipped'
    })
  const runtime = await createRuntime({
    journal: sqlite(file),
    agents: [worker],
    workflows: [release],
    host: { clock },
  })
  onTestFinished(async () => runtime.close())
  return runtime
}

/** Writes a journal as no runtime of today would. */
export function written(
  file: string,
  signals: readonly Draft[],
  checkpoints: readonly Checkpoint[] = [],
): Scribe {
  const place = { journal: () => sqlite(file), tamper: () => undefined, dispose: () => undefined }
  const scribe = new Scribe(place)
  onTestFinished(() => scribe.journal.close())
  scribe.write(signals, { checkpoints })
  return scribe
}
