/**
 * Given: the options of a submission, as they come from outside, where TypeScript may not have looked. Each function refuses
 * what is not meant; none of them knows what the options are for.
 */
import { z } from 'zod'
import { CACHE_USES } from '../actors/create.ts'
import { parse } from '../actors/schema.ts'
import { StatorError } from '../errors.ts'
import { checkAddress, checkName, kindOf, type Address } from '../messages/address.ts'
import { toMs } from '../messages/duration.ts'
import { GROUP_MODES } from '../messages/group.ts'
import type { Json } from '../messages/json.ts'
import { PRIORITIES, type Priority } from '../messages/message.ts'
import type { Clock } from './clock.ts'
import type { SayOptions, StartOptions, SubmitOptions } from './options.ts'

/** What others can wait for. */
const AWAITED: readonly string[] = ['task', 'workflow', 'group']

/** The last moment that a date can name, in milliseconds since the epoch. */
const MAX_TIME = 8.64e15

const WHEN_FULL = ['refuse', 'wait'] as const

const sendShape = z.object({ whenFull: z.enum(WHEN_FULL).optional() })

const sayShape = sendShape.extend({ idempotencyKey: z.string().min(1).max(200).optional() })

/** Ids, agents and priorities are checked where they are used, with codes of their own. */
const submitShape = sendShape.extend({
  idempotencyKey: z.string().min(1).max(200).optional(),
  startAt: z.union([z.number().min(-MAX_TIME).max(MAX_TIME), z.date()]).optional(),
  delay: z.union([z.number(), z.string()]).optional(),
  cache: z.enum(CACHE_USES).optional(),
  after: z.array(z.unknown()).optional(),
  metadata: z.custom(isRecord, 'Invalid input: expected a plain object').optional(),
  // It is checked where it is opened.
  budget: z.unknown().optional(),
})

const CHECKED = Object.keys(submitShape.shape) as (keyof SubmitOptions)[]

/** Options of a group. */
export const groupShape = sendShape.extend({
  idempotencyKey: z.string().min(1).max(200).optional(),
  mode: z.enum(GROUP_MODES).optional(),
  concurrency: z.int().min(1).optional(),
  open: z.boolean().optional(),
  metadata: z.custom(isRecord, 'Invalid input: expected a plain object').optional(),
})

/** @throws StatorError INPUT_INVALID */
export function checkSayOptions(options: SayOptions): void {
  parse(sayShape, options, 'INPUT_INVALID', 'options')
}

/** @throws StatorError INPUT_INVALID */
export function checkSubmitOptions(options: SubmitOptions, more: readonly string[] = []): void {
  if (typeof options === 'object' && options !== null)
    for (const name in options)
      if (!WORDS.has(name) && !more.includes(name))
        throw new StatorError('INPUT_INVALID', { option: name, reason: 'no such option' })
  if (isPlain(options)) return
  const { startAt, delay } = parse(submitShape, options, 'INPUT_INVALID', 'options')
  if (startAt !== undefined && delay !== undefined)
    throw new StatorError('INPUT_INVALID', { startAt, delay, reason: 'one or the other' })
}

/** What a submission can be given; another word is one misspelled. */
const WORDS = new Set<string>([
  ...CHECKED,
  ...(['id', 'priority', 'project', 'agent', 'queue', 'key', 'group'] satisfies (keyof SubmitOptions)[]),
])

/** Most submissions have nothing to be looked at here: a schema is dear where 20,000 come a second. */
function isPlain(options: SubmitOptions | null): boolean {
  return (
    typeof options === 'object' &&
    options !== null &&
    !Array.isArray(options) &&
    CHECKED.every(name => options[name] === undefined)
  )
}

/** Addresses of what something must wait for. @throws StatorError ADDRESS_INVALID, INPUT_INVALID: too many */
export function checkAfter(after: readonly unknown[], limit: number): Address[] {
  const found = new Set<Address>()
  for (const each of after) {
    const given = typeof each === 'object' && each !== null && 'address' in each ? each.address : each
    const address: Address =
      typeof given === 'string' && given.includes('/')
        ? checkAddress(given, 'dependency')
        : `task/${checkName(given, 'dependency')}`
    if (!AWAITED.includes(kindOf(address)))
      throw new StatorError('ADDRESS_INVALID', { dependency: address, expected: AWAITED })
    found.add(address)
  }
  if (found.size > limit) throw new StatorError('INPUT_INVALID', { dependencies: found.size, limit })
  return [...found]
}

/** From when a task may run, if that is not at once. @throws StatorError DEFINITION_INVALID: no duration */
export function startOf({ startAt, delay }: SubmitOptions, clock: Clock): number | undefined {
  if (startAt !== undefined) return toTime(startAt)
  if (delay === undefined) return undefined
  const time = Math.ceil(clock.now() + toMs(delay, 'delay'))
  if (time > MAX_TIME) throw new StatorError('INPUT_INVALID', { delay, reason: 'no date is that far' })
  return time
}

/** What a submission is known by when it comes again: the key that was given, else the address that was named. */
export function keyOf(
  { idempotencyKey, id }: StartOptions,
  address: Address,
  raw: Json,
): { readonly key: string; readonly raw: Json } | undefined {
  const key = idempotencyKey ?? (id === undefined ? undefined : `id:${address}`)
  return key === undefined ? undefined : { key, raw }
}

/** A time as milliseconds; whole ones, as clocks give them. */
export const toTime = (time: number | Date): number => Math.round(Number(time))

/** Numbers of 0 to 100 fall into the four levels: below 25 low, below 50 normal, below 75 high, else critical. @throws StatorError INPUT_INVALID */
export function checkPriority(priority: unknown): Priority {
  if (priority === undefined) return 'normal'
  if (typeof priority === 'number' && priority >= 0 && priority <= 100)
    return PRIORITIES[3 - Math.min(3, Math.floor(priority / 25))] as Priority
  const found = PRIORITIES.find(known => known === priority)
  if (found === undefined)
    throw new StatorError('INPUT_INVALID', { priority, expected: `${PRIORITIES.join(', ')}, or 0 to 100` })
  return found
}

/** A map or a date is no record either, but what JSON says of it says more. */
function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
