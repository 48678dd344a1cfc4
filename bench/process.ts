/**
 * Process: starts bench/child.ts for one program and waits for what it reports. A fresh process has a fresh heap and
 * no compiled code, so that no measurement changes another.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Params, Sample } from './case.ts'
import type { ProgramName } from './programs.ts'

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))
const LIMIT_MS = 600_000

const sample = z.object({ metric: z.string(), value: z.number(), part: z.string().optional() })
const done = z.object({ done: z.literal(true) })
const report = z.object({ samples: z.array(sample) })

export function start(program: ProgramName, params: Params, flags: readonly string[] = []): ChildProcess {
  return fork(CHILD, [program, JSON.stringify(params)], {
    execArgv: [...flags],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

/** What the program reports; `onDone` when it says beforehand that the work is done. Rejects where it ends without a report. */
export async function run(
  program: ProgramName,
  params: Params,
  flags: readonly string[] = [],
  onDone: () => void = () => {},
): Promise<readonly Sample[]> {
  const child = start(program, params, flags)
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
  let samples: readonly Sample[] | undefined
  child.on('message', message => {
    if (done.safeParse(message).success) onDone()
    else samples = samplesOf(message)
  })
  const [code, signal] = await closed(child)
  clearTimeout(timer)
  if (samples === undefined || code !== 0)
    throw new Error(`${program} ended without a report (${signal ?? `exit code ${String(code)}`})`)
  return samples
}

/** What a process says that it found. */
export const samplesOf = (message: unknown): readonly Sample[] => report.parse(message).samples

export function closed(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve([code, signal]))
  })
}
