/**
 * Mail: what the records say of mailboxes, dead letters and conversations, kept without the postmaster and without the machine of a
 * conversation: who may still say what to whom, and what becomes of it. What must not be said it finds by walking the way of a message.
 */
import type { Address } from '../../messages/address.ts'
import { conversationOf } from '../../messages/conversation.ts'
import type { MailboxSpec, MessageRate } from '../../messages/mailbox.ts'
import type { PostSend } from '../../messages/post.ts'
import type { Signal } from '../../messages/signal.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Limits } from '../../runtime/limits.ts'

export interface Post {
  readonly task: Address
  agent: Address | null
  readonly conversation: Address
  readonly asks: boolean
  state: string
  since: number
}

interface Box {
  readonly limit: number
  readonly overflow: NonNullable<MailboxSpec['overflow']>
}

export interface Talk {
  /** Since it began, or was resumed; and what of that its actor was told. */
  messages: number
  refused: number
  told: number
  /** Tokens that it had left at a time. */
  tokens: number
  at: number
  resumed: number
  stopped: boolean
  /** A guard has tripped, and the conversation has not been stopped yet. */
  tripped: boolean
}

/** What an agent may say, in all conversations together. */
export interface Voice {
  /** Messages a minute, and at once. */
  readonly most: number
  readonly burst: number
  /** Milliseconds of silence that it owed at a time. */
  debt: number
  at: number
  /** Messages; and how many of them its actor was told of. */
  said: number
  told: number
}

/** Word of one that comes, as its records say it. */
interface Coming {
  readonly signal: Signal
  readonly mail: NonNullable<TaskCreate['mail']>
  readonly agent: Address | null
  readonly talk: Talk | undefined
}

const MINUTE = 60_000
/** Of a token: what sums of fractions may be off by. */
const EDGE = 1e-2
const STOPS: readonly (string | undefined)[] = [
  'CONVERSATION_DEPTH',
  'CONVERSATION_CYCLE',
  'CONVERSATION_LONG',
]

export class Mail {
  readonly posts = new Map<Address, Post>()
  readonly talks = new Map<Address, Talk>()
  /** Of agents that live. */
  readonly boxes = new Map<Address, Box>()
  readonly voices = new Map<Address, Voice>()
  readonly #limits: Limits

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** A process life begins: what the last one had seen, and not written, the next message will show again. */
  begin(): void {
    for (const talk of this.talks.values()) talk.tripped = false
  }

  waiting(agent: Address): Post[] {
    return this.#in(agent, state => state !== 'running' && state !== 'dead')
  }

  dead(agent: Address): Post[] {
    return this.#in(agent, state => state === 'dead')
  }

  /** Milliseconds until all conversations have all that their rates give. */
  restsFor(now: number): number {
    const interval = MINUTE / this.#limits.conversationRate
    let most = 0
    for (const talk of this.talks.values()) {
      const missing = this.#limits.conversationRate - talk.tokens
      most = Math.max(most, talk.at - now + missing * interval)
    }
    return Math.ceil(most)
  }

  /** The code with which an input must be refused. */
  objection(signal: Signal): string | undefined {
    if (signal.type === 'task.replay') {
      const post = this.posts.get(signal.to)
      if (post?.state !== 'dead') return undefined
      if (this.talks.get(post.conversation)?.stopped === true) return 'CONVERSATION_STOPPED'
      if (this.isGone(post.agent)) return 'AGENT_UNKNOWN'
      return this.#isFull(post.agent) ? 'MAILBOX_FULL' : undefined
    }
    if (signal.type === 'task.handOff')
      return this.posts.has(signal.to) && this.#isFull(heirOf(signal)) ? 'MAILBOX_FULL' : undefined
    const coming = this.#coming(signal)
    if (coming === undefined) return undefined
    const code = this.#hindrance(coming)
    const { mail, agent } = coming
    const isBuried = agent !== null && this.boxes.get(agent)?.overflow === 'drop-newest' && mail.asks !== true
    return code === 'MAILBOX_FULL' && isBuried ? undefined : code
  }

  /** The code with which a new letter must lie among the dead from its beginning. */
  buried(signal: Signal): string | undefined {
    const coming = this.#coming(signal)
    return coming === undefined ? undefined : this.#hindrance(coming)
  }

  apply(signal: Signal): void {
    const { to } = signal
    if (to.startsWith('agent/')) this.#agent(signal)
    else if (to.startsWith('conversation/')) this.#talk(signal)
    else if (to.startsWith('task/')) this.#task(signal)
  }

  /** One that was refused: whoever says it is counted. */
  refused(signal: Signal): void {
    const coming = this.#coming(signal)
    if (coming === undefined || signal.causationId !== 0) return
    const { mail } = coming
    const code = signal.refused?.code
    const conversation = conversationOf(signal.correlationId)
    if (STOPS.includes(code)) this.#open(conversation).tripped = true
    if (mail.path.length === 0 || (code !== 'MESSAGE_RATE' && code !== 'MAILBOX_FULL')) return
    const talk = this.#open(conversation)
    if (++talk.refused > this.#limits.conversationRefusals) talk.tripped = true
  }

  #coming(signal: Signal): Coming | undefined {
    if (signal.data === null) return undefined
    const { create } = signal.data as unknown as Partial<PostSend>
    const said = signal.type === 'task.create' ? signal.data : signal.type === 'post.send' ? create : {}
    const { mail, agent = null } = said as Partial<TaskCreate>
    if (mail === undefined) return undefined
    return { signal, mail, agent, talk: this.talks.get(conversationOf(signal.correlationId)) }
  }

