/** Locks: who has one, who waits, what becomes of it when its holder ends, hangs, or dies; in virtual time, under all invariants. */
import { describe, expect, test } from 'vitest'
import { agent, task, type Lock, type StatorError, type TaskContext } from 'stator'
import type { Life, Simulation } from 'stator/testing'
import { codeOf, worldOf } from './support/world.ts'

const MINUTE = 60_000
const job = task('job')
type Body = (ctx: TaskContext, life: Life) => Promise<unknown>

/** Agents of capacity 4; what each task does is by its id. */
function worldWith(bodies: Readonly<Record<string, Body>>, limits = {}): Simulation {
  return worldOf(
    life => ({
      agents: [
        agent('ann', { capacity: 8 }).handle(
          job,
          life.handler((input, ctx) => (bodies[String(input)] as Body)(ctx, life)),
        ),
      ],
    }),
    { limits },
  )
}

async function begin(life: Life, ...ids: string[]): Promise<void> {
  for (const id of ids) await life.until(life.runtime.submit(job, id, { id }))
}

async function errorOf(life: Life, promise: Promise<unknown>): Promise<StatorError> {
  return life.until(promise).then(
    () => expect.fail('nothing was refused'),
    (error: unknown) => error as StatorError,
  )
}

const result = (life: Life, id: string): Promise<unknown> => life.until(life.runtime.task(id).result())

describe('a lock', () => {
  test('is held by one at a time, first come, first served, each with a higher token', async () => {
    const seen: string[] = []
    const body: Body = async (ctx, life) =>
      ctx.lock('report', {}, async ({ token }) => {
        seen.push(`${ctx.task} in ${token}`)
        await life.wait(10)
        seen.push(`${ctx.task} out`)
        return token
      })
    const world = worldWith({ a: body, b: body, c: body })
    const life = await world.boot()
    await begin(life, 'a', 'b', 'c')
    expect([await result(life, 'a'), await result(life, 'b'), await result(life, 'c')]).toEqual([1, 2, 3])
    expect(seen).toEqual([
      'task/a in 1',
      'task/a out',
      'task/b in 2',
      'task/b out',
      'task/c in 3',
      'task/c out',
    ])
    expect(life.runtime.locks.get('report')).toMatchObject({
      name: 'report',
      token: 3,
      holder: null,
      line: [],
      last: { owner: 'task/c', how: 'released' },
      counts: { grants: 3, waits: 2, revokes: 0 },
    })
    await world.drain(life)
  })

  test('of any name: paths, spaces, other scripts; and shows it as it was given', async () => {
    const names = [
      'src/index.ts',
      '/etc/passwd',
      '.gitignore',
      'a b',
      '_x',
      'ä/é/漢字',
      'a//b/',
      '🔒',
      'x'.repeat(500),
    ]
    const world = worldWith({})
    const life = await world.boot()
    for (const name of names) await life.until(life.runtime.locks.acquire(name))
    expect(life.runtime.locks.list().locks.map(({ name }) => name)).toEqual(names)
    expect(life.runtime.locks.active()).toEqual({ count: names.length, names })
    expect(await codeOf(life, life.runtime.locks.acquire(''))).toBe('INPUT_INVALID')
    expect(await codeOf(life, life.runtime.locks.acquire('\ud800'))).toBe('INPUT_INVALID')
    expect(await codeOf(life, life.runtime.locks.acquire('漢'.repeat(200)))).toBe('INPUT_INVALID')
    await world.drain(life)
  })

  test('asked for again by its own attempt is the same, and is given back as often', async () => {
    const world = worldWith({
      a: async ctx => {
        const one = await ctx.lock('x')
        const two = await ctx.lock('x')
        await one.release()
        return [one.token, two.token]
      },
    })
    const life = await world.boot()
    await begin(life, 'a')
    expect(await result(life, 'a')).toEqual([1, 1])
    await world.drain(life)
  })

  test('is taken and given back also while the hub is busy', async () => {
    const world = worldWith(
      {
        a: async (ctx, life) => {
          const fill = (): void => {
            for (let n = 0; n < 5; n++) life.runtime.submit(job, 'idle').catch(() => {})
          }
          fill()
          const lock = await ctx.lock('x')
          fill()
          await lock.release()
          return life.runtime.locks.get('x')?.last?.how
        },
        idle: async () => null,
      },
      { inbox: 3 },
    )
    const life = await world.boot()
    await begin(life, 'a')
    expect(await result(life, 'a')).toBe('released')
    await world.drain(life)
  })

  test('without waiting: refused at once, with who has it, and since when', async () => {
    const world = worldWith({})
    const life = await world.boot()
    const { locks } = life.runtime
    await life.until(locks.acquire('x', { owner: 'ops', note: 'to look', lease: '1m' }))
    const at = life.runtime.history({ types: ['lock.acquire'] })[0]?.at ?? 0
    const error = await errorOf(life, locks.acquire('x', { wait: false }))
    expect(error).toMatchObject({
      code: 'LOCK_HELD',
      details: { name: 'x', holder: 'ops', agent: null, since: at, until: at + MINUTE, note: 'to look' },
    })
    await world.drain(life)
  })

  test('that does not come free in time is not waited for any longer; the time of who waits stands still', async () => {
    const world = worldWith(
      {
        a: async (ctx, life) => {
          await ctx.lock('x')
          await life.wait(500)
        },
        b: async (ctx, life) => {
          await life.wait(10)
          // Longer than an attempt may take.
          return ctx.lock('x', { timeout: 400 }).catch((error: unknown) => (error as StatorError).code)
        },
        c: async (ctx, life) => {
          await life.wait(10)
          const { token } = await ctx.lock('x')
          return token
        },
      },
      { taskTimeout: 600 },
    )
    const life = await world.boot()
    await begin(life, 'a', 'b', 'c')
    expect(await result(life, 'b')).toBe('LOCK_TIMEOUT')
    expect(await result(life, 'c')).toBe(2)
    expect(life.runtime.locks.statistics()).toMatchObject({ timeouts: 1, waits: 2, grants: 2, active: 0 })
    await world.drain(life)
  })
})

