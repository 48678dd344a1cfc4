/** A runtime with one agent whose task runs in a thread, and an eye on the threads that it starts. Asserts nothing. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import {
  agent,
  createRuntime,
  task,
  type Logger,
  type Runtime,
  type TaskHandle,
  type TaskOptions,
} from 'stator'
import { worker, type WorkerOptions } from 'stator/worker'
import { onTestFinished } from 'vitest'
import { z } from 'zod'

const input = z.object({ text: z.string() })
export const quick = task('quick')

export interface Site {
  readonly runtime: Runtime
  /** Those that were started and have not ended. */
  readonly threads: Set<Worker>
  readonly logged: unknown[]
  readonly submit: () => Promise<TaskHandle<unknown>>
}

export const moduleOf = (file: string): URL => new URL(`./modules/${file}`, import.meta.url)

/** The task `job` is done by that export; `quick` by a function. */
export async function site(
  file: string,
  name: string,
  options: WorkerOptions = {},
  policies: Pick<TaskOptions<typeof input, z.ZodUnknown>, 'retry' | 'timeout'> = {},
): Promise<Site> {
  const threads = new Set<Worker>()
  const watch = (message: unknown): void => {
    const { worker: started } = message as { worker: Worker }
    threads.add(started)
    started.on('exit', () => threads.delete(started))
  }
  subscribe('worker_threads', watch)
  const logged: unknown[] = []
  const log = (details: object, message?: string): void => void logged.push({ ...details, message })
  const logger: Logger = { debug: log, info: log, warn: log, error: log }
  const heavy = task('job', { input, ...policies })
  const cruncher = agent('cruncher', { capacity: 2 }).handle(
    heavy,
    worker(moduleOf(file), { export: name, ...options }),
  )
  const clerk = agent('clerk').handle(quick, () => 'done')
  const runtime = await createRuntime({ agents: [cruncher, clerk], logger })
  onTestFinished(async () => {
    await runtime.close()
    unsubscribe('worker_threads', watch)
    await Promise.all([...threads].map(async started => started.terminate()))
  })
  return {
    runtime,
    threads,
    logged,
    submit: async () => runtime.submit(heavy, { text: 'hello' }, { metadata: { from: 'test' } }),
  }
}

/** How one task ends that this export does. */
export async function ending(...args: Parameters<typeof site>): Promise<{ status: string; value: unknown }> {
  const { submit } = await site(...args)
  const { status, error, output } = await (await submit()).outcome()
  return { status, value: error ?? output }
}

/** It has said how far it is. */
export async function progressOf(handle: TaskHandle<unknown>): Promise<void> {
  await new Promise<void>(resolve => {
    handle.signals$.subscribe(({ type }) => {
      if (type === 'task.progress') resolve()
    })
  })
}

/** All threads have ended. */
export async function ended({ threads }: Site): Promise<void> {
  await Promise.all([...threads].map(async started => once(started, 'exit')))
}
