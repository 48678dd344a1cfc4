/**
 * Gates, as an act: handlers that ask people, who answer late, twice, not at all, for somebody else, or give the question to another;
 * through crashes, with agents that wait for it or do not. What must come of it the invariants know; here only that what somebody was
 * told is what it came to.
 */
import { z } from 'zod'
import { agent, type AgentDefinition, type Handler } from '../../src/actors/agent.ts'
import { task } from '../../src/actors/task.ts'
import type { EscalateOptions } from '../../src/actors/gate-calls.ts'
import type { GateInfo } from '../../src/runtime/gate/info.ts'
import type { Life } from '../../src/testing/host/life.ts'
import type { Dice } from '../../src/testing/host/random.ts'
import type { Act } from './acts.ts'
import { codeOf, OVER, unlessPruned, untilRoom } from './clients.ts'
import { from, several, weighed } from './draw.ts'

const AGENTS = ['gates-eve', 'gates-ida', 'gates-sam']
const PEOPLE = ['ann', 'bob', 'cid'] as const
const DEEDS = { approve: 5, reject: 4, escalate: 3, reassign: 3, never: 2, cancel: 1, stranger: 5, drop: 4 }
/** What people may meet: it has ended, nobody comes next, somebody else is asked, the form is not filled in. */
const MEANT = new Set(
  'EVENT_REFUSED NOT_FOUND GATE_LAST_APPROVER GATE_NOT_YOURS GATE_FORM_INVALID HUB_BUSY HELD'.split(' '),
)
const form = z.object({ n: z.int() })

interface Deed {
  /** Milliseconds after the one before it. */
  readonly after: number
  readonly what: keyof typeof DEEDS
  readonly who: (typeof PEOPLE)[number]
}

interface Question {
  readonly ask: EscalateOptions
  readonly hasForm: boolean
  /** Asked again, when that is answered. */
  readonly again: boolean
  /** The first attempt does not wait for the answer, but fails after so many milliseconds. */
  readonly fails: number | undefined
  readonly deeds: readonly Deed[]
}

const input = z.object({ question: z.int() })
const asking = task('gates-ask', {
  input,
  output: z.array(z.string()),
  retry: { maxAttempts: 3, initialInterval: 5, jitter: 'none' },
  timeout: '20ms',
})

export function drawGates(dice: Dice): Act {
  const questions = several(from(dice, 1, 4), index => drawQuestion(dice, index))
  return new Gates(questions, from(dice, 1, 2))
}

function drawQuestion(dice: Dice, index: number): Question {
  const hasForm = dice.chance(0.3)
  const isAsked = dice.chance(0.6)
  const approvers = isAsked ? PEOPLE.slice(0, from(dice, 1, 3)) : undefined
  const ask: EscalateOptions = {
    title: `question ${index}`,
    expires: from(dice, 30, 250),
    onExpire: !hasForm && dice.chance(0.3) ? 'approve' : 'reject',
    pause: dice.pick(['agent', 'agent', 'task'] as const),
    strict: dice.chance(0.5),
    // Not all agents are to be gone.
    ...(index === 0 && dice.chance(0.3) ? { onReject: 'stop' } : {}),
    ...(hasForm ? { form } : {}),
    ...(approvers === undefined ? {} : { approvers }),
    ...(dice.chance(0.5) ? { escalateAfter: from(dice, 5, 60) } : {}),
    ...(dice.chance(0.3) ? { id: `named-${index}` } : {}),
  }
  return {
    ask,
    hasForm,
    again: ask.id === undefined && dice.chance(0.3),
    fails: dice.chance(0.25) ? from(dice, 1, 15) : undefined,
    deeds: several(from(dice, 1, 4), () => ({
      after: dice.below(60),
      what: weighed(dice, DEEDS),
      who: dice.pick(PEOPLE),
    })),
  }
}

class Gates implements Act {
  readonly #questions: readonly Question[]
  readonly #capacity: number
  /** Who was told that their answer counts, by gate. */
  readonly #taken = new Map<string, string>()
  isOver = false

  constructor(questions: readonly Question[], capacity: number) {
    this.#questions = questions
    this.#capacity = capacity
  }

