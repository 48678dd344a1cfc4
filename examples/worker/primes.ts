/** Runs in a thread of its own: counts primes, as slowly as can be, and never yields while it does. */
import type { WorkerFor } from 'stator/worker'
import type { primes } from '../worker.ts'

export default (async ({ below }, ctx) => {
  let found = 0
  for (let n = 2; n < below; n++) {
    if (n % 10_000 === 0) ctx.progress((100 * n) / below)
    let divisor = 2
    while (divisor < n && n % divisor !== 0) divisor += 1
    if (divisor === n) found += 1
  }
  return { found }
}) satisfies WorkerFor<typeof primes>

/** One that has a mistake: it never ends. */
export const endless = (): never => {
  for (;;);
}
