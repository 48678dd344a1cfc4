/** What a project is told: what is of it, in which phase it is, what else is known of it. Schemas only. */
import { z } from 'zod'
import { address, json } from './task.ts'

const by = z.string().min(1).max(200)
const why = z.string().max(2_000).optional()
const counts = z.record(z.string(), z.int().min(1))

export const projectMessages = {
  'project.open': z.object({}),
  /** A run or a task, with all below it, is of this project: said before it begins. */
  'project.join': z.object({ member: address }),
  'project.phase': z.object({ phase: z.string().min(1).max(200), by, why }),
  /** Null takes a name away. */
  'project.metadata': z.object({ set: z.record(z.string().min(1).max(200), json), by, why }),
  /** What ended since it was told last, by state; and of what it was told that it is its own, what is over. */
  'project.count': z.object({ tasks: counts, runs: counts, over: z.array(address) }),
  'project.close': z.object({ by, why }),
  'project.reopen': z.object({ by, why }),
} as const

export const projectPublic = ['project.phase', 'project.metadata', 'project.close', 'project.reopen'] as const