  agents(life: Life): readonly AgentDefinition[] {
    const run: Handler<z.infer<typeof input>, string[]> = async ({ question }, ctx) => {
      const { ask, again, fails } = this.#questions[question] as Question
      const answer = ctx.escalate(ask)
      if (fails !== undefined && ctx.attempt === 1) {
        await life.wait(fails)
        throw new Error('it could not wait')
      }
      const { by } = await answer
      return again ? [by, (await ctx.escalate(ask)).by] : [by]
    }
    return AGENTS.map(id =>
      agent(id, { capacity: this.#capacity }).handle(asking, life.handler(run as never) as never),
    )
  }

  async live(life: Life): Promise<void> {
    if (this.isOver) return
    const people = life.runtime.gates.opened$.subscribe(gate => {
      if (gate.task?.startsWith('task/gates-') === true)
        void this.#attend(gate, life).catch((error: unknown) => this.#meant(error, life))
    })
    // Nobody hears of that but the log.
    const clumsy = life.runtime.gates.opened$.subscribe(() => {
      throw new Error('somebody who throws when a gate opens')
    })
    try {
      await Promise.all(this.#questions.map((_, question) => this.#ask(question, life)))
      this.isOver = true
    } catch (error) {
      this.#meant(error, life)
    } finally {
      people.unsubscribe()
      clumsy.unsubscribe()
    }
  }

  async #ask(question: number, life: Life): Promise<void> {
    const id = `gates-${question}`
    const ask = async () => life.runtime.submit(asking, { question }, { id, whenFull: 'wait' })
    const ended = await unlessPruned(untilRoom(life, ask).then(async handle => handle.outcome()))
    if (ended === undefined) return
    for (const { id: gate, outcome, task: by } of life.runtime.gates.list({ state: 'approved' }).gates) {
      const taken = this.#taken.get(gate)
      if (by === `task/${id}` && taken !== undefined && taken !== outcome?.by)
        life.simulation.break(
          'gates',
          `${gate} was answered by ${taken}, and is said to be by ${outcome?.by}`,
        )
    }
  }

  /** Whoever comes by, one after the other. */
  async #attend({ id, task: by }: GateInfo, life: Life): Promise<void> {
    const number = Number(by?.slice('task/gates-'.length))
    const { deeds = [], hasForm = false } = this.#questions[number] ?? {}
    for (const [index, { after, what, who }] of deeds.entries()) {
      await life.wait(after)
      await this.#do(life, id, { what, who, hasForm, key: `deed-${index}` }).catch((error: unknown) => {
        if (!MEANT.has(codeOf(error))) throw error
      })
    }
  }

  async #do(
    life: Life,
    id: string,
    { what, who, hasForm, key }: { what: Deed['what']; who: string; hasForm: boolean; key: string },
  ): Promise<void> {
    const { gates } = life.runtime
    const gate = gates.get(id)
    if (gate === undefined || gate.outcome !== null) return
    // Whoever is asked, or somebody who is not.
    const others = PEOPLE.filter(one => one !== gate.assignedTo)
    const by =
      what === 'stranger'
        ? others.includes(who as never)
          ? who
          : (others[0] ?? who)
        : (gate.assignedTo ?? who)
    const said = { by, idempotencyKey: `${key}-${by}` }
    if (what === 'drop' && gate.task !== null)
      await life.runtime.tasks.get(gate.task.slice('task/'.length)).cancel()
    if (what === 'escalate') await gates.escalate(id, said)
    if (what === 'reassign') await gates.reassign(id, who, said)
    if (what === 'cancel') await gates.cancel(id)
    if (what === 'reject') await gates.reject(id, { ...said, reason: 'as it was drawn' })
    if (what !== 'approve' && what !== 'stranger') return
    await gates.approve(id, { ...said, ...(hasForm ? { data: { n: 1 } } : {}) })
    const before = this.#taken.get(id)
    if (before !== undefined && before !== by)
      life.simulation.break('gates', `${id} takes the answers of ${before} and of ${by}`)
    this.#taken.set(id, by)
  }

  #meant(error: unknown, life: Life): void {
    const code = codeOf(error)
    if (life.alive && !OVER.has(code) && !MEANT.has(code)) life.simulation.break('gates', String(error))
  }
}
