/** Agents that fail again and again: restarted with backoff, given up, released; their work goes to others. In virtual time, through crashes. */
import { describe, expect, test } from 'vitest'
import { agent, NonRetryableError, task, type Address, type Limits, type SupervisionOptions } from 'stator'
import type { Life, Setup, Simulation } from 'stator/testing'
import { codeOf, worldOf } from './support/world.ts'

const job = task('job')
const other = task('other')

const strict: SupervisionOptions = {
  failures: { max: 2, within: '1m' },
  restart: { initialInterval: '10s', backoff: 2, maxInterval: '1m', jitter: 'none' },
  intensity: { max: 2, within: '10m' },
}

interface Warmth {
  warmUps: number
  /** What a warm-up does. */
  warmUp: (life: Life) => Promise<void> | void
}

/** One agent whose handler throws whatever its input is, and maybe another that does not. */
function failing(
  supervision: SupervisionOptions,
  { withOther = false, warmth = { warmUps: 0, warmUp: () => {} } as Warmth, warmUpTimeout = '1h' } = {},
): (life: Life) => Setup {
  return life => {
    const warmUp = async (): Promise<void> => {
      warmth.warmUps++
      await warmth.warmUp(life)
    }
    const code = life.handler(async (said: { error?: string; ms?: number } | null) => {
      await life.wait(said?.ms ?? 1)
      if (said?.error === 'theirs') throw new NonRetryableError('no such customer')
      if (said?.error !== undefined) throw new Error(said.error)
      return 'done'
    })
    const ann = agent('ann', {
      role: 'dev',
      capacity: 3,
      supervision,
      warmUp,
      warmUpTimeout: warmUpTimeout as '1h',
    })
    const bob = agent('bob', { role: 'dev' })
    return {
      agents: [
        ann.handle(job, code as never).handle(
          other,
          life.handler(() => 'ok'),
        ),
        ...(withOther
          ? [
              bob.handle(
                job,
                life.handler(() => 'by bob'),
              ),
            ]
          : []),
      ],
    }
  }
}

async function fail(life: Life, times: number, input: object = { error: 'oops' }): Promise<void> {
  for (let n = 0; n < times; n++) {
    const handle = await life.until(life.runtime.submit(job, input, { agent: 'ann' }))
    await life.until(handle.outcome())
  }
}

const stateOf = (life: Life): string | undefined => life.runtime.agents.get('ann')?.state

const refusedTo = (life: Life, actor: Address): unknown[] =>
  life.runtime
    .history({ actor })
    .flatMap(({ type, refused }) => (refused === null ? [] : [[type, refused.code]]))

/** Restarted as often as it may be, and once more. */
async function giveUp(world: Simulation, life: Life): Promise<void> {
  for (const wait of [10_000, 20_000]) {
    await fail(life, 2)
    expect(stateOf(life)).toBe('restarting')
    await world.pass(life, wait + 100)
    expect(stateOf(life)).toBe('ready')
  }
  await fail(life, 2)
}

