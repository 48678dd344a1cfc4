/** What a group of tasks is told. Schemas and shapes only. */
import { z } from 'zod'
import { PRIORITIES } from './message.ts'
import { DEPENDENCY_ENDINGS, failureSchema, json, taskCreate } from './task.ts'

/** All at once, as far as the limit goes; or each after the one before it, up to the first that does not complete. */
export const GROUP_MODES = ['parallel', 'sequence'] as const
export type GroupMode = (typeof GROUP_MODES)[number]

const child = z.object({
  id: z.string(),
  create: taskCreate,
  priority: z.enum(PRIORITIES).optional(),
})
export type GroupChild = z.infer<typeof child>

const groupCreate = z.object({
  mode: z.enum(GROUP_MODES),
  /** At most so many of its tasks run at once. */
  concurrency: z.int().min(1).optional(),
  /** No more tasks will be added: it ends with the last one. */
  sealed: z.boolean(),
  tasks: z.array(child),
  metadata: z.record(z.string(), json).optional(),
})
export type GroupCreate = z.infer<typeof groupCreate>

const groupAdd = z.object({ tasks: z.array(child).min(1) })
export type GroupAdd = z.infer<typeof groupAdd>

export const groupMessages = {
  'group.create': groupCreate,
  'group.add': groupAdd,
  'group.seal': z.object({}),
  /** From its tasks; `step` is the index of the task. */
  'step.done': z.object({
    step: z.int(),
    status: z.enum(DEPENDENCY_ENDINGS),
    error: failureSchema.optional(),
  }),
  'group.cancel': z.object({ reason: z.string().optional() }),
} as const

/** What is added is checked by the runtime: `runtime.tasks` says it. */
export const groupPublic = ['group.seal', 'group.cancel'] as const
