/** Random: the one source of chance in the runtime (jitter). Replaced by a seeded one in tests. */
export type Random = () => number

export const systemRandom: Random = () => Math.random()
