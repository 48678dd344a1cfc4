/**
 * Mail, as an act: agents that tell, ask, consult, broadcast, publish and hand their work on, in circles too, through crashes, retries and
 * capacity that is short. What must come of it the invariants know; here only that what was said is said once, and that an answer
 * is that of whoever was asked.
 */
import { z } from 'zod'
import { agent, type AgentDefinition, type Handler } from '../../src/actors/agent.ts'
import { task } from '../../src/actors/task.ts'
import type { TaskContext } from '../../src/actors/task-context.ts'
import type { TaskCreate } from '../../src/messages/task.ts'
import type { Life } from '../../src/testing/host/life.ts'
import type { Dice } from '../../src/testing/host/random.ts'
import type { Act } from './acts.ts'
import { codeOf, OVER, PRUNED, untilRoom } from './clients.ts'
import { from, several, weighed } from './draw.ts'

const IDS = ['mail-ann', 'mail-bob', 'mail-cid'] as const
const STEPS = { tell: 5, ask: 5, consult: 3, broadcast: 2, publish: 2, wait: 2, fail: 2, handOff: 2 }
/** What a handler may meet; it goes on without. */
const MEANT = new Set(
  'ASK_TIMEOUT ASK_FAILED ASK_CYCLE CONSULT_UNAVAILABLE HANDED_TOO_OFTEN HUB_BUSY HELD'.split(' '),
)
/** What a client may meet besides. */
const LATE = new Set([...MEANT, ...PRUNED])

interface Step {
  readonly what: keyof typeof STEPS
  readonly to: (typeof IDS)[number]
  readonly ms: number
  /** Whoever hears it says so many more, each to the next one. */
  readonly more: number
}

interface Script {
  readonly steps: readonly Step[]
  readonly agent: (typeof IDS)[number]
}

const said = z.object({ n: z.int(), ms: z.int(), more: z.int() })
const letter = task('mail-letter', {
  input: said,
  output: z.object({ n: z.int(), by: z.string() }),
  retry: { maxAttempts: 2, initialInterval: 3, jitter: 'none' },
})
const job = task('mail-job', {
  input: z.object({ script: z.int() }),
  output: z.null(),
  retry: { maxAttempts: 3, initialInterval: 5, jitter: 'none' },
})

type Said = z.infer<typeof said>
type Made = z.infer<(typeof letter)['output']>

export function drawMail(dice: Dice): Act {
  const scripts = several(from(dice, 1, 4), () => ({
    agent: dice.pick(IDS),
    steps: several(from(dice, 1, 5), () => ({
      what: weighed(dice, STEPS),
      to: dice.pick(IDS),
      ms: dice.below(30),
      more: dice.pick([0, 0, 1, 2]),
    })),
  }))
  return new Mail(scripts, from(dice, 1, 2))
}

class Mail implements Act {
  readonly #scripts: readonly Script[]
  readonly #capacity: number
  isOver = false

  constructor(scripts: readonly Script[], capacity: number) {
    this.#scripts = scripts
    this.#capacity = capacity
  }