describe('a holder', () => {
  /** Which token the next one gets, once the first has ended. */
  const left = async (id: string, body: Body, end: (life: Life) => Promise<unknown>): Promise<unknown> => {
    const world = worldWith({ [id]: body, next: async ctx => (await ctx.lock('x')).token })
    const life = await world.boot()
    await begin(life, id, 'next')
    await end(life)
    const token = await result(life, 'next')
    expect(life.runtime.locks.get('x')?.counts.revokes).toBe(2)
    await world.drain(life)
    return token
  }

  test('that fails has it no longer', async () => {
    const token = await left(
      'a',
      async (ctx, life) => {
        await ctx.lock('x')
        await life.wait(10)
        throw new Error('broken')
      },
      async life => codeOf(life, life.runtime.task('a').result()),
    )
    expect(token).toBe(2)
  })

  test('that returns without giving it back has it no longer', async () => {
    const token = await left(
      'a',
      async ctx => {
        await ctx.lock('x')
      },
      async life => result(life, 'a'),
    )
    expect(token).toBe(2)
  })

  test('that is cancelled has it no longer, and its lock says so', async () => {
    let lock: Lock | undefined
    const token = await left(
      'a',
      async (ctx, life) => {
        lock = await ctx.lock('x')
        await life.wait(1_000)
      },
      async life => {
        await world10(life)
        await life.until(life.runtime.task('a').cancel())
      },
    )
    expect(token).toBe(2)
    expect(lock?.signal.reason).toMatchObject({ code: 'LOCK_LOST', details: { how: 'revoked' } })
  })

  test('that takes too long has it no longer', async () => {
    const world = worldWith(
      {
        a: async (ctx, life) => {
          await ctx.lock('x')
          await life.wait(10_000)
        },
        next: async ctx => (await ctx.lock('x')).token,
      },
      { taskTimeout: 100 },
    )
    const life = await world.boot()
    await begin(life, 'a', 'next')
    expect(await result(life, 'next')).toBe(2)
    expect(await codeOf(life, life.runtime.task('a').result())).toBe('TASK_FAILED')
    await world.drain(life)
  })

  test('whose process dies has it no longer after the next start; the token goes on growing', async () => {
    const world = worldWith({
      a: async (ctx, life) => {
        const { token } = await ctx.lock('x')
        await life.wait(100)
        return token
      },
    })
    const first = await world.boot()
    await begin(first, 'a')
    await world.pass(first, 50)
    first.die()
    const second = await world.boot()
    expect(await result(second, 'a')).toBe(2)
    await world.drain(second)
  })

  test('that gives no sign of life has it until its lease ends; one that does keeps it', async () => {
    const lost: unknown[] = []
    const world = worldWith({
      silent: async (ctx, life) => {
        const lock = await ctx.lock('x', { lease: 100 })
        lock.signal.addEventListener('abort', () =>
          lost.push((lock.signal.reason as StatorError).details['how']),
        )
        await life.wait(500)
        return lock.release().catch((error: unknown) => (error as StatorError).code)
      },
      alive: async (ctx, life) => {
        const lock = await ctx.lock('y', { lease: 100 })
        for (let n = 0; n < 50; n++) {
          await life.wait(10)
          ctx.heartbeat()
        }
        return lock.signal.aborted
      },
      next: async (ctx, life) => {
        const began = life.clock.now()
        await ctx.lock('x')
        return life.clock.now() - began
      },
    })
    const life = await world.boot()
    await begin(life, 'silent', 'alive', 'next')
    expect(await result(life, 'next')).toBeGreaterThan(90)
    expect(await result(life, 'silent')).toBe('LOCK_LOST')
    expect(await result(life, 'alive')).toBe(false)
    expect(lost).toEqual(['expired'])
    // Not each sign of life is a record: a third of the lease lies between them.
    expect(life.runtime.history({ types: ['lock.renew'] }).length).toBeLessThan(15)
    await world.drain(life)
  })

  test('from whom it is taken by an operator hears of it, with who did it and why', async () => {
    const world = worldWith({
      a: async (ctx, life) => {
        const lock = await ctx.lock('x')
        await life.wait(100)
        return (lock.signal.reason as StatorError | undefined)?.details ?? null
      },
    })
    const life = await world.boot()
    await begin(life, 'a')
    await life.until(life.wait(60))
    await life.until(life.runtime.locks.break('x', { by: 'ops', reason: 'it hangs' }))
    expect(await result(life, 'a')).toEqual({
      name: 'x',
      token: 1,
      how: 'broken',
      by: 'ops',
      reason: 'it hangs',
    })
    expect(await codeOf(life, life.runtime.locks.break('x', { by: 'ops', reason: 'again' }))).toBe(
      'EVENT_REFUSED',
    )
    expect(await codeOf(life, life.runtime.locks.break('y', { by: 'ops', reason: 'never' }))).toBe(
      'NOT_FOUND',
    )
    await world.drain(life)
  })
})

