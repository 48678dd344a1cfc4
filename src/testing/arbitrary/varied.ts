/**
 * Varied: values from several sources, all shrunk alike, as if the widest had made them: an edge case shrinks to the
 * smallest value that fails, and not to the smallest edge. It knows no schema.
 */
import * as fc from 'fast-check'

/** How often a source is asked, compared with the others. */
export type Source<T> = readonly [weight: number, arbitrary: fc.Arbitrary<T>]

/** The widest shrinks whatever it could have made; what it could not, its own source does. */
export function varied<T>(widest: fc.Arbitrary<T>, sources: readonly Source<T>[]): fc.Arbitrary<T> {
  return new Varied(widest, sources)
}

/** Who made or shrank a value, and what it remembers of that. */
interface Origin<T> {
  readonly by: fc.Arbitrary<T>
  readonly context: unknown
}

class Varied<T> extends fc.Arbitrary<T> {
  readonly #widest: fc.Arbitrary<T>
  readonly #sources: readonly Source<T>[]
  readonly #weights: number

  constructor(widest: fc.Arbitrary<T>, sources: readonly Source<T>[]) {
    super()
    this.#widest = widest
    this.#sources = sources
    this.#weights = sources.reduce((sum, [weight]) => sum + weight, 0)
  }

  override generate(random: fc.Random, bias: number | undefined): fc.Value<T> {
    let left = random.nextInt(1, this.#weights)
    const source = this.#sources.find(([weight]) => (left -= weight) <= 0)
    return this.#from(source?.[1] ?? this.#widest, by => by.generate(random, bias))
  }

  override canShrinkWithoutContext(value: unknown): value is T {
    return this.#widest.canShrinkWithoutContext(value)
  }

  override shrink(value: T, context: unknown): fc.Stream<fc.Value<T>> {
    const origin = context as Origin<T> | undefined
    const known = origin !== undefined && (origin.by === this.#widest || !this.canShrinkWithoutContext(value))
    const { by, context: inner } = known ? origin : { by: this.#widest, context: undefined }
    return by.shrink(value, inner).map(smaller => this.#from(by, () => smaller))
  }

  #from(by: fc.Arbitrary<T>, make: (by: fc.Arbitrary<T>) => fc.Value<T>): fc.Value<T> {
    const { value_: value, context } = make(by)
    return new fc.Value(value, { by, context } satisfies Origin<T>)
  }
}
