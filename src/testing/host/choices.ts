/**
 * Choices: what a simulation decides, one small number at a time. 0 is always the plainest choice, so that a tape that
 * shrinks towards zeros and towards nothing becomes an uneventful run. Knows nothing of what is chosen.
 */
export interface Choices {
  /** A whole number from 0 up to, but not including, `limit`. */
  below(limit: number): number
}

/** Choices given beforehand; once they are used up, everything goes the plainest way. */
export class Tape implements Choices {
  readonly #numbers: readonly number[]
  #used = 0

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers
  }

  /** How many were asked for, also beyond the end. */
  get used(): number {
    return this.#used
  }

  below(limit: number): number {
    return (this.#numbers[this.#used++] ?? 0) % limit
  }
}
