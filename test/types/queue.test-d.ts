/** What the task queue infers. */
import { createRuntime, queue, task, type Json, type QueueDefinition, type TaskHandle } from 'stator'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

const send = task('send', {
  input: z.object({ to: z.string(), urgent: z.boolean().default(false) }),
  output: z.object({ id: z.string() }),
  key: ({ to, urgent }) => {
    expectTypeOf(to).toEqualTypeOf<string>()
    expectTypeOf(urgent).toEqualTypeOf<boolean>()
    return to
  },
  retry: { maxAttempts: 3, nonRetryable: [TypeError, 'E_FATAL'] },
  timeout: { startToClose: '1m', heartbeat: '5s', queueToStart: '1h', overall: '2h' },
  cache: { ttl: '1d' },
})

expectTypeOf(queue('mails', { rate: { perSecond: 5 } })).toEqualTypeOf<QueueDefinition>()
// @ts-expect-error -- no such order
queue('mails', { order: 'random' })
// @ts-expect-error -- a key is a text
task('other', { input: z.object({ n: z.number() }), key: ({ n }) => n })

const { tasks } = await createRuntime()

// ---- what is enqueued is what the schema takes, and what comes back what it makes
const handle = await tasks.enqueue(send, { to: 'ann' }, { priority: 80, after: ['first'], queue: 'mails' })
expectTypeOf(handle).toEqualTypeOf<TaskHandle<{ id: string }>>()
expectTypeOf(await handle.result()).toEqualTypeOf<{ id: string }>()
// @ts-expect-error -- not what the schema takes
await tasks.enqueue(send, { who: 'ann' })
// @ts-expect-error -- no such priority
await tasks.enqueue(send, { to: 'ann' }, { priority: 'urgent' })

// ---- by id, with or without the definition
expectTypeOf(tasks.get(send, 'a')).toEqualTypeOf<TaskHandle<{ id: string }>>()
expectTypeOf(tasks.get('a')).toEqualTypeOf<TaskHandle>()
expectTypeOf(await tasks.result('a')).toEqualTypeOf<Json>()
expectTypeOf(tasks.list()).not.toBeAny()
expectTypeOf(tasks.mayStart('a', 'ann')).not.toBeAny()
// @ts-expect-error -- no such state
tasks.list({ state: 'sleeping' })
