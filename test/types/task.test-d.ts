/** What task(), agent() and their handlers infer. */
import {
  agent,
  task,
  type AgentDefinition,
  type Handler,
  type TaskContext,
  type TaskDefinition,
} from 'stator'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

const build = task('build', {
  input: z.object({ ref: z.string(), fast: z.boolean().optional() }),
  output: z.object({ image: z.string() }),
})

// ---- a task takes and gives what its schemas say
expectTypeOf(build).toEqualTypeOf<
  TaskDefinition<{ ref: string; fast?: boolean | undefined }, { image: string }>
>()
expectTypeOf(task('plain')).toEqualTypeOf<TaskDefinition>()
expectTypeOf(task('plain')).not.toBeAny()
expectTypeOf(build.spec).not.toBeAny()

// ---- what has a default may be left out by who gives it, and is there for who gets it
const ship = task('ship', {
  input: z.object({ to: z.string(), express: z.boolean().default(false) }),
  output: z.object({ parcels: z.number().default(1) }),
})
agent('a').handle(ship, ({ to, express }) => {
  expectTypeOf(to).toEqualTypeOf<string>()
  expectTypeOf(express).toEqualTypeOf<boolean>()
  return {}
})
// @ts-expect-error -- a default is no leave to give something else
agent('a').handle(ship, () => ({ parcels: 'one' }))

// ---- options are checked
task('a', { retry: { maxAttempts: 3, initialInterval: '5s' }, timeout: '10m', onInterrupted: 'hold' })
// @ts-expect-error -- no such unit
task('a', { timeout: '3w' })
// @ts-expect-error -- no such policy
task('a', { onInterrupted: 'ignore' })
// @ts-expect-error -- how many attempts is for the user to say
task('a', { retry: {} })
// @ts-expect-error -- not a schema
task('a', { input: { ref: 'string' } })
// @ts-expect-error -- no such option
task('a', { retries: 3 })

// ---- a handler is typed by its task
const able = agent('a', { role: 'devops', capacity: 2 }).handle(build, async (input, ctx) => {
  expectTypeOf(input).toEqualTypeOf<{ ref: string; fast?: boolean | undefined }>()
  expectTypeOf(ctx).toEqualTypeOf<TaskContext>()
  expectTypeOf(await ctx.do('push', key => key.length)).toEqualTypeOf<number>()
  return { image: await ctx.do('build', async key => `${input.ref} ${key}`) }
})
expectTypeOf(able).toEqualTypeOf<AgentDefinition>()
agent('a').handle(build, ({ ref }) => ({ image: ref }))
agent('a').handle(task('plain'), input => {
  expectTypeOf(input).toBeUnknown()
})
// @ts-expect-error -- the output is not what the task promises
agent('a').handle(build, () => ({ picture: 'x' }))
// @ts-expect-error -- nor is nothing
agent('a').handle(build, () => {})
// @ts-expect-error -- the input has no such key
agent('a').handle(build, ({ branch }) => ({ image: String(branch) }))
// @ts-expect-error -- a handler for another input
agent('a').handle(build, (input: { ref: number }) => ({ image: String(input.ref) }))

// ---- a handler that is written apart
const apart: Handler<{ ref: string }, { image: string }> = ({ ref }, { attempt }) => ({
  image: `${ref} ${attempt}`,
})
agent('a').handle(build, apart)

// ---- what a handler is given
expectTypeOf<TaskContext['signal']>().toEqualTypeOf<AbortSignal>()
expectTypeOf<TaskContext['metadata']>().not.toBeAny()
expectTypeOf<TaskContext['log']>().not.toBeAny()
