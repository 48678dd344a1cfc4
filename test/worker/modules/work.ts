/** What a module may do and go on living. */
import type { WorkerContext } from 'stator/worker'

interface Input {
  readonly text: string
}

export default async function shout({ text }: Input): Promise<string> {
  return text.toUpperCase()
}

/** All of ctx that is data. */
export const tell = (input: Input, ctx: WorkerContext): object => ({
  input,
  task: ctx.task,
  agent: ctx.agent,
  attempt: ctx.attempt,
  key: ctx.idempotencyKey,
  metadata: ctx.metadata,
  aborted: ctx.signal.aborted,
})

export async function speak(_: Input, ctx: WorkerContext): Promise<void> {
  ctx.progress(40, 'far')
  ctx.heartbeat()
  ctx.log.info({ n: 1 }, 'hello')
  // A function cannot be copied: it is described.
  ctx.log.warn({ fn: () => 1 }, 'odd')
  await ctx.do('told', () => null)
}

/** Far more than may be under way at once. */
export function babble(_: Input, ctx: WorkerContext): number {
  let said = 0
  for (; said < 1000; said++) ctx.progress(said / 10)
  return said
}

/** Waits for the abort and says why it came. */
export async function listen(_: Input, ctx: WorkerContext): Promise<void> {
  const heard = new Promise<void>(resolve => {
    ctx.signal.addEventListener('abort', () => {
      const { name, code } = ctx.signal.reason as { name: string; code: string }
      ctx.log.info({ name, code }, 'told to stop')
      resolve()
    })
  })
  ctx.progress(1)
  await heard
}

export async function steps(_: Input, ctx: WorkerContext): Promise<unknown[]> {
  const code = (error: unknown): unknown => (error as { code: unknown }).code
  const mine = new RangeError('mine')
  const seen: unknown[] = [await ctx.do('one', () => 1), await ctx.do('none', () => {})]
  seen.push(await ctx.do('one', () => 2).catch(code))
  seen.push(await ctx.do('', () => 2).catch(code))
  seen.push(await ctx.do(Symbol('x') as never, () => 2).catch(code))
  seen.push(await ctx.do('date', () => new Date(0)).catch(code))
  seen.push(await ctx.do('function', () => () => 1).catch(code))
  seen.push(await ctx.do('throws', () => Promise.reject(mine)).catch((error: unknown) => error === mine))
  void ctx.do('never waited for', () => Promise.reject(mine))
  return seen
}

export const date = (): Date => new Date(0)
export const nothing = (): void => {}
export const big = (): bigint => 10n
export const fn = (): unknown => () => 1
export const number = 5