  #hindrance({ signal, mail, agent, talk }: Coming): string | undefined {
    const { depth, revisits, conversationMessages } = this.#limits
    const times = (talk?.resumed ?? 0) + 1
    if (talk?.stopped === true) return 'CONVERSATION_STOPPED'
    if (this.isGone(agent)) return 'AGENT_UNKNOWN'
    if (signal.depth > depth * times) return 'CONVERSATION_DEPTH'
    let met = 0
    for (const one of mail.path) if (one === agent) met++
    if (met >= revisits * times) return 'CONVERSATION_CYCLE'
    if (talk !== undefined && mail.path.length > 0) {
      if (talk.messages >= conversationMessages) return 'CONVERSATION_LONG'
      const left = this.#tokens(talk, signal.at) - 1
      if (isTooMuch(left, signal)) return 'MESSAGE_RATE'
    }
    const voice = this.voices.get(mail.path.at(-1) as Address)
    if (voice !== undefined) {
      const { most, burst } = voice
      const left = burst - (debtOf(voice, signal.at) * most) / MINUTE - 1
      if (isTooMuch(left, signal)) return 'MESSAGE_RATE'
    }
    return this.#isFull(agent) ? 'MAILBOX_FULL' : undefined
  }

  isGone(agent: Address | null): boolean {
    return agent !== null && !this.boxes.has(agent)
  }

  #isFull(agent: Address | null): boolean {
    const box = agent === null ? undefined : this.boxes.get(agent)
    return (
      agent !== null &&
      box !== undefined &&
      box.overflow !== 'drop-oldest' &&
      this.waiting(agent).length >= box.limit
    )
  }

  #tokens({ tokens, at: then }: Talk, at: number): number {
    const { conversationRate } = this.#limits
    return Math.min(conversationRate, tokens + ((at - then) * conversationRate) / MINUTE)
  }

  #in(agent: Address, fits: (state: string) => boolean): Post[] {
    return [...this.posts.values()].filter(post => post.agent === agent && fits(post.state))
  }

  #agent({ to, type, data, final }: Signal): void {
    const voice = this.voices.get(to)
    if (type === 'agent.said' && voice !== undefined) voice.told += (data as { messages: number }).messages
    if (final) {
      this.boxes.delete(to)
      this.voices.delete(to)
    }
    if (type !== 'agent.register') return
    const { mailbox = {}, messages = {} } = data as { mailbox?: MailboxSpec; messages?: MessageRate }
    const { perMinute: most = this.#limits.agentRate, burst = most } = messages
    this.voices.set(to, { debt: 0, at: 0, said: 0, told: 0, ...voice, most, burst })
    const { limit = this.#limits.mailbox, overflow = 'refuse' } = mailbox
    this.boxes.set(to, { limit, overflow })
  }

  #talk({ to, type, data, final }: Signal): void {
    const talk = this.#open(to)
    if (type === 'conversation.load') talk.told += (data as { messages: number }).messages
    if (type === 'conversation.stop') Object.assign(talk, { stopped: true, tripped: false })
    if (type === 'conversation.resume') {
      const resumed = talk.resumed + 1
      Object.assign(talk, { messages: 0, refused: 0, told: 0, stopped: false, tripped: false, resumed })
    }
    if (final) this.talks.delete(to)
  }

  #task(signal: Signal): void {
    const { to, seq, toState, final, correlationId, at } = signal
    const coming = this.#coming(signal)
    if (coming !== undefined) {
      const { mail, agent } = coming
      const conversation = conversationOf(correlationId)
      const asks = mail.asks === true
      this.posts.set(to, { task: to, agent, conversation, asks, state: '', since: seq })
      const code = (signal.stamp as { dead?: { error: { code: string } } } | null)?.dead?.error.code
      if (STOPS.includes(code)) this.#open(conversation).tripped = true
      if (mail.path.length > 0) {
        const talk = this.#open(conversation)
        talk.tokens = this.#tokens(talk, at) - 1
        talk.at = at
        talk.messages++
        this.#says(mail.path.at(-1) as Address, at)
      }
    }
    const post = this.posts.get(to)
    if (post === undefined) return
    if (signal.type === 'task.handOff') post.agent = heirOf(signal)
    if (toState !== post.state) Object.assign(post, { state: toState ?? '', since: seq })
    if (final) this.posts.delete(to)
  }

  #says(agent: Address, at: number): void {
    const voice = this.voices.get(agent)
    if (voice === undefined) return
    voice.debt = debtOf(voice, at) + MINUTE / voice.most
    voice.at = at
    voice.said++
  }

  #open(conversation: Address): Talk {
    const known = this.talks.get(conversation)
    if (known !== undefined) return known
    const talk: Talk = {
      messages: 0,
      refused: 0,
      told: 0,
      tokens: this.#limits.conversationRate,
      at: 0,
      resumed: 0,
      stopped: false,
      tripped: false,
    }
    this.talks.set(conversation, talk)
    return talk
  }
}

/** To whom it is handed; null: to anybody of a role. */
const heirOf = ({ data }: Signal): Address | null =>
  (data as { readonly to: { readonly agent?: Address } }).to.agent ?? null

const debtOf = ({ debt, at: then }: Voice, at: number): number => Math.max(0, debt - (at - then))

/** At the very edge the records may say either. */
function isTooMuch(left: number, { refused, stamp }: Signal): boolean {
  const code = refused?.code ?? (stamp as { dead?: { error: { code: string } } } | null)?.dead?.error.code
  return left < -EDGE || (left < EDGE && code === 'MESSAGE_RATE')
}
