/** What a machine of one's own infers from its tasks, and workflow() from the machine. */
import { createRuntime, fromTask, task, workflow, type OwnMachine } from 'stator'
import { expectTypeOf } from 'vitest'
import { assign, setup } from 'xstate'
import { z } from 'zod'

const build = task('build', { input: z.object({ ref: z.string() }), output: z.object({ image: z.string() }) })

const machine = setup({
  types: {} as {
    context: { ref: string; image: string | null }
    input: { ref: string }
    output: { image: string | null }
  },
  actors: { build: fromTask(build) },
}).createMachine({
  id: 'm',
  context: ({ input }) => ({ ref: input.ref, image: null }),
  initial: 'building',
  states: {
    building: {
      invoke: {
        src: 'build',
        input: ({ context }) => ({ ref: context.ref }),
        onDone: {
          target: 'built',
          actions: assign(({ event }) => {
            expectTypeOf(event.output).toEqualTypeOf<{ image: string }>()
            expectTypeOf(event.output).not.toBeAny()
            return { image: event.output.image }
          }),
        },
        onError: {
          target: 'built',
          actions: ({ event }) => expectTypeOf(event.error).toEqualTypeOf<unknown>(),
        },
      },
    },
    built: { type: 'final' },
  },
  output: ({ context }) => ({ image: context.image }),
})

// ---- a source takes what its task takes
setup({ actors: { build: fromTask(build) } }).createMachine({
  // @ts-expect-error -- build wants a ref
  invoke: { src: 'build', input: { image: 'x' } },
})
setup({ actors: { build: fromTask(build) } }).createMachine({
  // @ts-expect-error -- there is no such source
  invoke: { src: 'bild' },
})
// @ts-expect-error -- no task
void fromTask({ kind: 'task' })

// ---- its result is the machine's output, its input the machine's
const own = workflow('own', { machine })
expectTypeOf(own).toEqualTypeOf<OwnMachine<{ ref: string }, { image: string | null }>>()
const runtime = await createRuntime({ workflows: [own] })
const run = await runtime.start(own, { ref: 'main' })
expectTypeOf(await run.result()).toEqualTypeOf<{ image: string | null }>()
// @ts-expect-error -- it wants a ref
await runtime.start(own, {})

// ---- a schema may ask for less than it gives, and must give what the machine takes
const lenient = workflow('own', { machine, input: z.object({ ref: z.string().default('main') }) })
await runtime.start(lenient, {})
// @ts-expect-error -- the machine wants a ref
workflow('own', { machine, input: z.object({ image: z.string() }) })

// ---- what it is given beside
workflow('own', { machine, events: { GO: z.object({}) }, version: '2' })
// @ts-expect-error -- an event is an object
workflow('own', { machine, events: { GO: z.string() } })
// @ts-expect-error -- there is no such option
workflow('own', { machine, limit: 2 })
