/** Clock: the one source of time. Its twin for tests is src/testing/clock.ts. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once, not before `ms` have passed. Returns a function that cancels. */
  after(ms: number, callback: () => void): () => void
}

/** setTimeout takes at most this; a longer wait is made of several. */
const LONGEST = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    let timer: ReturnType<typeof setTimeout>
    const wait = (left: number): void => {
      timer = setTimeout(() => (left > LONGEST ? wait(left - LONGEST) : callback()), Math.min(left, LONGEST))
    }
    wait(Math.max(0, ms))
    return () => clearTimeout(timer)
  },
}
