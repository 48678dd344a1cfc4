/**
 * Accepted: of the values that a source makes, those that a schema takes; where practically none is, it says so, and
 * does not look for ever. It makes no value, and knows no shape.
 */
import * as fc from 'fast-check'
import { z } from 'zod'
import { StatorError } from '../../errors.ts'

type Schema = z.core.$ZodType

/** Misses in a row before a value is given up: enough for a check that one in a hundred passes. */
const MISSES = 2000

/** Values that are looked at in one step of shrinking, after those that are nearest. */
const TRIES = 200

/** Says why not, or nothing. Code of users runs in it, and may throw. */
type Judge = (value: unknown) => string | undefined

/**
 * Values that a schema takes.
 * @throws StatorError ARBITRARY_UNKNOWN when a value is asked for
 */
export function accepted(inner: fc.Arbitrary<unknown>, schema: Schema, at: string): fc.Arbitrary<unknown> {
  return new Accepted(inner, judgeOf(schema), isChecked(schema), at)
}

/** Keys that a schema takes. Records take numbers too, written as text. */
export function acceptedKeys(inner: fc.Arbitrary<string>, schema: Schema, at: string): fc.Arbitrary<string> {
  const judge = judgeOf(schema)
  const keys: Judge = key => (judge(Number(key)) === undefined ? undefined : judge(key))
  return new Accepted(inner, keys, isChecked(schema), at)
}

/** Why a schema does not take a value. */
function judgeOf(schema: Schema): Judge {
  return value => {
    try {
      const issue = z.safeParse(schema, value).error?.issues[0]
      return issue && `${issue.path.map(String).join('.') || 'it'}: ${issue.message}`
    } catch (error) {
      return String(error)
    }
  }
}

/** Whether code of a user decides too. */
function isChecked({ _zod: { def } }: Schema): boolean {
  const { innerType } = def as { innerType?: Schema }
  const own = def.checks?.some(check => check._zod.def.check === 'custom') ?? false
  return own || (innerType !== undefined && isChecked(innerType))
}

class Accepted<T> extends fc.Arbitrary<T> {
  readonly #inner: fc.Arbitrary<T>
  readonly #judge: Judge
  readonly #checked: boolean
  readonly #at: string

  constructor(inner: fc.Arbitrary<T>, judge: Judge, checked: boolean, at: string) {
    super()
    this.#inner = inner
    this.#judge = judge
    this.#checked = checked
    this.#at = at
  }

  override generate(random: fc.Random, bias: number | undefined): fc.Value<T> {
    let reason: string | undefined
    for (let misses = 0; misses < MISSES; misses++) {
      // What is made near the edges may be refused throughout.
      const value = this.#inner.generate(random, misses < MISSES / 2 ? bias : undefined)
      reason = this.#judge(value.value_)
      if (reason === undefined) return value
    }
    throw new StatorError('ARBITRARY_UNKNOWN', { at: this.#at, tried: MISSES, reason })
  }

  override canShrinkWithoutContext(value: unknown): value is T {
    return this.#inner.canShrinkWithoutContext(value) && this.#judge(value) === undefined
  }

  override shrink(value: T, context: unknown): fc.Stream<fc.Value<T>> {
    const near = this.#inner.shrink(value, context).filter(smaller => this.#takes(smaller))
    return this.#checked ? near.join(this.#anew(value, { left: TRIES })) : near
  }

  /**
   * Halving passes over most of what a check takes, and a source does not look where it looked before. So with a
   * check it starts anew, and where a smaller value is refused, from that one: the smallest come first.
   */
  *#anew(value: T, tries: { left: number }): Generator<fc.Value<T>, void> {
    if (!this.#inner.canShrinkWithoutContext(value)) return
    for (const smaller of this.#inner.shrink(value, undefined)) {
      if (--tries.left < 0) return
      if (this.#takes(smaller)) yield smaller
      else yield* this.#anew(smaller.value_, tries)
    }
  }

  #takes({ value_: value }: fc.Value<T>): boolean {
    return this.#judge(value) === undefined
  }
}