describe('an agent that is supervised', () => {
  test('is restarted when it fails too often: it waits, warms up again, and takes work', async () => {
    const warmth: Warmth = { warmUps: 0, warmUp: () => {} }
    const world = worldOf(failing(strict, { warmth }))
    const life = await world.boot()
    await world.pass(life, 10)
    expect(warmth.warmUps).toBe(1)
    await fail(life, 1)
    expect(life.runtime.agents.get('ann')).toMatchObject({ state: 'ready', faults: 1, restarts: 0 })
    await fail(life, 1)
    const due = life.runtime.agents.get('ann')?.restartAt ?? 0
    expect(due - world.clock.now()).toBeGreaterThan(9_000)
    expect(life.runtime.agents.get('ann')).toMatchObject({
      state: 'restarting',
      faults: 0,
      restarts: 1,
      error: { message: 'oops' },
    })
    const waits = await life.until(life.runtime.submit(other, null, { agent: 'ann' }))
    expect(life.runtime.tasks.mayStart(waits.id, 'ann')).toEqual({
      ok: false,
      reasons: [{ reason: 'agent', message: 'agent/ann is restarting', until: due }],
    })
    await world.pass(life, 9_000)
    expect(stateOf(life)).toBe('restarting')
    await world.pass(life, 1_100)
    expect(warmth.warmUps).toBe(2)
    expect(await life.until(waits.result())).toBe('ok')
    expect(life.runtime.history({ actor: 'agent/ann', types: ['agent.restarting'] })).toHaveLength(1)
    await world.drain(life)
    expect(world.broken).toEqual([])
  })

  test('gets no work in the turn in which it has failed once too often', async () => {
    const world = worldOf(failing({ ...strict, failures: { max: 1, within: '1m' } }))
    const life = await world.boot()
    const all = []
    for (let n = 0; n < 5; n++) all.push(life.runtime.submit(job, { error: 'oops' }, { id: `j${n}` }))
    await life.until(Promise.all(all))
    await world.pass(life, 1_000)
    // Three ran at once, as its capacity allows; the other two were never begun.
    const begun = ['j0', 'j1', 'j2', 'j3', 'j4'].filter(
      id => life.runtime.tasks.get(id).info()?.status !== 'queued',
    )
    expect(begun).toEqual(['j0', 'j1', 'j2'])
    expect(stateOf(life)).toBe('restarting')
    await world.drain(life)
  })

  test('is not restarted for what is no failure of its own', async () => {
    const world = worldOf(failing(strict))
    const life = await world.boot()
    await fail(life, 4, { error: 'theirs' })
    const slow = await life.until(life.runtime.submit(job, { ms: 60_000 }, { agent: 'ann' }))
    await life.until(slow.cancel('not needed'))
    expect(life.runtime.agents.get('ann')).toMatchObject({ state: 'ready', faults: 0 })
    await world.drain(life)
  })

  test('is forgiven failures that are long ago', async () => {
    const world = worldOf(failing(strict))
    const life = await world.boot()
    for (let n = 0; n < 5; n++) {
      await fail(life, 1)
      await world.pass(life, 61_000)
    }
    expect(life.runtime.agents.get('ann')).toMatchObject({ state: 'ready', faults: 0, restarts: 0 })
    await world.drain(life)
  })

  test('waits longer before each restart, and is quarantined after too many, until an operator releases it', async () => {
    const world = worldOf(failing(strict))
    const life = await world.boot()
    await giveUp(world, life)
    expect(life.runtime.agents.get('ann')).toMatchObject({
      state: 'quarantined',
      restartAt: null,
      quarantine: { reason: 'it failed again after 2 restarts within 600000 ms', gate: null },
    })
    await world.pass(life, 24 * 60 * 60_000)
    expect(stateOf(life)).toBe('quarantined')
    life.die()
    const next = await world.boot()
    await world.pass(next, 1_000)
    expect(stateOf(next)).toBe('quarantined')
    await next.until(next.runtime.agents.resume('ann'))
    await world.pass(next, 10)
    expect(next.runtime.agents.get('ann')).toMatchObject({
      state: 'ready',
      faults: 0,
      restarts: 0,
      quarantine: null,
    })
    await world.drain(next)
    expect(world.broken).toEqual([])
  })

  test('may be stopped instead: its name is free, and whoever registers it begins anew', async () => {
    const world = worldOf(life => ({ ...failing({ ...strict, giveUp: 'stop' })(life), tasks: [job] }))
    const life = await world.boot()
    await giveUp(world, life)
    expect(stateOf(life)).toBeUndefined()
    const again = agent('ann').handle(
      job,
      life.handler(() => 'new'),
    )
    await life.until(life.runtime.agents.register(again))
    const handle = await life.until(life.runtime.submit(job, null, { agent: 'ann' }))
    expect(await life.until(handle.result())).toBe('new')
    await world.drain(life)
  })

  test('is paused after its restart where somebody paused it before', async () => {
    const world = worldOf(failing(strict))
    const life = await world.boot()
    await fail(life, 2)
    await life.until(life.runtime.agents.pause('ann', 'lunch'))
    expect(life.runtime.agents.get('ann')).toMatchObject({
      state: 'restarting',
      pauses: [{ by: null, reason: 'lunch' }],
    })
    await world.pass(life, 11_000)
    expect(stateOf(life)).toBe('paused')
    await life.until(life.runtime.agents.resume('ann'))
    expect(stateOf(life)).toBe('ready')
    await world.drain(life)
  })
})

describe('a warm-up', () => {
  test('that throws counts: after as many restarts as it may have the agent is quarantined', async () => {
    const warmth: Warmth = {
      warmUps: 0,
      warmUp: () => {
        throw new Error('no model')
      },
    }
    const world = worldOf(failing(strict, { warmth }))
    const life = await world.boot()
    await world.pass(life, 40_000)
    expect(stateOf(life)).toBe('quarantined')
    expect(warmth.warmUps).toBe(3)
    await world.drain(life)
  })

  test('that hangs has failed when its time is over, and what it comes to later is not heard', async () => {
    const warmth: Warmth = { warmUps: 0, warmUp: life => life.wait(warmth.warmUps === 1 ? 15_000 : 30_000) }
    const world = worldOf(failing(strict, { warmth, warmUpTimeout: '5s' }))
    const life = await world.boot()
    await world.pass(life, 5_100)
    expect(life.runtime.agents.get('ann')).toMatchObject({
      state: 'restarting',
      error: { code: 'WARM_UP_TIMEOUT' },
    })
    // The first is through, and the second runs.
    await world.pass(life, 11_000)
    expect([stateOf(life), warmth.warmUps]).toEqual(['idle', 2])
    await world.drain(life)
  })
})

