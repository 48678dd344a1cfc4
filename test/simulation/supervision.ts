/**
 * Supervision: an agent in a campaign that fails again and again: restarted, paused by several, given up, released by people; others do
 * what waits for it; and all of it is done for one project. Where it must go after each failure the invariants know; the act says how
 * each work must end.
 */
import { agent, type AgentDefinition, type Handler } from '../../src/actors/agent.ts'
import { task } from '../../src/actors/task.ts'
import type { TaskContext } from '../../src/actors/task-context.ts'
import type { Life } from '../../src/testing/host/life.ts'
import type { Dice } from '../../src/testing/host/random.ts'
import { z } from 'zod'
import type { Act } from './acts.ts'
import { codeOf, OVER, PRUNED, untilRoom } from './clients.ts'
import { from, several } from './draw.ts'

const input = z.object({ ms: z.int(), fails: z.int() })
type Work = z.infer<typeof input>
const work = task('supervision-work', {
  input,
  role: 'supervision-crew',
  retry: { maxAttempts: 4, initialInterval: 5, jitter: 'none' },
})

const ANN = 'supervision-ann'
const SITE = 'supervision-site'
/** Somebody has pruned it, or lets nothing in. */
const GONE: ReadonlySet<string> = new Set([...PRUNED, 'QUEUE_DRAINING'])
/** It is not, or no longer, what was asked for; or there is no room. */
const MEANT: ReadonlySet<string> = new Set(
  'AGENT_UNKNOWN ALREADY_REGISTERED EVENT_REFUSED HUB_BUSY NOT_FOUND RECIPIENT_UNKNOWN'.split(' '),
)

/** With these a life ends: an agent that was stopped comes back in the next one. */
const ENDS: ReadonlySet<string> = new Set([...OVER, 'AGENT_UNKNOWN'])

interface Order extends Work {
  readonly at: number
  readonly named: boolean
}

class SupervisionAct implements Act {
  isOver = false
  readonly #orders: readonly Order[]
  readonly #pauses: readonly { readonly at: number; readonly by: string; readonly for: number }[]
  readonly #rules: NonNullable<Parameters<typeof agent>[1]>['supervision']
  readonly #warmsBadly: number
  /** What people say when they are asked whether it goes on, one after the other; when none is left, nothing. */
  readonly #answers: readonly { readonly after: number; readonly approves: boolean }[]
  readonly #ended = new Set<number>()
  /** How often people were asked. */
  #asked = 0

