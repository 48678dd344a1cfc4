/**
 * Effect: how something outside behaves, as its user declares it: a payment service, a shipper, a mail server. Declarations only;
 * the world (world.ts) plays them.
 */
import type { Arbitrary } from 'fast-check'

/**
 * What can go wrong with one call. `fail`: refused, nothing happened. `lost`: it happened, its answer did not arrive.
 * `timeout`: it happened, and the answer comes after the timeout of the task. `hang`: no answer ever, nothing happened. `twice`: the
 * request arrives twice, under one key. `slow`: the answer takes seconds.
 */
export const EFFECT_FAULTS = ['fail', 'lost', 'timeout', 'hang', 'twice', 'slow'] as const
export type EffectFault = (typeof EFFECT_FAULTS)[number]

/** An answer: generated, or made from the input and the number of the call (from 1). Default: from the output schema of the task. */
export type Answer = Arbitrary<unknown> | ((input: never, call: number) => unknown)

export interface EffectOptions {
  readonly output?: Answer
  /** The longest that a call takes that nothing is wrong with, in milliseconds of virtual time. Default 10. */
  readonly ms?: number
  /**
   * How many calls under one key may go wrong so that the attempt fails. Default 2: a task with `maxAttempts: 3` gets through. Raise it
   * to see what happens when retries run out.
   */
  readonly failures?: number
}

export interface Effect extends Required<Omit<EffectOptions, 'output'>> {
  readonly output: Answer | undefined
  /** Calls under one key take effect once. */
  readonly idempotent: boolean
  readonly may: readonly EffectFault[]
  /** Every call fails. */
  readonly broken: boolean
}

function effect(rules: Pick<Effect, 'idempotent' | 'may' | 'broken'>, options: EffectOptions = {}): Effect {
  return { ...rules, output: options.output, ms: options.ms ?? 10, failures: options.failures ?? 2 }
}

const unanswered = ['lost', 'timeout', 'hang', 'twice', 'slow'] as const

/** How effects behave. */
export const world = {
  /** Always works, and takes effect at each call. */
  reliable: (options?: EffectOptions): Effect =>
    effect({ idempotent: false, may: ['slow'], broken: false }, options),
  /** Takes effect once per idempotency key; its answer may be lost, late or missing. */
  idempotent: (options?: EffectOptions): Effect =>
    effect({ idempotent: true, may: unanswered, broken: false }, options),
  /** Anything can go wrong, and each call that arrives takes effect, also a repeated one. */
  flaky: (options?: EffectOptions): Effect =>
    effect({ idempotent: false, may: EFFECT_FAULTS, broken: false }, options),
  /** Refuses every call. */
  failing: (options?: EffectOptions): Effect => effect({ idempotent: true, may: [], broken: true }, options),
} as const