async function world10(life: Life): Promise<void> {
  await life.until(life.wait(10))
}

describe('waiting in a circle', () => {
  const both =
    (first: string, second: string): Body =>
    async (ctx, life) => {
      const one = await ctx.lock(first)
      await life.wait(10)
      try {
        const two = await ctx.lock(second)
        await two.release()
        return 'done'
      } catch (error) {
        const { code, details } = error as StatorError
        return [code, details['cycle']]
      } finally {
        await one.release()
      }
    }

  test('is refused to whoever would close it, and the circle is named', async () => {
    const world = worldWith({ a: both('x', 'y'), b: both('y', 'x') })
    const life = await world.boot()
    await begin(life, 'a', 'b')
    expect(await result(life, 'a')).toBe('done')
    expect(await result(life, 'b')).toEqual([
      'DEADLOCK',
      'task/b holds y, waits for x → task/a holds x, waits for y',
    ])
    expect(life.runtime.locks.statistics().deadlocks).toBe(1)
    await world.drain(life)
  })

  test('also around three, and through places in a line', async () => {
    const world = worldWith({ a: both('x', 'y'), b: both('y', 'z'), c: both('z', 'x') })
    const life = await world.boot()
    await begin(life, 'a', 'b', 'c')
    expect(await result(life, 'c')).toEqual([
      'DEADLOCK',
      'task/c holds z, waits for x → task/a holds x, waits for y → task/b holds y, waits for z',
    ])
    expect([await result(life, 'a'), await result(life, 'b')]).toEqual(['done', 'done'])
    expect(life.runtime.locks.active()).toEqual({ count: 0, names: [] })
    await world.drain(life)
  })

  test('is not suspected where nobody waits in a circle', async () => {
    const world = worldWith({ a: both('x', 'y'), b: both('x', 'y') })
    const life = await world.boot()
    await begin(life, 'a', 'b')
    expect([await result(life, 'a'), await result(life, 'b')]).toEqual(['done', 'done'])
    await world.drain(life)
  })
})