  constructor(dice: Dice) {
    this.#orders = several(from(dice, 3, 9), () => ({
      at: dice.below(80),
      ms: dice.pick([0, 0, 5, 30]),
      fails: dice.pick([0, 1, 2, 4]),
      named: dice.chance(0.6),
    }))
    this.#pauses = several(dice.below(5), () => ({
      at: dice.below(40),
      by: dice.pick(['client/supervision-a', 'client/supervision-b']),
      for: from(dice, 20, 80),
    }))
    this.#warmsBadly = dice.pick([0, 0, 0, 1, 2])
    this.#rules = {
      failures: { max: from(dice, 1, 3), within: dice.pick([8, 20, 1_000]) },
      restart: { initialInterval: 10, maxInterval: 40, jitter: dice.pick(['none', 'full']) },
      intensity: { max: dice.below(3), within: dice.pick([50, 5_000]) },
      reassign: dice.chance(0.5),
      ...(dice.chance(0.6) && { escalate: { approvers: ['sue'], expires: from(dice, 20, 120) } }),
    }
    this.#answers = several(dice.below(4), () => ({ after: dice.below(40), approves: dice.chance(0.6) }))
  }

  agents(life: Life): readonly AgentDefinition[] {
    const role = 'supervision-crew'
    return [
      this.#ann(life, this.#warmsBadly),
      agent('supervision-bob', { role }).handle(work, this.#handler(life)),
    ]
  }

  #handler(life: Life): Handler<Work, unknown> {
    return life.handler<Work, unknown>(async ({ ms, fails }: Work, { attempt }: TaskContext) => {
      await life.wait(ms)
      if (attempt <= fails) throw new Error('oops')
      return attempt
    }) as Handler<Work, unknown>
  }

  #ann(life: Life, warmsBadly: number): AgentDefinition {
    let warmed = 0
    const warmUp = async (): Promise<void> => {
      await life.wait(5)
      if (warmed++ < warmsBadly) throw new Error('no model')
    }
    return agent(ANN, {
      role: 'supervision-crew',
      capacity: 2,
      warmUp,
      ...(this.#rules && { supervision: this.#rules }),
    }).handle(work, this.#handler(life))
  }

  async live(life: Life): Promise<void> {
    if (this.isOver) return
    const { runtime } = life
    const people = runtime.gates.opened$.subscribe(({ id }) => {
      if (id.startsWith(`quarantine.${ANN}.`)) void this.#answer(id, life).catch(error => broken(error, life))
    })
    try {
      await runtime.projects.open(SITE, { whenFull: 'wait' })
      const work$ = this.#orders.map(async (order, index) => this.#order(order, index, life))
      await Promise.all([
        ...work$,
        ...this.#pauses.map(async pause => this.#pause(pause, life)),
        this.#operate(Promise.all(work$), life),
      ])
      this.isOver = true
    } catch (error) {
      broken(error, life)
    } finally {
      people.unsubscribe()
    }
  }

  async #order(order: Order, index: number, life: Life): Promise<void> {
    if (this.#ended.has(index)) return
    const { at, named, ...given } = order
    await life.wait(at)
    try {
      const more = named ? { agent: ANN } : {}
      const options = { id: `supervision-${index}`, project: SITE, whenFull: 'wait', ...more } as const
      const { status } = await (
        await untilRoom(life, () => life.runtime.submit(work, given, options))
      ).outcome()
      this.#ended.add(index)
      const wanted = given.fails >= 4 ? 'failed' : 'completed'
      if (status !== wanted)
        life.simulation.break('supervision', `work ${index} is ${status} and not ${wanted}`)
    } catch (error) {
      // Until it has come back: in a hub that ends it does not.
      if (codeOf(error) === 'AGENT_UNKNOWN' && life.runtime.status().hub === 'running')
        return this.#order({ ...order, at: 20 }, index, life)
      if (!GONE.has(codeOf(error))) throw error
    }
  }

  async #pause({ at, by, for: ms }: { at: number; by: string; for: number }, life: Life): Promise<void> {
    await life.wait(at)
    await meant(life.runtime.send({ type: 'agent.pause', to: `agent/${ANN}`, data: { by } }))
    await life.wait(ms)
    await meant(life.runtime.send({ type: 'agent.resume', to: `agent/${ANN}`, data: { by } }))
  }

  /** The people who are asked whether it goes on after it was given up. */
  async #answer(gate: string, life: Life): Promise<void> {
    const answer = this.#answers[this.#asked++]
    if (answer === undefined) return
    await life.wait(answer.after)
    const { gates } = life.runtime
    await meant(
      answer.approves
        ? gates.approve(gate, { by: 'sue' })
        : gates.reject(gate, { by: 'sue', reason: 'as it was drawn' }),
    )
  }

  /**
   * An operator who looks after it as long as something waits: lifts what nobody lifts any more, and has it come back where it was
   * stopped.
   */
  async #operate(done: Promise<unknown>, life: Life): Promise<void> {
    const over = { is: false }
    const end = (): void => void (over.is = true)
    done.then(end, end)
    const { agents } = life.runtime
    while (!over.is) {
      await life.wait(70)
      const state = agents.get(ANN)?.state
      if (state === undefined) await meant(agents.register(this.#ann(life, 0)))
      if (state === 'quarantined' || state === 'paused') await meant(agents.resume(ANN))
    }
  }
}

function broken(error: unknown, life: Life): void {
  if (life.alive && !ENDS.has(codeOf(error))) life.simulation.break('supervision', codeOf(error))
}

async function meant(asked: Promise<unknown>): Promise<void> {
  try {
    await asked
  } catch (error) {
    if (!MEANT.has(codeOf(error))) throw error
  }
}

export const drawSupervision = (dice: Dice): Act => new SupervisionAct(dice)
