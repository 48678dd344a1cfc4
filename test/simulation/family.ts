/**
 * Family: tasks of the queue that wait for one another: a group in either mode, and one that waits for it from before it is there,
 * and for a gate that comes last. Said again in each process life until all of it has ended.
 */
import type { Life } from '../../src/testing/host/life.ts'
import { JOBS } from './company.ts'
import type { Deed } from './deeds.ts'

export async function raise({ order, ms }: Pick<Deed, 'order' | 'ms'>, life: Life): Promise<void> {
  const { tasks } = life.runtime
  const name = `${order.name}-${ms}`
  const id = (part: string): string => `${part}-${name}`
  const task = JOBS[0] as (typeof JOBS)[number]
  const item = (part: string, way: string, ...after: string[]) => ({
    task,
    id: id(part),
    input: { way, ms: ms % 9, n: 1 },
    after: after.map(id),
  })
  const input = { way: 'works', ms: 1, n: 1, before: [] }
  try {
    const tail = await tasks.enqueue(task, input, { id: id('tail'), after: [id('gate')] })
    await quietly(tasks.depend(id('tail'), [`group/${name}`]))
    // What would wait for the tail cannot come before it.
    const circle = await codeOf(tasks.enqueue(task, input, { id: id('gate'), after: [id('tail')] }))
    if (!['CYCLE', 'IDEMPOTENCY_CONFLICT', 'none'].includes(circle)) throw new Error(circle)
    const mode = ms % 3 === 0 ? 'sequence' : 'parallel'
    const some = [
      item('b', ms % 4 === 0 ? 'fails' : 'works', 'c'),
      item('c', 'works'),
      item('d', 'works', 'b'),
      item('e', 'works', 'd'),
    ]
    const all = mode === 'sequence' ? some.toReversed().map(each => ({ ...each, after: [] })) : some
    const group = await tasks.enqueueAll(all, {
      id: name,
      mode,
      open: ms % 5 === 0,
      ...(ms % 2 === 0 ? { concurrency: 1 } : {}),
    })
    if (ms % 5 === 0) await quietly(group.seal())
    if (ms % 7 === 0) await quietly(group.cancel())
    await quietly(tasks.enqueue(task, input, { id: id('gate') }))
    // It may come in the very turn in which the gate ends.
    await life.wait(1)
    await quietly(tasks.enqueue(task, input, { id: id('echo'), after: [id('gate')] }))
    await Promise.all([group.outcome(), tail.outcome()])
  } catch (error) {
    // Somebody has pruned it.
    if (!['NOT_FOUND', 'IDEMPOTENCY_CONFLICT'].includes((error as { code?: string }).code ?? '')) throw error
  }
}

/** It was said in an earlier life, and what it is about has gone on since. */
async function quietly(promise: Promise<unknown>): Promise<void> {
  const code = await codeOf(promise, 'EVENT_REFUSED', 'RECIPIENT_UNKNOWN', 'NOT_FOUND')
  if (code === 'IDEMPOTENCY_CONFLICT') throw Object.assign(new Error(code), { code })
}

async function codeOf(promise: Promise<unknown>, ...meant: string[]): Promise<string> {
  try {
    await promise
    return 'none'
  } catch (error) {
    const { code = '' } = error as { code?: string }
    if (![...meant, 'CYCLE', 'IDEMPOTENCY_CONFLICT'].includes(code)) throw error
    return code
  }
}
