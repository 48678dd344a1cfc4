/**
 * Mailboxes, as an act: agents with small mailboxes that answer each other, some without end, and heed nothing; clients that tell, ask,
 * pause, replay, discard, stop and resume, through crashes. What must come of it the invariants know; here only that the list of dead
 * letters says what the records say.
 */
import { z } from 'zod'
import { agent, type AgentDefinition, type AgentOptions, type Handler } from '../../src/actors/agent.ts'
import { task } from '../../src/actors/task.ts'
import { MAILBOX_OVERFLOWS } from '../../src/messages/mailbox.ts'
import type { Limits } from '../../src/runtime/limits.ts'
import type { Life } from '../../src/testing/host/life.ts'
import type { Dice } from '../../src/testing/host/random.ts'
import { listFault } from '../../src/testing/invariants/mailboxes.ts'
import { Shadow } from '../../src/testing/invariants/shadow.ts'
import type { Act } from './acts.ts'
import { codeOf, OVER } from './clients.ts'
import { from, several, some, weighed } from './draw.ts'

const AGENTS = ['mailboxes-a', 'mailboxes-b', 'mailboxes-c'] as const
const DEEDS = { tell: 8, ask: 2, rest: 3, replay: 3, discard: 1, stop: 1, resume: 2 }
/** What whoever deals with mail may meet. */
const MEANT = new Set(
  `MAILBOX_FULL CONVERSATION_STOPPED AGENT_UNKNOWN AGENT_BUSY NOT_FOUND ASK_FAILED ASK_TIMEOUT HUB_BUSY HELD EVENT_REFUSED
  RECIPIENT_UNKNOWN ALREADY_REGISTERED TASK_UNHANDLED IDEMPOTENCY_CONFLICT`.split(/\s+/),
)

const input = z.object({
  ms: z.int(),
  /** How often it goes on from there, and to whom. */
  ttl: z.int(),
  to: z.array(z.enum(AGENTS)),
  fails: z.boolean(),
  /** How often it tries again where it is refused. */
  tries: z.int(),
})
type Words = z.infer<typeof input>
const note = task('mailboxes-note', {
  input,
  output: z.int(),
  retry: { maxAttempts: 2, initialInterval: 5, jitter: 'none' },
})

interface Deed {
  /** Milliseconds after the one before it. */
  readonly after: number
  readonly what: keyof typeof DEEDS
  readonly who: (typeof AGENTS)[number]
  readonly words: Words
  readonly conversation: string
}

export class MailboxesAct implements Act {
  readonly limits: Partial<Limits>
  readonly #options: readonly AgentOptions[]
  readonly #deeds: readonly Deed[]
  #done = 0
  isOver = false

  constructor(dice: Dice) {
    this.limits = {
      revisits: from(dice, 1, 4),
      depth: dice.pick([3, 100]),
      deadLetters: dice.pick([1, 3, 1_000]),
      conversationMessages: dice.pick([5, 20, 10_000]),
      conversationRate: dice.pick([10, 60, 6_000]),
      conversationRefusals: dice.pick([1, 5, 100]),
    }
    this.#options = several(AGENTS.length, () => ({
      mailbox: { limit: from(dice, 1, 3), overflow: dice.pick(MAILBOX_OVERFLOWS) },
      messages: dice.pick([{}, { perMinute: 4 }, { perMinute: 600, burst: 2 }]),
    }))
    this.#deeds = several(from(dice, 4, 12), () => drawDeed(dice))
  }

  agents(life: Life): readonly AgentDefinition[] {
    return AGENTS.map((id, index) => this.#employ(life, id, index))
  }

  async live(life: Life): Promise<void> {
    if (this.isOver) return
    try {
      for (const id of AGENTS) await this.#meant(life.runtime.agents.resume(id))
      for (; this.#done < this.#deeds.length; this.#done++) {
        const deed = this.#deeds[this.#done] as Deed
        await life.wait(deed.after)
        await this.#meant(this.#do(life, deed, this.#done))
      }
      this.isOver = true
    } catch (error) {
      if (life.alive && !OVER.has(codeOf(error))) life.simulation.break('mailboxes', String(error))
    }
  }

  #employ(life: Life, id: string, index: number): AgentDefinition {
    const run: Handler<Words, number> = async ({ ms, ttl, to, fails, tries }, ctx) => {
      await life.wait(ms)
      if (fails && ctx.attempt === 1) throw new Error('not the first time')
      for (const other of ttl > 0 ? to : [])
        for (let left = tries; left >= 0; left--)
          await ctx.tell(other, note, { ms, ttl: ttl - 1, to, fails, tries }).then(
            () => (left = 0),
            () => {},
          )
      if (fails && ttl === 0) throw new Error('not at all')
      return ttl
    }
    return agent(id, this.#options[index]).handle(note, life.handler(run as never) as never)
  }

  async #do(life: Life, { what, who, words, conversation, after }: Deed, n: number): Promise<void> {
    const { mail, conversations, agents } = life.runtime
    const idempotencyKey = `mailboxes-${n}`
    if (what === 'tell')
      await mail.tell(who, note, words, {
        idempotencyKey,
        conversation,
        priority: n % 3 === 0 ? 'high' : 'normal',
      })
    if (what === 'ask') await mail.ask(who, note, words, { idempotencyKey, timeout: 200 })
    const { letters } = mail.deadLetters.list()
    const [letter] = letters
    if (what === 'replay' && letter !== undefined) await mail.deadLetters.replay(letter.id)
    if (what === 'discard' && letter !== undefined)
      await mail.deadLetters.discard(letter.id, { by: 'ann', reason: 'old' })
    const name = `conversation/${conversation}`
    if (what === 'stop') await conversations.stop(name, { by: 'ann', reason: 'enough' })
    if (what === 'resume') await conversations.resume(name, { by: 'ann' })
    if (what !== 'rest') return
    await agents.pause(who)
    // More than it has room for, and nobody handles any of it.
    for (let more = 0; more < words.ms % 6; more++)
      await this.#meant(
        mail.tell(who, note, words, { idempotencyKey: `${idempotencyKey}-${more}`, conversation }),
      )
    await life.wait(after)
    await agents.resume(who)
    const wrong = listFault(
      mail.deadLetters.list({ limit: 1_000 }).letters,
      Shadow.of(life.simulation).books.mail,
    )
    if (wrong !== undefined) life.simulation.break('mailboxes', wrong)
  }

  async #meant(call: Promise<unknown>): Promise<void> {
    await call.catch((error: unknown) => {
      if (!MEANT.has(codeOf(error))) throw error
    })
  }
}

function drawDeed(dice: Dice): Deed {
  const to = some(dice, AGENTS, 0.5)
  return {
    after: dice.below(40),
    what: weighed(dice, DEEDS),
    who: dice.pick(AGENTS),
    conversation: dice.pick(['mailboxes-x', 'mailboxes-y']),
    words: {
      ms: dice.below(12),
      // One answers one: that may go on for ever.
      ttl: to.length > 1 ? dice.below(3) : dice.below(20),
      to,
      fails: dice.chance(0.25),
      tries: dice.pick([0, 0, 5]),
    },
  }
}