  agents(life: Life): readonly AgentDefinition[] {
    const hear: Handler<Said, Made> = async ({ n, ms, more }, ctx) => {
      await life.wait(ms)
      // Along the line, and perhaps back to whoever waits.
      const next = IDS[(IDS.indexOf(idIn(ctx)) + 1) % IDS.length] as string
      if (more > 0) await goingOn(ctx.ask(next, letter, { n, ms, more: more - 1 }, { timeout: 40 }))
      return { n, by: idIn(ctx) }
    }
    const act: Handler<{ script: number }, null> = async ({ script }, ctx) => {
      const { steps } = this.#scripts[script] as Script
      for (const [index, step] of steps.entries()) await take(step, 10 * script + index, ctx, life)
      return null
    }
    return IDS.map((id, index) =>
      agent(id, { capacity: this.#capacity, role: index === 0 ? 'mail-lead' : 'mail-hand', skills: ['mail'] })
        .handle(letter, life.handler(hear as never) as never)
        .handle(job, life.handler(act as never) as never)
        .subscribe(index === 1 ? 'mail.*' : 'mail.news.**', letter),
    )
  }

  async live(life: Life): Promise<void> {
    if (this.isOver) return
    try {
      await Promise.all(this.#scripts.map((script, index) => this.#play(script, index, life)))
      this.isOver = true
      saidOnce(life)
    } catch (error) {
      if (life.alive && !OVER.has(codeOf(error))) life.simulation.break('mail', String(error))
    }
  }

  async #play({ agent: who }: Script, index: number, life: Life): Promise<void> {
    const { runtime } = life
    const options = { id: `mail-${index}`, whenFull: 'wait', agent: who } as const
    const n = 1_000 + index
    await Promise.all([
      untilRoom(life, () => runtime.submit(job, { script: index }, options))
        .then(async handle => handle.outcome())
        .catch((error: unknown) => this.#late(error)),
      runtime.mail
        .tell(who, letter, { n, ms: 1, more: 1 }, { idempotencyKey: `mail-${index}` })
        .catch((error: unknown) => this.#late(error)),
      runtime.mail
        .ask(who, letter, { n, ms: 2, more: 0 }, { timeout: 50 })
        .then(answer => right(answer, n, life))
        .catch((error: unknown) => this.#late(error)),
    ])
  }

  #late(error: unknown): void {
    if (!LATE.has(codeOf(error))) throw error
  }
}

const idIn = ({ agent: address }: TaskContext): (typeof IDS)[number] =>
  address.slice('agent/'.length) as (typeof IDS)[number]

/** It does without what was refused, or not answered. */
async function goingOn<T>(call: Promise<T>): Promise<T | undefined> {
  return call.catch((error: unknown) => {
    if (MEANT.has(codeOf(error))) return undefined
    throw error
  })
}

async function take({ what, to, ms, more }: Step, n: number, ctx: TaskContext, life: Life): Promise<void> {
  const words = { n, ms, more }
  if (what === 'wait') await life.wait(ms)
  if (what === 'fail' && ctx.attempt === 1) throw new Error('as it was drawn')
  if (what === 'tell') await goingOn(ctx.tell(to, letter, words))
  if (what === 'broadcast') await goingOn(ctx.broadcast({ role: 'mail-hand' }, letter, words))
  if (what === 'publish') await goingOn(ctx.publish('mail.news', letter, words))
  if (what === 'handOff' && ctx.handedOver.length === 0) await goingOn(ctx.handOff({ role: 'mail-hand' }))
  if (what !== 'ask' && what !== 'consult') return
  const asked =
    what === 'ask'
      ? ctx.ask(to, letter, words, { timeout: 60 })
      : ctx.consult({ skill: 'mail' }, letter, words, { timeout: 60, context: n })
  const answer = await goingOn(asked)
  if (answer === undefined) return
  right(answer, n, life)
  // Whoever had the work before may have asked whoever has it now.
  if (what === 'ask' ? answer.by !== to : answer.by === idIn(ctx) && ctx.handedOver.length === 0)
    life.simulation.break(
      'mail',
      `${ctx.agent} asked ${what === 'ask' ? to : 'another'}, and ${answer.by} answered`,
    )
}

function right(answer: Made, n: number, life: Life): void {
  if (answer.n !== n) life.simulation.break('mail', `the question ${n} was answered with ${answer.n}`)
}

/** However many attempts said it: but for questions that came to nothing. */
function saidOnce(life: Life): void {
  const met = new Set<string>()
  for (const { data, refused, type } of life.runtime.history({
    types: ['task.create', 'post.send'],
    limit: 10_000,
  })) {
    const spec = (type === 'post.send' ? (data as { create?: TaskCreate } | null)?.create : data) as
      TaskCreate | null | undefined
    const { mail } = spec ?? {}
    if (refused !== null || mail?.by?.task.startsWith('task/mail-') !== true || mail.asks === true) continue
    // The copies of a post are one message.
    if (type === 'task.create' && (mail.topic !== undefined || mail.type === 'broadcast')) continue
    const what = `${mail.by.task} ${JSON.stringify(spec?.input)} ${mail.topic ?? mail.type}`
    if (met.has(what)) life.simulation.break(6, `${what} was said twice`)
    met.add(what)
  }
}
