/** Scenarios of what is not in time, for the crash sweep: each ends the same whatever crashes come between. */
import { agent, RetryAfterError, task } from 'stator'
import type { Life, Scenario, Setup } from 'stator/testing'

const retry = { maxAttempts: 3, initialInterval: 50, jitter: 'none' } as const
const slow = task('slow', { timeout: 200, retry: { ...retry, maxAttempts: 2 } })
const silent = task('silent', { timeout: { heartbeat: 100 }, retry: { ...retry, maxAttempts: 2 } })
const busy = task('busy', { retry })
/** Of an agent that is away: it never starts. */
const lonely = task('lonely', { role: 'hermit', timeout: { queueToStart: 300 }, retry })
const endless = task('endless', {
  timeout: { overall: 400, startToClose: 150 },
  retry: { ...retry, maxAttempts: 50 },
})

function setup(life: Life): Setup {
  const never = life.handler(() => new Promise(() => {}))
  const ann = agent('ann', { capacity: 5 })
    .handle(
      slow,
      life.handler(async (_, ctx) => {
        await life.wait(ctx.attempt === 1 ? 320 : 5)
        return ctx.attempt
      }),
    )
    .handle(
      silent,
      life.handler(async (_, ctx) => {
        for (let beat = 0; beat < 4; beat++) {
          await life.wait(70)
          ctx.heartbeat()
        }
        return ctx.attempt === 1 ? new Promise(() => {}) : ctx.attempt
      }),
    )
    .handle(
      busy,
      life.handler((_, ctx) => {
        ctx.progress(10 * ctx.attempt)
        if (ctx.attempt < 3) throw new RetryAfterError('busy', { after: 400 * (ctx.attempt - 1) })
        return ctx.attempt
      }),
    )
    .handle(endless, never)
  const hermit = agent('hermit', { role: 'hermit', warmUp: () => new Promise<void>(() => {}) }).handle(
    lonely,
    never,
  )
  return { agents: [ann, hermit] }
}

const play =
  (...tasks: readonly (typeof slow)[]) =>
  async (life: Life): Promise<unknown> => {
    const handles = []
    for (const each of tasks) handles.push(await life.until(life.runtime.submit(each, 1, { id: each.name })))
    const ended: unknown[] = []
    for (const handle of handles) {
      const { status, output, error } = await life.until(handle.outcome())
      ended.push([handle.id, status, output ?? error?.code ?? null])
    }
    return ended
  }

export const LATE: readonly Scenario[] = [
  { name: 'attempts that take too long, and settle too late', setup, play: play(slow) },
  { name: 'a handler that falls silent', setup, play: play(silent) },
  { name: 'a service that says when to come again', setup, play: play(busy) },
  { name: 'a queue in which nobody works', setup, play: play(lonely) },
  {
    name: 'a task that is out of all time',
    limits: { batchDeliveries: 1, tail: 3 },
    setup,
    play: play(endless),
  },
  {
    name: 'several of them at once',
    limits: { batchDeliveries: 2, liveActors: 1, idle: 1, tail: 5 },
    setup,
    play: play(slow, busy, lonely),
  },
]
