/** What workflow() infers: inputs of steps, outputs in mappers, what may be left out. */
import { graph, parallel, sequence, task, workflow, type TaskGraph, type WorkflowDefinition } from 'stator'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

const ref = z.object({ ref: z.string() })
const image = z.object({ image: z.string() })
const build = task('build', { input: ref, output: image })
const scan = task('scan', { input: ref, output: z.object({ issues: z.number() }) })
const deploy = task('deploy', { input: image, output: z.string() })
const any = task('any')

// ---- outputs grow step by step
const release = workflow('release', { input: z.object({ ref: z.string(), who: z.string() }) })
  .step('build', build)
  .step('scan', scan, ({ input, outputs }) => {
    expectTypeOf(input).toEqualTypeOf<{ ref: string; who: string }>()
    expectTypeOf(outputs.build).toEqualTypeOf<{ image: string }>()
    expectTypeOf(outputs).not.toBeAny()
    // @ts-expect-error -- not declared yet
    void outputs.deploy
    return { ref: outputs.build.image }
  })
  .step('deploy', deploy, ({ outputs }) => {
    expectTypeOf(outputs.scan.issues).toEqualTypeOf<number>()
    return { image: outputs.build.image }
  })
expectTypeOf(release).not.toBeAny()
expectTypeOf(release.flow).not.toBeAny()
expectTypeOf(release.tasks).not.toBeAny()
expectTypeOf(release.machine).not.toBeAny()

// ---- a mapper may be left out exactly where the input of the workflow is accepted
workflow('w', { input: ref }).step('build', build)
workflow('w', { input: ref }).step('any', any)
workflow('w').step('any', any)
// @ts-expect-error -- deploy wants an image
workflow('w', { input: ref }).step('deploy', deploy)
// @ts-expect-error -- nobody knows what comes in
workflow('w').step('build', build)
// @ts-expect-error -- the mapper gives something else
workflow('w', { input: ref }).step('deploy', deploy, () => ({ picture: 'x' }))
// @ts-expect-error -- what was declared is not in the input
workflow('w', { input: ref }).step('build', build, ({ input }) => ({ ref: input.branch as string }))

// ---- what has a default may be left out by a mapper, and is there in an output
const flags = z.object({ ref: z.string(), fast: z.boolean().default(false) })
const defaults = task('defaults', { input: flags, output: flags })
workflow('w', { input: flags })
  .step('first', defaults)
  .step('second', defaults, ({ input, outputs }) => {
    expectTypeOf(input).toEqualTypeOf<{ ref: string; fast: boolean }>()
    expectTypeOf(outputs.first.fast).toEqualTypeOf<boolean>()
    return { ref: input.ref }
  })
workflow('w', { input: ref }).step('first', defaults)

// ---- in a parallel group, no step sees the others; what follows sees all
workflow('w', { input: ref })
  .step('build', build)
  .parallel(
    'checks',
    steps =>
      steps.step('one', scan).step('two', scan, ({ outputs }) => {
        expectTypeOf(outputs.build).toEqualTypeOf<{ image: string }>()
        // @ts-expect-error -- it runs beside this one, so it has no output yet
        void outputs.one
        return { ref: outputs.build.image }
      }),
    { limit: 1 },
  )
  .step('after', deploy, ({ outputs }) => {
    expectTypeOf(outputs.one).toEqualTypeOf<{ issues: number }>()
    expectTypeOf(outputs.two).toEqualTypeOf<{ issues: number }>()
    return { image: outputs.build.image }
  })

// ---- in a sequence, each step sees those before it
workflow('w', { input: ref })
  .sequence('first', steps =>
    steps.step('build', build).step('deploy', deploy, ({ outputs }) => outputs.build),
  )
  .step('again', deploy, ({ outputs }) => {
    expectTypeOf(outputs.deploy).toEqualTypeOf<string>()
    return outputs.build
  })

// @ts-expect-error -- inside of a group a mapper is as necessary
workflow('w', { input: ref }).parallel('g', steps => steps.step('deploy', deploy))

// ---- groups without steps change nothing
expectTypeOf(workflow('w', { input: ref }).parallel('g', steps => steps)).toEqualTypeOf<
  WorkflowDefinition<{ ref: string }, Readonly<Record<never, never>>>
>()

// ---- graphs take any task
const steps = [
  { id: 'a', task: build, input: { ref: 'main' } },
  { id: 'b', task: deploy, bind: { image: 'a' }, after: ['a'] },
] as const
expectTypeOf(graph(steps)).toEqualTypeOf<TaskGraph>()
expectTypeOf(parallel(steps, { limit: 2 })).toEqualTypeOf<TaskGraph>()
expectTypeOf(sequence(steps)).toEqualTypeOf<TaskGraph>()
// @ts-expect-error -- one at a time is what a sequence is
sequence(steps, { limit: 2 })
// @ts-expect-error -- a name is no task
graph([{ id: 'a', task: 'build' }])
