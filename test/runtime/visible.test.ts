/** Durable before visible: nobody hears of what is not on disk, whoever listens and wherever the process dies. */
import { describe, expect, test } from 'vitest'
import { agent, task, type Journal, type Signal } from 'stator'
import { CRASH_POINTS, Crashed, type Life, type Simulation } from 'stator/testing'
import { codeOf, single, worldOf } from './support/world.ts'

const INPUT = { text: 'x' }

/** Everything that a process says to the outside, checked against what is durable at that moment. */
async function listen(world: Simulation, life: Life): Promise<void> {
  const early: string[] = []
  const check = (what: string, { seq }: Pick<Signal, 'seq'>): void => {
    if (life.alive && seq > world.position) early.push(`${what} ${seq}`)
  }
  const { runtime } = life
  runtime.signals$.subscribe(signal => check('pushed', signal))
  const reader = async (): Promise<void> => {
    for await (const signal of runtime.signals({ from: 'start' })) check('read', signal)
  }
  reader().catch(() => {})
  const handle = await life.until(runtime.submit(task('job'), INPUT, { id: 'one' }))
  check('acknowledged', {
    seq: runtime.history({ actor: handle.address })[0]?.seq ?? Number.POSITIVE_INFINITY,
  })
  handle.signals$.subscribe(signal => check('observed', signal))
  const answer = await life.until(
    runtime.send({ type: 'task.cancel', to: 'agent/ann' } as never).catch(() => undefined),
  )
  expect(answer).toBeUndefined()
  await life.until(handle.outcome())
  const [ending] = runtime.history({ actor: handle.address, types: ['task.completed'] })
  check('outcome', ending ?? { seq: Number.POSITIVE_INFINITY })
  expect(early).toEqual([])
}

describe('acknowledgements, results, signals and sub-steps', () => {
  test('come after their commit, at every crash', async () => {
    for (let write = 1; write <= 8; write++)
      for (const point of CRASH_POINTS) {
        const { world } = parts()
        for (const crash of [{ write, point }, undefined])
          try {
            const life = await world.boot(crash)
            await listen(world, life)
            await world.drain(life)
            life.die()
          } catch (error) {
            if (!(error instanceof Crashed)) throw error
          }
        expect(world.broken).toEqual([])
        for (const { key } of world.ledger.of('result')) expect(recorded(world)).toContain(key)
      }
  })
})

describe('a commit that did not happen', () => {
  test('lets nothing out: no ack, no start, no signal, no timer', async () => {
    const { world } = parts()
    const life = await world.boot({ write: 2, point: 'lost' })
    const seen: number[] = []
    life.runtime.signals$.subscribe(({ seq }) => seen.push(seq))
    const before = world.position
    const submitted = life.runtime.submit(task('job'), INPUT, { id: 'one' })
    await expect(life.until(submitted)).rejects.toThrow(Crashed)
    expect(world.position).toBe(before)
    expect(seen).toEqual([])
    expect(world.ledger.entries).toEqual([])
    const second = await world.boot()
    expect(await codeOf(second, second.runtime.task('one').outcome())).toBe('NOT_FOUND')
  })
})

describe('subscribers', () => {
  test('that throw harm nobody, and do not end the process', async () => {
    const { world, job } = single(() => 1)
    const life = await world.boot()
    life.runtime.signals$.subscribe(() => {
      throw new Error('mine')
    })
    const handle = await life.until(life.runtime.submit(job, INPUT))
    handle.signals$.subscribe(() => {
      throw new Error('mine as well')
    })
    const seen: string[] = []
    handle.signals$.subscribe(({ name }) => seen.push(name))
    expect(await life.until(handle.result())).toBe(1)
    await world.drain(life)
    expect(seen).toEqual(['task.started', 'task.completed'])
  })

  test('that come late get history and then what is live, without gap or duplicate', async () => {
    const { world, job } = single(async (_, __, life) => life.wait(10), {
      capacity: 3,
      limits: { history: 4 },
    })
    const life = await world.boot()
    const read: number[][] = []
    const reading: Promise<void>[] = []
    for (let n = 0; n < 10; n++) {
      await life.until(life.runtime.submit(job, INPUT, { id: `t${n}` }))
      const seqs: number[] = []
      read.push(seqs)
      const slow = async (): Promise<void> => {
        for await (const { seq } of life.runtime.signals({ from: 'start' })) {
          seqs.push(seq)
          if (n % 3 === 0) await life.wait(7)
        }
      }
      reading.push(slow())
    }
    await world.drain(life)
    await life.until(life.runtime.close())
    await life.until(Promise.all(reading))
    const whole = Array.from({ length: world.position }, (_, n) => n + 1)
    for (const seqs of read) expect(seqs).toEqual(whole)
  })
})

function parts(): { world: Simulation } {
  const job = task('job')
  const world = worldOf(life => ({
    agents: [
      agent('ann').handle(
        job,
        life.handler(async (_, ctx) => {
          const one = await ctx.do('one', () => 1)
          await life.wait(5)
          return one + (await ctx.do('two', () => 2))
        }),
      ),
    ],
  }))
  return { world }
}

/** Keys of sub-steps whose results the journal holds. */
function recorded({ state }: Simulation): string[] {
  const results: ReturnType<Journal['results']> = [...state.results.values()].flatMap(own =>
    [...own.values()].map(text => JSON.parse(text) as ReturnType<Journal['results']>[number]),
  )
  return results.map(({ owner, generation, name }) => `${state.id}/${owner}/${generation}/${name}`)
}
