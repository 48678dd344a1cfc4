/** What ctx.lock and runtime.locks give, and what they do not take. */
import { expectTypeOf, test } from 'vitest'
import type { Lock, LockInfo, Runtime, TaskContext } from 'stator'

test('ctx.lock gives the lock, or what is made with it', () => {
  const use = async (ctx: TaskContext, runtime: Runtime): Promise<void> => {
    expectTypeOf(await ctx.lock('x')).toEqualTypeOf<Lock>()
    expectTypeOf(await ctx.lock('x', { timeout: '5m' }, ({ token }) => token)).toEqualTypeOf<number>()
    expectTypeOf(await runtime.locks.acquire('x', { owner: 'ci' })).toEqualTypeOf<Lock>()
    expectTypeOf(runtime.locks.get('x')).toEqualTypeOf<LockInfo | undefined>()
    // @ts-expect-error an owner is for clients: an attempt is its own
    await ctx.lock('x', { owner: 'ci' })
    // @ts-expect-error who breaks a lock says why
    await runtime.locks.break('x', { by: 'ops' })
  }
  expectTypeOf(use).toBeFunction()
})
