/** What a module may do to harm itself: each of these ends its own attempt. */
import { parentPort } from 'node:worker_threads'
import type { WorkerContext } from 'stator/worker'
import { NonRetryableError, StatorError } from '../../../src/errors.ts'

export const exit = (): never => process.exit(0)
export async function recordThenExit(_: unknown, ctx: WorkerContext): Promise<unknown> {
  const made = await ctx.do('expensive', key => ({ key, attempt: ctx.attempt }))
  return ctx.attempt > 1 ? made : process.exit(1)
}
export const exitLater = async (): Promise<void> => {
  setImmediate(() => process.exit(7))
  await new Promise(() => {})
}

export function uncaught(): Promise<void> {
  setImmediate(() => {
    throw Object.assign(new TypeError('nobody caught this'), { code: 'E_LOOSE' })
  })
  return new Promise(() => {})
}

export function rejection(): Promise<void> {
  void Promise.reject(new Error('nobody awaited this'))
  return new Promise(() => {})
}

export const plain = (): never => {
  throw new TypeError('no')
}
export const coded = (): never => {
  throw Object.assign(new Error('no'), { code: 'ENOENT' })
}
export const final = (): never => {
  throw new NonRetryableError('never', { code: 'E_FINAL' })
}
export const finalByFlag = (): never => {
  throw Object.assign(new Error('never'), { code: 'E_FLAG', retryable: false })
}
export const ours = (): never => {
  throw new StatorError('INPUT_INVALID', { what: 'x' })
}
export const text = (): never => {
  // Users may.
  const thrown: unknown = 'no'
  throw thrown as Error
}

/** Posts what looks like an answer, past its ctx. */
export function forge(): string {
  for (const said of [null, 7, { type: 'done', output: 'forged' }]) parentPort?.postMessage(said, [])
  return 'true answer'
}

/** Each grows by ever larger pieces: V8's own limit would end the process. */
export function array(): never {
  const all: unknown[] = []
  for (;;) all.push({ n: all.length, more: [1, 2, 3] })
}
export function map(): never {
  const all = new Map<number, object>()
  for (let n = 0; ; n++) all.set(n, { n })
}
export function buffers(): never {
  const all: Buffer[] = []
  for (;;) all.push(Buffer.alloc(2 ** 22, 1))
}

/** Much more than the limit in all, and little of it at once. */
export function garbage(): number {
  let made = 0
  for (let round = 0; round < 400; round++) made += Array.from({ length: 20_000 }, (_, n) => ({ n })).length
  return made
}