describe('a restart that a crash falls into', () => {
  test('is due when it was, and counts', async () => {
    const world = worldOf(failing(strict))
    const life = await world.boot()
    await fail(life, 2)
    const due = life.runtime.agents.get('ann')?.restartAt ?? 0
    await world.pass(life, 4_000)
    life.die()
    const second = await world.boot()
    await world.pass(second, 100)
    expect(second.runtime.agents.get('ann')).toMatchObject({
      state: 'restarting',
      restartAt: due,
      restarts: 1,
    })
    await world.pass(second, due - world.clock.now() - 100)
    expect(stateOf(second)).toBe('restarting')
    await world.pass(second, 200)
    expect(second.runtime.agents.get('ann')).toMatchObject({ state: 'ready', restarts: 1 })
    await world.drain(second)
    expect(world.broken).toEqual([])
  })
})

describe('what waits for an agent that was given up', () => {
  test('goes to another of its role, where that is wanted', async () => {
    const world = worldOf(failing({ ...strict, reassign: true }, { withOther: true }))
    const life = await world.boot()
    const busy = await life.until(life.runtime.submit(job, { ms: 35_000 }, { agent: 'ann' }))
    await life.until(life.runtime.submit(job, { ms: 35_000 }, { agent: 'ann' }))
    await giveUp(world, life)
    const late = await life.until(life.runtime.submit(job, null, { agent: 'ann', id: 'late' }))
    expect(await life.until(late.result())).toBe('by bob')
    expect(await life.until(busy.result())).toBe('done')
    expect(life.runtime.history({ types: ['task.reassign'] })).toMatchObject([
      {
        to: 'task/late',
        refused: null,
        data: { agent: null, role: 'dev', reason: 'agent/ann is quarantined' },
      },
    ])
    await world.drain(life)
    expect(world.broken).toEqual([])
  })

  test('waits for it where that is not wanted, or where nobody else can do it', async () => {
    const world = worldOf(failing(strict, { withOther: true }))
    const life = await world.boot()
    await giveUp(world, life)
    const stays = await life.until(life.runtime.submit(job, null, { agent: 'ann' }))
    await world.pass(life, 60_000)
    expect(stays.info()?.status).toBe('queued')
    await life.until(life.runtime.agents.resume('ann'))
    expect(await life.until(stays.result())).toBe('done')
    await world.drain(life)
  })

  test('goes to one who comes later', async () => {
    const world = worldOf(failing({ ...strict, reassign: true }))
    const life = await world.boot()
    await giveUp(world, life)
    const waits = await life.until(life.runtime.submit(job, null, { agent: 'ann' }))
    await world.pass(life, 1_000)
    expect(waits.info()?.status).toBe('queued')
    await life.until(
      life.runtime.agents.register(
        agent('eve', { role: 'qa' }).handle(
          job,
          life.handler(() => 'qa'),
        ),
      ),
    )
    await life.until(
      life.runtime.agents.register(
        agent('bob', { role: 'dev' }).handle(
          job,
          life.handler(() => 'by bob'),
        ),
      ),
    )
    expect(await life.until(waits.result())).toBe('by bob')
    await world.drain(life)
  })
})