describe('a client', () => {
  test('has a lock under its name, also in the next process life, until its lease ends', async () => {
    const world = worldWith({})
    const first = await world.boot()
    const lock = await first.until(first.runtime.locks.acquire('x', { owner: 'ci', lease: '1m' }))
    expect(lock.token).toBe(1)
    first.die()
    const second = await world.boot()
    const { locks } = second.runtime
    const again = await second.until(locks.acquire('x', { owner: 'ci', wait: false, lease: '1m' }))
    expect(again.token).toBe(1)
    expect(locks.get('x')?.holder).toMatchObject({ owner: 'ci', calls: 2 })
    expect(await codeOf(second, locks.release('x', { owner: 'ci', token: 2 }))).toBe('LOCK_LOST')
    await second.until(locks.release('x', { owner: 'ci', token: 1 }))
    expect(again.signal.reason).toMatchObject({ code: 'LOCK_LOST' })
    await second.until(locks.acquire('x', { owner: 'other', lease: '1m' }))
    await world.pass(second, MINUTE + 100)
    expect(locks.get('x')).toMatchObject({ token: 2, holder: null, last: { how: 'expired', owner: 'other' } })
    await world.drain(second)
  })

  test('renews by itself, and is told when the runtime closes while it waits', async () => {
    const world = worldWith({})
    const life = await world.boot()
    const { locks } = life.runtime
    const lock = await life.until(locks.acquire('x', { lease: 1_000 }))
    for (let n = 0; n < 5; n++) {
      await world.pass(life, 600)
      await life.until(lock.renew())
    }
    expect(lock.signal.aborted).toBe(false)
    const waits = codeOf(life, locks.acquire('x'))
    await world.pass(life, 50)
    await life.until(life.runtime.close())
    expect(await waits).toBe('CLOSED')
    expect(await codeOf(life, lock.release())).toBe('CLOSED')
  })

  test('gives back by a token that it has no longer nothing that it waits for', async () => {
    const world = worldWith({})
    const life = await world.boot()
    const { locks } = life.runtime
    await life.until(locks.acquire('x', { owner: 'a', lease: 1_000 }))
    await world.pass(life, 2_000)
    await life.until(locks.acquire('x', { owner: 'b', lease: '1h' }))
    const waits = locks.acquire('x', { owner: 'a' })
    await world.pass(life, 50)
    expect(await codeOf(life, locks.release('x', { owner: 'a', token: 1 }))).toBe('LOCK_LOST')
    await life.until(locks.release('x', { owner: 'b' }))
    expect((await life.until(waits)).token).toBe(3)
    await world.drain(life)
  })

  test('that asks again for longer has it that long, whatever it renews', async () => {
    const world = worldWith({})
    const life = await world.boot()
    const { locks } = life.runtime
    const short = await life.until(locks.acquire('x', { owner: 'a', lease: 1_000 }))
    const long = await life.until(locks.acquire('x', { owner: 'a', lease: MINUTE }))
    await life.until(short.renew())
    await world.pass(life, MINUTE / 2)
    expect(long.signal.aborted).toBe(false)
    expect(locks.get('x')?.holder).toMatchObject({ owner: 'a', calls: 2 })
    await world.drain(life)
  })

  test('finds no more room in a line, or for itself, than the limits allow', async () => {
    const world = worldWith({}, { lockWaiters: 1, locksHeld: 2 })
    const life = await world.boot()
    const { locks } = life.runtime
    await life.until(locks.acquire('x', { owner: 'a' }))
    await life.until(locks.acquire('y', { owner: 'a' }))
    expect(await codeOf(life, locks.acquire('z', { owner: 'a' }))).toBe('LOCKS_TOO_MANY')
    expect(locks.get('z')).toBeUndefined()
    expect((await life.until(locks.acquire('x', { owner: 'a' }))).token).toBe(1)
    const second = locks.acquire('x', { owner: 'b' })
    await world.pass(life, 50)
    expect(await codeOf(life, locks.acquire('x', { owner: 'c' }))).toBe('LOCK_LINE_FULL')
    await life.until(locks.release('x', { owner: 'a' }))
    expect((await life.until(second)).token).toBe(2)
    await world.drain(life)
  })
})

describe('the token', () => {
  test('goes on growing where all that is over was erased, and the process began anew', async () => {
    const world = worldWith({ a: async ctx => (await ctx.lock('x')).token }, { idle: 1, liveActors: 1 })
    const first = await world.boot()
    await begin(first, 'a')
    expect(await result(first, 'a')).toBe(1)
    await world.pass(first, MINUTE)
    first.runtime.actors.park(() => true)
    expect(first.runtime.prune({ olderThan: 0 })).toBe(1)
    first.die()
    const second = await world.boot()
    second.runtime.prune({ olderThan: 0 })
    expect((await second.until(second.runtime.locks.acquire('x'))).token).toBe(2)
    await world.drain(second)
  })
})
