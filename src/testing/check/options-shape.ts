/** Options shape: what options of checkWorkflow() must look like, for those whose compiler did not ask. It fills in nothing. */
import { z } from 'zod'
import { func } from '../../actors/schema.ts'
import { StatorError } from '../../errors.ts'

const arbitrary = z.custom<unknown>(
  value =>
    isObject(value) && typeof value['generate'] === 'function' && typeof value['shrink'] === 'function',
  'an arbitrary of fast-check, such as fc.record({ … })',
)
const effect = z.object(
  {
    output: z.union([arbitrary, func], 'an arbitrary of fast-check, or a function').optional(),
    ms: z.int().min(0),
    failures: z.int().min(0),
    idempotent: z.boolean(),
    broken: z.boolean(),
    may: z.array(z.string()),
  },
  'what world.reliable() and the like return',
)
/** A value by each name; but for the one name that every object has of itself. */
const named = (value: z.ZodType): z.ZodType =>
  z
    .preprocess(
      given => (isObject(given) ? new Map(Object.entries(given)) : given),
      z.map(
        z.string().refine(name => name !== '__proto__', 'another name'),
        value,
        'an object with a value by each name',
      ),
    )
    .optional()
const shape = z.strictObject({
  input: arbitrary.optional(),
  effects: named(effect),
  agents: func.optional(),
  always: named(func),
  eventually: func.optional(),
  faults: z.union([z.enum(['all', 'none']), z.array(z.string())], "'all', 'none' or a list").optional(),
  events: named(z.union([z.literal(true), arbitrary], 'true, or an arbitrary of fast-check')),
  runs: z.unknown().optional(),
  seed: z.int().optional(),
  together: z.unknown().optional(),
  limits: z.record(z.string(), z.unknown()).optional(),
  queues: z.array(z.unknown()).optional(),
  roles: z.record(z.string(), z.unknown()).optional(),
  name: z.string().min(1).max(200).optional(),
  regressions: z.union([z.string().min(1), z.literal(false)], 'a folder, or false').optional(),
})

/** @throws StatorError CHECK_INVALID for the first option that is unknown, or none */
export function checkShape(options: object): void {
  const issue = shape.safeParse(options).error?.issues[0]
  if (issue === undefined) return
  const isUnknown = issue.code === 'unrecognized_keys'
  const option = isUnknown ? issue.keys.join(', ') : issue.path.map(String).join('.')
  const known = `no such option; there are ${Object.keys(shape.shape).join(', ')}`
  throw new StatorError('CHECK_INVALID', { option, reason: isUnknown ? known : issue.message })
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
