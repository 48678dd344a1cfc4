/** The three machines at work, for the crash sweep: each ends the same whatever crashes come between. */
import { agent, type Json, type OwnMachine, type Run, type StatorError } from 'stator'
import type { Life, Scenario, Setup } from 'stator/testing'
import { ask, credit, notify } from './credit-check.ts'
import { fetching, load } from './fetching.ts'
import { moving, pack } from './moving-house.ts'

/** Starts it, or finds it started. */
export async function begun(life: Life, machine: OwnMachine, input: unknown): Promise<Run> {
  return (await life.until(life.runtime.start(machine as never, input as never, { id: 'run' }))) as Run
}

/** An event for the run; what it does not take, any more or yet, is no error here. */
export async function tell(
  life: Life,
  run: Run,
  name: string,
  data: Record<string, Json> = {},
): Promise<void> {
  const sent = life.runtime.send({ type: 'workflow.signal', to: run.address, data: { name, data } })
  try {
    await life.until(sent)
  } catch (error) {
    const { code } = error as StatorError
    if (code !== 'EVENT_REFUSED' && code !== 'RECIPIENT_UNKNOWN') throw error
  }
}

/** Every task of the run that ended, and how: one that was started twice would be here twice. */
export function tasksOf(life: Life, run: Run): Record<string, string> {
  const ended = life.runtime
    .history({ limit: 10_000 })
    .filter(({ to, final }) => final && to.startsWith(`task/${run.id}/`))
  return Object.fromEntries(
    ended.map(({ to, toState }) => [to.slice(`task/${run.id}/`.length), toState ?? '']),
  )
}

const people = (life: Life): Setup => ({
  workflows: [fetching, credit, moving] as never,
  agents: [
    agent('ann', { capacity: 3 })
      .handle(
        load,
        life.handler(async ({ url, attempt }) => {
          await life.wait(5)
          if (attempt < 3) throw new Error(`attempt ${attempt}`)
          return { body: `${url} at last` }
        }),
      )
      .handle(
        ask,
        life.handler(async ({ bureau }) => {
          await life.wait(bureau === 'north' ? 3 : 9)
          if (bureau === 'north') throw new Error('closed on Mondays')
          return { score: 712 }
        }),
      )
      .handle(
        notify,
        life.handler(({ text }) => ({ id: `letter to ${text}` })),
      )
      .handle(
        pack,
        life.handler(async ({ room }) => {
          await life.wait(40)
          return room.length
        }),
      ),
  ],
})

export const OWN: readonly Scenario[] = [
  {
    name: 'a request that is tried again after a while, and once more',
    setup: people,
    play: async life => {
      const run = await begun(life, fetching as never, { url: 'page' })
      await tell(life, run, 'FETCH')
      return { result: await life.until(run.result()), tasks: tasksOf(life, run) }
    },
  },
  {
    name: 'a credit that is asked for in two places at once, and accepted',
    limits: { batchDeliveries: 2, tail: 4 },
    setup: people,
    play: async life => {
      const run = await begun(life, credit as never, { person: 'Kim' })
      while (!run.status().includes('offered') && life.runtime.run(credit as never, 'run').current() !== null)
        await life.until(life.wait(1))
      await tell(life, run, 'ACCEPT', { rate: 1 })
      await tell(life, run, 'ACCEPT', { rate: 4 })
      return { result: await life.until(run.result()), tasks: tasksOf(life, run) }
    },
  },
  {
    name: 'a removal with a call in the middle, that goes on where it was',
    limits: { liveActors: 1, idle: 1 },
    setup: people,
    play: async life => {
      const run = await begun(life, moving as never, undefined)
      const at = (state: string): boolean => run.status().includes(state)
      while (!at('attic') && !at('phone') && !at('completed')) await life.until(life.wait(1))
      const isRung = life.runtime
        .history({ types: ['workflow.signal'] })
        .some(({ refused }) => refused === null)
      if (!isRung) await tell(life, run, 'RING')
      return { result: await life.until(run.result()), attic: tasksOf(life, run)['attic/2'] }
    },
  },
]
