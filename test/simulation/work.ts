/**
 * Work: what the handlers of a campaign are told to do, well or badly, and the code that does it. What it should give is known
 * beforehand: a number, and the numbers of those before it. Nothing here may know of crashes or of other work.
 */
import { z } from 'zod'
import type { Handler } from '../../src/actors/agent.ts'
import type { TaskContext } from '../../src/actors/task-context.ts'
import { RetryAfterError } from '../../src/actors/retry-after.ts'
import { NonRetryableError } from '../../src/errors.ts'
import type { Life } from '../../src/testing/host/life.ts'

/** How it can end: completed, failed with a code, or either of these, by how often it is tried. */
export interface Known {
  readonly completes: boolean
  readonly code: string | null
}

const completes: Known = { completes: true, code: null }
const either: Known = { completes: true, code: 'HANDLER_FAILED' }
const failsWith = (code: string): Known => ({ completes: false, code })

/** How a handler can go about its work. */
export const WAYS = {
  works: completes,
  'works in parts': completes,
  'works at the second attempt': either,
  'works in parts, once it has failed': either,
  'a part of it fails at first': either,
  'tells how far it is': completes,
  'leaves something behind': completes,
  fails: failsWith('HANDLER_FAILED'),
  'fails for good': failsWith('HANDLER_FAILED'),
  'throws at once': failsWith('HANDLER_FAILED'),
  'throws what cannot be read': failsWith('HANDLER_FAILED'),
  'throws nothing': failsWith('HANDLER_FAILED'),
  'uses a name twice': failsWith('STEP_REPEATED'),
  'returns no JSON': failsWith('OUTPUT_INVALID'),
  'returns what does not fit': failsWith('OUTPUT_INVALID'),
  hangs: failsWith('TASK_TIMEOUT'),
  'hears nothing': failsWith('TASK_TIMEOUT'),
  'settles late': failsWith('TASK_TIMEOUT'),
  'asks to come again': either,
  'shows that it lives': completes,
  'falls silent': failsWith('TASK_TIMEOUT'),
  'settles whatever it is told': completes,
} as const satisfies Record<string, Known>
export type Way = keyof typeof WAYS

export const result = z.object({ n: z.int() })
export const work = z.object({
  way: z.string(),
  ms: z.int(),
  n: z.int(),
  before: z.array(result).default([]),
})
export type Work = z.output<typeof work>
export type Result = z.infer<typeof result>

export const sumOf = ({ n, before }: Pick<Work, 'n' | 'before'>): number =>
  before.reduce((sum, other) => sum + other.n, n)

export function handlerOf(life: Life): Handler<Work, Result> {
  const run = life.handler<Work, Result>((given, ctx) => doing(given, ctx, life))
  return (given, ctx) => {
    if (given.way === 'throws at once') throw new Error('before anything was done')
    if (given.way === 'throws what cannot be read') throw UNREADABLE
    return run(given, ctx)
  }
}

async function doing(given: Work, ctx: TaskContext, life: Life): Promise<Result> {
  const { ms } = given
  const n = sumOf(given)
  switch (given.way as Way) {
    case 'works':
      await life.wait(ms)
      return { n }
    case 'works in parts':
      return inParts(given, ctx, life)
    case 'works at the second attempt':
      await life.wait(ms)
      if (ctx.attempt < 2) throw new Error('not yet')
      return { n }
    case 'works in parts, once it has failed': {
      const made = await inParts(given, ctx, life)
      if (ctx.attempt < 2) throw new Error('not yet')
      return made
    }
    case 'a part of it fails at first':
      return { n: await ctx.do('part', () => attemptOf(ctx, n)) }
    case 'tells how far it is':
      for (const percent of [10, 50, Number.NaN, 999, -1]) ctx.progress(percent, `${percent}`)
      await life.wait(ms)
      for (const percent of [75, 76, 77]) {
        ctx.progress(percent)
        await life.wait(1)
      }
      return { n }
    case 'shows that it lives':
      for (let left = ms; left > 0; left -= 7) {
        ctx.heartbeat()
        await life.wait(Math.min(left, 7))
      }
      return { n }
    case 'settles whatever it is told':
      await life.wait(3 * ms)
      return { n }
    case 'asks to come again':
      await life.wait(ms % 5)
      ctx.progress(10 + (n % 50), 'not yet')
      ctx.progress(20 + (n % 50), 'not yet')
      if (ctx.attempt < 2) throw new RetryAfterError('not yet', { after: n % 3 === 0 ? 0 : n })
      return { n }
    case 'leaves something behind':
      void ctx.do('left', async () => life.wait(30).then(() => n))
      await life.wait(ms)
      return { n }
    default:
      return badly(given, ctx, life)
  }
}

/** What the second attempt gives. */
function attemptOf({ attempt }: TaskContext, n: number): number {
  if (attempt < 2) throw new Error('not yet')
  return n
}

async function inParts(given: Work, ctx: TaskContext, life: Life): Promise<Result> {
  const first = await ctx.do('first', () => given.n)
  await life.wait(given.ms)
  const second = await ctx.do('second', async () => {
    await life.wait(2)
    return sumOf(given) - given.n
  })
  await life.wait(given.ms % 7)
  return { n: first + second }
}

async function badly({ way, ms, n }: Work, ctx: TaskContext, life: Life): Promise<Result> {
  if (way === 'hangs') return new Promise((_, reject) => onAbort(ctx, () => reject(new Error('aborted'))))
  if (way === 'hears nothing') return new Promise(() => {})
  if (way === 'falls silent') {
    for (let beats = 0; beats < 3; beats++) {
      ctx.heartbeat()
      await life.wait(ms % 10)
    }
    return new Promise((_, reject) => onAbort(ctx, () => reject(ctx.signal.reason as Error)))
  }
  if (way === 'settles late') {
    await new Promise<void>(resolve => {
      onAbort(ctx, resolve)
    })
    await life.wait(ms)
    ctx.progress(90)
    void ctx.do('too late', () => n)
    return { n }
  }
  await life.wait(ms)
  if (way === 'fails for good') throw new NonRetryableError('never')
  if (way === 'throws nothing') return Promise.reject(undefined as unknown as Error)
  if (way === 'returns no JSON') return { n: BigInt(n) } as never
  if (way === 'returns what does not fit') return { n: `${n}` } as never
  if (way === 'uses a name twice') for (const _ of [1, 2]) await ctx.do('same', () => n)
  throw new Error('as told')
}

function onAbort({ signal }: TaskContext, then: () => void): void {
  if (signal.aborted) then()
  else signal.addEventListener('abort', then)
}

/** Whoever looks at it is thrown at. */
const UNREADABLE: Error = new Proxy(new Error('unreadable'), {
  get: refuseToBeRead,
  getPrototypeOf: refuseToBeRead,
})

function refuseToBeRead(): never {
  throw new Error('do not look')
}
