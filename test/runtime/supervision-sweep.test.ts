/** A crash at any place changes nothing of what an agent's failures lead to: no restart is forgotten or done twice, and a quarantine holds. */
import { expect, test } from 'vitest'
import { agent, task } from 'stator'
import { crashSweep, type Life, type Scenario, type Setup } from 'stator/testing'
import { z } from 'zod'

const job = task('job', { input: z.object({ fails: z.boolean() }) })

const setup = (life: Life): Setup => ({
  agents: [
    agent('ann', {
      role: 'dev',
      warmUp: () => life.wait(20),
      supervision: {
        failures: { max: 2, within: '10m' },
        restart: { initialInterval: '1s', backoff: 2 },
        intensity: { max: 1, within: '1h' },
        escalate: true,
        reassign: true,
      },
    }).handle(
      job,
      life.handler(({ fails }) => {
        if (fails) throw new Error('oops')
        return 'by ann'
      }),
    ),
    agent('bob', { role: 'dev' }).handle(
      job,
      life.handler(() => 'by bob'),
    ),
  ],
})

const submit = async (life: Life, id: string, fails: boolean): Promise<unknown> => {
  const handle = await life.until(life.runtime.submit(job, { fails }, { id, agent: 'ann' }))
  return life.until(handle.outcome())
}

const scenario: Scenario = {
  name: 'two failures, a restart, two more, a quarantine, others who do the work, and an approval',
  setup,
  play: async life => {
    const { agents, gates } = life.runtime
    const ended: unknown[] = []
    for (const id of ['a', 'b', 'c', 'd']) ended.push(await submit(life, id, true))
    ended.push(await submit(life, 'late', false))
    const [gate] = gates.list().gates
    if (gate?.outcome === null) await life.until(gates.approve(gate.id, { by: 'sue' }))
    while (agents.get('ann')?.state !== 'ready') await life.until(life.wait(10))
    ended.push(await submit(life, 'last', false))
    const { restarts, faults, quarantine } = agents.get('ann') ?? {}
    const names = life.runtime
      .history({ actor: 'agent/ann', types: ['agent.restarting', 'agent.quarantined'] })
      .map(({ name }) => name)
    return { ended, names, restarts, faults, quarantine, gate: gate?.title }
  },
}

test('a crash anywhere changes nothing', async () => {
  const { writes, once } = await crashSweep(scenario, { seed: 3 })
  expect(once).toBe(writes * 7)
}, 120_000)

/** A turn at a time, each with one message: what an agent is told of a failure comes in a later one. */
const narrow: Scenario = {
  name: 'two failures, and turns that have room for one message',
  limits: { batchDeliveries: 1 },
  setup,
  play: async life => {
    for (const id of ['a', 'b']) await submit(life, id, true)
    for (let n = 0; n < 20; n++) await life.until(life.wait(1))
    const { restarts, faults } = life.runtime.agents.get('ann') ?? {}
    return { restarts, faults }
  },
}

test('no failure is forgotten between its end and the turn in which its agent hears of it', async () => {
  const { writes, once } = await crashSweep(narrow, { seed: 3, points: ['synced'], twice: false })
  expect(once).toBe(writes)
}, 60_000)
