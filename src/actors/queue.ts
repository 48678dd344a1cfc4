/** queue(): where tasks wait, as its users declare it: how many run at once, how often one starts, in which order. */
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import { checkName } from '../messages/address.ts'
import { QUEUE_ORDERS, type QueueSpec, type Rate } from '../messages/queue.ts'
import { parse } from './schema.ts'

/** Every queue that nobody names. */
export const DEFAULT_QUEUE = 'default'

export interface RateOptions {
  /** Starts a second, on the long run. */
  perSecond?: number
  /** Starts a minute; with `perSecond` both hold. */
  perMinute?: number
  /** Starts that may be saved up and made at once: in any span of time no more than `burst` and what the rate gives. Default 1. */
  burst?: number
}

export interface ShareOptions {
  /** Tasks that run at once. Default: as many as the agents have room for. */
  concurrency?: number
  /** How often one starts. Default: as often as there is room. */
  rate?: RateOptions
}

export interface QueueOptions extends ShareOptions {
  /** What each key (of a task, or of who submits it) has for itself, within what the queue has. Tasks without a key are not counted. */
  perKey?: ShareOptions
  /**
   * Who goes first among equals in priority. `fifo` (default): who has waited longer. `critical-path`: who has more tasks
   * waiting in a chain behind it; each of them counts like 10,000 signals of waiting, so that nobody is overtaken for ever.
   */
  order?: (typeof QUEUE_ORDERS)[number]
  /** Tasks that may wait in it, for whatever: beyond it who submits is refused (QUEUE_FULL) or waits. Default: no limit. */
  maxWaiting?: number
}

export interface QueueDefinition {
  readonly kind: 'queue'
  readonly name: string
  readonly spec: QueueSpec
}

const positive = z.number().positive().finite().optional()
const count = z.int().min(1).optional()
const rate = z
  .strictObject({ perSecond: positive, perMinute: positive, burst: count })
  .refine(({ perSecond, perMinute }) => perSecond !== undefined || perMinute !== undefined, {
    message: 'perSecond or perMinute is needed',
  })
const share = z.strictObject({ concurrency: count, rate: rate.optional() })
const shape = share.extend({
  perKey: share.optional(),
  order: z.enum(QUEUE_ORDERS).optional(),
  maxWaiting: count,
})

/**
 * Defines a queue. What it is changed to holds from the next start on; what of its rates is used up stays so as long as they are
 * the same. @throws StatorError ADDRESS_INVALID (name), DEFINITION_INVALID (limits)
 */
export function queue(name: string, options: QueueOptions = {}): QueueDefinition {
  checkName(name, 'queue name')
  const {
    perKey,
    order = 'fifo',
    maxWaiting,
    ...own
  } = parse(shape, options, 'DEFINITION_INVALID', `options of queue ${name}`)
  const spec = {
    ...shareOf(own),
    order,
    ...(perKey === undefined ? {} : { perKey: shareOf(perKey) }),
    ...(maxWaiting === undefined ? {} : { maxWaiting }),
  }
  return { kind: 'queue', name, spec }
}

function shareOf({ concurrency, rate: given }: z.infer<typeof share>): QueueSpec['perKey'] & object {
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    rates: given === undefined ? [] : ratesOf(given),
  }
}

function ratesOf({ perSecond, perMinute, burst = 1 }: z.infer<typeof rate>): Rate[] {
  const rates: Rate[] = []
  if (perSecond !== undefined) rates.push({ interval: 1000 / perSecond, burst })
  if (perMinute !== undefined) rates.push({ interval: 60_000 / perMinute, burst })
  return rates
}

/** What queue() makes. @throws StatorError DEFINITION_INVALID */
export function checkQueue(value: unknown): QueueDefinition {
  const { kind, name, spec } = (value ?? {}) as Partial<QueueDefinition>
  if (kind === 'queue' && typeof name === 'string' && typeof spec === 'object')
    return value as QueueDefinition
  throw new StatorError('DEFINITION_INVALID', { what: 'a queue', expected: 'what queue() makes' })
}
