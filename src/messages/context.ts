/** What a shared value is told: a new version of it, its deletion, and the end of the scope that it belongs to. Schemas only. */
import { z } from 'zod'
import { address, json } from './task.ts'

/** Of every write. */
const writing = {
  /** The version that whoever writes has seen, 0 for no value; absent: whatever it is. */
  expect: z.int().min(0).optional(),
  /** For what reason, in words. */
  why: z.string().optional(),
  /** The token of the lock under which it is written. */
  fence: z.int().min(0).optional(),
  /** For which task, and in which attempt of it. */
  task: address.optional(),
  turn: z.int().min(0).optional(),
}

const contextSet = z.object({ value: json, ...writing })
const contextDelete = z.object(writing)
export type ContextSet = z.infer<typeof contextSet>
export type ContextDelete = z.infer<typeof contextDelete>

export const contextMessages = {
  'context.set': contextSet,
  'context.delete': contextDelete,
  /** From the hub: the run or the task that it belongs to has ended. */
  'context.end': z.object({}),
} as const

/** None: values are written through their definitions, which know their schemas. */
export const contextPublic = [] as const

/** Those that make a version. */
export const CONTEXT_WRITES = ['context.set', 'context.delete'] as const
