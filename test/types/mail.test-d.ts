/** Messages: what is said must be what the task takes, and an answer is what its handler makes. */
import { expectTypeOf, test } from 'vitest'
import { agent, task, type Runtime, type TaskContext } from 'stator'
import { z } from 'zod'

const sum = task('sum', {
  input: z.object({ a: z.number(), b: z.number().default(1) }),
  output: z.number(),
})
declare const ctx: TaskContext
declare const runtime: Runtime

test('a question is given what the task takes, and gives what it makes', () => {
  expectTypeOf(ctx.ask('bob', sum, { a: 1 })).resolves.toEqualTypeOf<number>()
  expectTypeOf(ctx.consult({ role: 'lawyer' }, sum, { a: 1, b: 2 })).resolves.toEqualTypeOf<number>()
  expectTypeOf(runtime.mail.ask(agent('bob'), sum, { a: 1 })).resolves.toEqualTypeOf<number>()
  // @ts-expect-error: no such input
  void ctx.ask('bob', sum, { c: 1 })
  // @ts-expect-error: an agent, and no task
  void ctx.tell(sum, sum, { a: 1 })
  // @ts-expect-error: a question has no type of its own
  void ctx.ask('bob', sum, { a: 1 }, { type: 'status' })
})

test('what is told to many names who got it', () => {
  expectTypeOf(ctx.publish('build.done', sum, { a: 1 })).resolves.toEqualTypeOf<{
    readonly id: string
    readonly recipients: readonly string[]
  }>()
  // @ts-expect-error: no such audience
  void ctx.broadcast('some', sum, { a: 1 })
})

test('a hand-off never comes back, and a handler may return it', () => {
  expectTypeOf(ctx.handOff('bob')).resolves.toBeNever()
  agent('ann').handle(sum, (_, { handOff }) => handOff({ role: 'lead' }, { note: 'yours' }))
  agent('ann').subscribe('build.*', sum, ({ a, b }) => a + b)
  // @ts-expect-error: it makes a number
  agent('ann').subscribe('build.*', sum, () => 'three')
})
