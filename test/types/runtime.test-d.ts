/** What a runtime takes and gives, seen from a service that uses it. */
import type * as stator from 'stator'
import {
  agent,
  createRuntime,
  graph,
  task,
  workflow,
  type AnyWorkflow,
  type Json,
  type Run,
  type RunOutcome,
  type Runtime,
  type RuntimeOptions,
  type Signal,
  type TaskHandle,
  type TaskOutcome,
} from 'stator'
import type { Observable } from 'rxjs'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

const build = task('build', {
  input: z.object({ ref: z.string() }),
  output: z.object({ image: z.string() }),
})
const plain = task('plain')
const release = workflow('release', { input: z.object({ ref: z.string() }) }).step('build', build)
const other = workflow('other', { input: z.number() }).step('plain', plain)

// ---- definitions of all types stand in one list, without a cast
const options: RuntimeOptions = {
  agents: [agent('a').handle(build, ({ ref }) => ({ image: ref })), agent('b').handle(plain, () => 1)],
  workflows: [release, other, workflow('bare')],
  tasks: [build, plain],
}
const list: readonly AnyWorkflow[] = [release, other]
const runtime = await createRuntime({ ...options, workflows: list })
expectTypeOf(runtime).toEqualTypeOf<Runtime>()
// @ts-expect-error -- a task is no workflow
await createRuntime({ workflows: [build] })
// @ts-expect-error -- a workflow is no task
await createRuntime({ tasks: [release] })

// ---- start: the input of the workflow, its outputs in the result
const run = await runtime.start(release, { ref: 'main' }, { id: 'r1', priority: 'high' })
const result = await run.result()
expectTypeOf(result.build).toEqualTypeOf<{ image: string }>()
expectTypeOf(result).not.toBeAny()
expectTypeOf((await run.outcome()).outputs.build).toEqualTypeOf<{ image: string } | undefined>()
expectTypeOf((await run.outcome()).status).toEqualTypeOf<
  'completed' | 'failed' | 'cancelled' | 'compensated' | 'terminated'
>()
expectTypeOf(run.signals$).toEqualTypeOf<Observable<Signal>>()
// @ts-expect-error -- there is no such step
void result.deploy
// @ts-expect-error -- a number is no ref
await runtime.start(release, { ref: 1 })
// @ts-expect-error -- the ref is missing
await runtime.start(release, {})
// @ts-expect-error -- neither is text what it takes
await runtime.start(release, 'main')
// @ts-expect-error -- no such priority
await runtime.start(release, { ref: 'main' }, { priority: 'urgent' })

// ---- submit: the same for one task
const handle = await runtime.submit(build, { ref: 'main' })
expectTypeOf(handle).toEqualTypeOf<TaskHandle<{ image: string }>>()
expectTypeOf(await handle.result()).toEqualTypeOf<{ image: string }>()
expectTypeOf(await handle.outcome()).toEqualTypeOf<TaskOutcome<{ image: string }>>()
// @ts-expect-error -- a number is no ref
await runtime.submit(build, { ref: 1 })
// @ts-expect-error -- the ref is missing
await runtime.submit(build, {})
await runtime.submit(plain, { anything: [1, 'x'] })
await runtime.submit(plain, null, { startAt: new Date(0) })
await runtime.submit(plain, null, { startAt: 0 })
// @ts-expect-error -- no time in words
await runtime.submit(plain, null, { startAt: '2030-01-01' })

// ---- what has a default may be left out
const flags = z.object({ ref: z.string(), fast: z.boolean().default(false) })
const defaults = task('defaults', { input: flags, output: flags })
expectTypeOf(await (await runtime.submit(defaults, { ref: 'main' })).result()).toEqualTypeOf<{
  ref: string
  fast: boolean
}>()
const flagged = workflow('flagged', { input: flags }).step('one', defaults)
await runtime.start(flagged, { ref: 'main' })
await createRuntime({ workflows: [flagged], tasks: [defaults] })
// @ts-expect-error -- only what has one
await runtime.submit(defaults, { fast: true })

// ---- handles from any process life
expectTypeOf((await runtime.run(release, 'r1').result()).build).toEqualTypeOf<{ image: string }>()
expectTypeOf(runtime.run('r1')).toEqualTypeOf<Run>()
expectTypeOf(await runtime.task(build, 't1').result()).toEqualTypeOf<{ image: string }>()
expectTypeOf(await runtime.task('t1').result()).toEqualTypeOf<Json>()

// ---- graphs are known at run time only: their results are JSON by step
const anyRun = await runtime.startGraph(graph([{ id: 'a', task: build, input: { ref: 'x' } }]))
expectTypeOf(await anyRun.result()).toEqualTypeOf<Readonly<Record<string, Json>>>()
expectTypeOf(await anyRun.outcome()).toEqualTypeOf<RunOutcome>()

// ---- signals
expectTypeOf(runtime.signals$).toEqualTypeOf<Observable<Signal>>()
expectTypeOf(runtime.signals()).toEqualTypeOf<AsyncIterable<Signal>>()
expectTypeOf<Signal['data']>().toEqualTypeOf<Json>()

// ---- nothing public is any: no property, no result of a function, none of its arguments
type Any = ReturnType<typeof JSON.parse>
type IsAny<T> = 0 extends 1 & T ? true : false
type Leaks<T> = {
  [K in keyof T]-?: true extends
    IsAny<T[K]> | (T[K] extends (...args: infer A) => infer R ? IsAny<Awaited<R>> | IsAny<A[number]> : false)
    ? K
    : never
}[keyof T]
type Sample = { a: Any; b: () => Any; c: () => Promise<Any>; d: (x: Any) => 1; e?: 1; f: (x: 1) => 1 }
expectTypeOf<Leaks<Sample>>().toEqualTypeOf<'a' | 'b' | 'c' | 'd'>()
expectTypeOf<Leaks<typeof stator>>().toBeNever()
expectTypeOf<Leaks<Runtime>>().toBeNever()
expectTypeOf<Leaks<Runtime['agents']>>().toBeNever()
expectTypeOf<Leaks<Runtime['actors']>>().toBeNever()
expectTypeOf<Leaks<RuntimeOptions>>().toBeNever()
expectTypeOf<Leaks<Run>>().toBeNever()
expectTypeOf<Leaks<TaskHandle>>().toBeNever()
expectTypeOf<Leaks<Signal>>().toBeNever()
expectTypeOf<Leaks<typeof release>>().toBeNever()
