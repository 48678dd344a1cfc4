/** Shared values: what their types are made of, and what may be given for them. */
import { expectTypeOf, test } from 'vitest'
import {
  sharedContext,
  type ContextEntry,
  type ContextVersion,
  type Lock,
  type Runtime,
  type TaskContext,
} from 'stator'
import type { Observable } from 'rxjs'
import { z } from 'zod'

const board = sharedContext('board', {
  count: z.int(),
  plan: z.object({ goal: z.string(), steps: z.array(z.string()).default([]) }),
})
const files = sharedContext('files', z.string())

declare const runtime: Runtime
declare const ctx: TaskContext

test('a value has the type of its key, and may be given with less where its schema has defaults', () => {
  const values = runtime.context(board, { run: 'r' })
  expectTypeOf(values.get('count')).toEqualTypeOf<number | undefined>()
  expectTypeOf(values.get('plan')).toEqualTypeOf<{ goal: string; steps: string[] } | undefined>()
  expectTypeOf(values.entry('count')).toEqualTypeOf<ContextEntry<number> | undefined>()
  expectTypeOf(values.watch('count')).toEqualTypeOf<Observable<ContextVersion<number>>>()
  expectTypeOf(values.set('plan', { goal: 'x' })).resolves.toEqualTypeOf<
    ContextEntry<{ goal: string; steps: string[] }>
  >()
  void values.update('count', count => {
    expectTypeOf(count).toEqualTypeOf<number | undefined>()
    return 1
  })
  // @ts-expect-error: no such key
  values.get('colour')
  // @ts-expect-error: no number
  void values.set('count', 'one')
  // @ts-expect-error: over which version?
  void values.compareAndSet('count', 1, {})
  expectTypeOf(values).not.toHaveProperty('lock')
})

test('under any key, where there is one schema for all', () => {
  expectTypeOf(runtime.context(files, { project: 'p' }).get('any')).toEqualTypeOf<string | undefined>()
})

test('a handler has those of its run, or of a project, and their locks', () => {
  expectTypeOf(ctx.context(board).get('count')).toEqualTypeOf<number | undefined>()
  expectTypeOf(ctx.context(board, { project: 'p' }).lock('plan')).resolves.toEqualTypeOf<Lock>()
  // @ts-expect-error: of another run a handler has nothing
  ctx.context(board, { run: 'r' })
})
