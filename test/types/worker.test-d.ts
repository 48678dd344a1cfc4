/** What worker() infers where it is a handler, and how its module is typed. */
import { agent, task, type Handler } from 'stator'
import { worker, type WorkerContext, type WorkerFor, type WorkerHandler } from 'stator/worker'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

const resize = task('resize', {
  input: z.object({ file: z.string(), width: z.int().default(100) }),
  output: z.object({ bytes: z.int(), note: z.string().default('') }),
})
const file = new URL('./resize.js', import.meta.url)

// ---- a handler of any task, with options
agent('a').handle(resize, worker(file))
agent('a').handle(task('plain'), worker(file, { memory: '64mb', export: 'plain', grace: '2s' }))
expectTypeOf(worker<string, number>(file)).toEqualTypeOf<Handler<string, number>>()
// @ts-expect-error -- a unit that there is not
worker(file, { memory: '64kb' })
// @ts-expect-error -- an option that there is not
worker(file, { pool: 4 })

// ---- the module is written for its task: what has a default is there for it, and may be left out of what it gives
expectTypeOf<WorkerFor<typeof resize>>().toEqualTypeOf<
  WorkerHandler<{ file: string; width: number }, { bytes: number; note?: string | undefined }>
>()
void ((({ file: path, width }, ctx) => {
  expectTypeOf(ctx).toEqualTypeOf<WorkerContext>()
  return { bytes: path.length * width }
}) satisfies WorkerFor<typeof resize>)
// @ts-expect-error -- an output that is not the task's
void ((() => ({ bytes: 'many' })) satisfies WorkerFor<typeof resize>)