describe('a human is asked', () => {
  async function asked(limits: Partial<Limits> = {}): Promise<[Simulation, Life, string]> {
    const world = worldOf(failing({ ...strict, escalate: { expires: '1h' } }), { limits })
    const life = await world.boot()
    await giveUp(world, life)
    const gate = life.runtime.agents.get('ann')?.quarantine?.gate ?? ''
    expect(life.runtime.gates.get(gate.slice('gate/'.length))).toMatchObject({
      state: 'open',
      title: 'Release agent/ann from quarantine?',
      details: { agent: 'agent/ann', restarts: 2, error: { message: 'oops' } },
    })
    return [world, life, gate.slice('gate/'.length)]
  }

  test('approved, it is released', async () => {
    const [world, life, gate] = await asked()
    await life.until(life.runtime.gates.approve(gate, { by: 'sue' }))
    await world.pass(life, 10)
    expect(stateOf(life)).toBe('ready')
    await world.drain(life)
    expect(world.broken).toEqual([])
  })

  test.each(['rejected', 'expired'])('%s, it is stopped', async how => {
    const [world, life, gate] = await asked()
    if (how === 'rejected') await life.until(life.runtime.gates.reject(gate, { by: 'sue', reason: 'no' }))
    await world.pass(life, 61 * 60_000)
    expect(stateOf(life)).toBeUndefined()
    await world.drain(life)
  })

  test('released by an operator meanwhile, nobody is asked any more', async () => {
    const [world, life, gate] = await asked()
    await life.until(life.runtime.agents.resume('ann'))
    expect(life.runtime.gates.get(gate)?.state).toBe('cancelled')
    expect(refusedTo(life, 'agent/ann')).toEqual([])
    await world.drain(life)
    expect(world.broken).toEqual([])
  })

  test('unregistered by an operator meanwhile, nobody is asked any more either', async () => {
    const [world, life, gate] = await asked()
    await life.until(life.runtime.agents.unregister('ann'))
    expect(life.runtime.gates.get(gate)?.state).toBe('cancelled')
    expect(refusedTo(life, 'agent/ann')).toEqual([])
    await world.drain(life)
    expect(world.broken).toEqual([])
  })

  test.each(['approve', 'reject', 'expire', 'resume', 'unregister'] as const)(
    'and is heard along the shortest chain that there may be: %s',
    async how => {
      const [world, life, gate] = await asked({ hops: 1 })
      const { agents, gates } = life.runtime
      if (how === 'approve') await life.until(gates.approve(gate, { by: 'sue' }))
      if (how === 'reject') await life.until(gates.reject(gate, { by: 'sue', reason: 'no' }))
      if (how === 'resume' || how === 'unregister') await life.until(agents[how]('ann'))
      await world.pass(life, how === 'expire' ? 61 * 60_000 : 10)
      expect(stateOf(life)).toBe(how === 'approve' || how === 'resume' ? 'ready' : undefined)
      expect(life.runtime.gates.get(gate)?.outcome).not.toBeNull()
      expect([refusedTo(life, 'agent/ann'), refusedTo(life, `gate/${gate}`)]).toEqual([[], []])
      await world.drain(life)
      expect(world.broken).toEqual([])
    },
  )
})

describe('who asks for agents', () => {
  test('finds them by role, skill, state, room and what they have code for; a pool is what a role can do now', async () => {
    const world = worldOf(life => ({
      agents: [
        agent('cid', { role: 'qa', skills: ['ts', 'rust'] }).handle(
          job,
          life.handler(() => 1),
        ),
        agent('ann', { role: 'dev', skills: ['ts'] }).handle(
          other,
          life.handler(async () => life.wait(1_000)),
        ),
        agent('bob', { role: 'dev', skills: ['go', 'ts'] }).handle(
          job,
          life.handler(() => 1),
        ),
      ],
    }))
    const life = await world.boot()
    const { agents } = life.runtime
    await life.until(life.runtime.submit(other, null, { agent: 'ann' }))
    await world.pass(life, 10)
    const ids = (filter: Parameters<typeof agents.list>[0]): string[] =>
      agents.list(filter).map(({ id }) => id)
    expect(ids({})).toEqual(['ann', 'bob', 'cid'])
    expect(ids({ role: 'dev' })).toEqual(['ann', 'bob'])
    expect(ids({ skill: 'ts' })).toEqual(['ann', 'bob', 'cid'])
    expect(ids({ skills: ['ts', 'rust'] })).toEqual(['cid'])
    expect(ids({ handles: 'job', role: 'dev' })).toEqual(['bob'])
    expect(ids({ state: 'busy' })).toEqual(['ann'])
    expect(ids({ available: true })).toEqual(['bob', 'cid'])
    await life.until(agents.pause('bob'))
    expect(agents.pool('dev')).toEqual({
      role: 'dev',
      total: 2,
      available: 0,
      busy: 1,
      idle: 0,
      paused: 1,
      offline: 0,
      broken: 0,
    })
    expect(
      await codeOf(
        life,
        Promise.resolve().then(() => agents.list({ rank: 1 } as never)),
      ),
    ).toBe('INPUT_INVALID')
    await world.drain(life)
  })
})

test.each([
  { failures: { max: 0, within: '1m' } },
  { failures: { max: 1, within: 'soon' } },
  { intensity: { max: -1, within: '1m' } },
  { restart: { backoff: 0.5 } },
  { giveUp: 'shrug' },
  { whatever: 1 },
])('a supervision that says nothing is refused: %j', supervision => {
  expect(() => agent('ann', { supervision: supervision as never })).toThrow(/DEFINITION_INVALID/)
})
