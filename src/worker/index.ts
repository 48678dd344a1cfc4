/**
 * stator/worker: code for a task that runs in a thread of its own, so that heavy work does not hold up the hub. Needs
 * node:worker_threads, and the hub nothing of it: what this makes is a handler like any other.
 */
import type { Handler } from '../actors/agent.ts'
import { settingsOf, type Memory, type WorkerOptions } from './options.ts'
import { Session } from './session.ts'

export type { WorkerContext, WorkerFor, WorkerHandler } from './context.ts'
export type { Memory, WorkerOptions }

/**
 * A handler that runs the function exported by a module (JavaScript, or TypeScript where Node itself can strip the types),
 * `(input, ctx: WorkerContext) => output`, in a fresh thread for each attempt. A thread takes some 30 ms to start.
 *
 * - When `ctx.signal` aborts (cancel, timeout, close of the runtime) the thread is told; after `grace` it is ended by
 *   force, whatever it does. It is ended as well when the function has given its result.
 * - `memory` is for its heap, garbage that is not yet collected included, and for the bytes of its Buffers. A thread that
 *   stays over it for half a second, or is 256 MB over it, is ended: WORKER_OUT_OF_MEMORY. Before Node 22.16 V8
 *   alone keeps the limit: it counts no Buffers, and may end the process. One single allocation of gigabytes in the
 *   heap, such as an array of 300 million numbers, ends the process in any version.
 * - What an agent may do at once is its `capacity`: so many threads.
 * - Input, results and what goes through `ctx.do` are copied from thread to thread. The hub measures what it gets,
 *   but only once it is copied: give large data as a reference.
 * - A failure in the thread is one of that attempt: WORKER_DIED (process.exit, an end without an answer), what was thrown
 *   or rejected anywhere in it, with name, message and code; final if it is a NonRetryableError or has
 *   `retryable: false`. WORKER_MODULE_INVALID is final too: no such module, or the export is no function.
 *
 * Only a crash of the process itself, as by a native add-on, goes beyond the thread. A simulation (stator/testing) cannot
 * repeat what threads do: give it a plain function in the place of this.
 *
 * @throws StatorError DEFINITION_INVALID for a module that is no file: URL, and for options out of their range
 */
export function worker<I, O>(module: URL | string, options: WorkerOptions = {}): Handler<I, O> {
  const settings = settingsOf(module, options)
  return async (input, ctx) => (await new Session(settings, input, ctx).run()) as O
}
