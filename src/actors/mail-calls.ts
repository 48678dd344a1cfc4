/** Mail calls: what a handler can say to other agents, and what it was told. The interface only. */
import type { Duration } from '../messages/duration.ts'
import type { Json } from '../messages/json.ts'
import type { MailType } from '../messages/mail.ts'
import type { Priority } from '../messages/message.ts'
import type { TaskDefinition } from './task.ts'

/** The id of an agent, or its definition. */
export type Recipient = string | { readonly kind: 'agent'; readonly id: string }

/** All that a message to an agent is, beside what is said. */
export interface ReceivedMail {
  readonly type: MailType
  /** Address of whoever says it: an agent or a client. */
  readonly from: string
  /** Where it was published, if it was. */
  readonly topic?: string
  /** What belongs together: the run in whose course it is said, else the first task or message. */
  readonly conversation: string
  /** Addresses of the agents by whose messages it came about, its sender last; empty where a client began. */
  readonly path: readonly string[]
  /** Whoever says it waits for what the handler returns. */
  readonly asks: boolean
  /** Of a consultation: what whoever asks works at. */
  readonly asker?: Asker
}

export interface Asker {
  /** Address of the task that it works on; absent where a client asks. */
  readonly task?: string
  /** Id of the run which that is a step of. */
  readonly run?: string
  readonly metadata: Readonly<Record<string, Json>>
  /** What it gave along. */
  readonly context: Json
}

/** Times are durations: milliseconds, or such as '5m'. */
export interface SayMailOptions {
  /** Default: `task` of what is told, `broadcast` of what goes to many. */
  readonly type?: MailType
  /** Default normal; a number of 0 to 100 falls into one of the four. */
  readonly priority?: Priority | number
  /** A name for what belongs together, one part: `conversation/<name>`. Default: what the sender belongs to. */
  readonly conversation?: string
  /** How long it may wait for its agent; over, it is dead. Default: for ever. */
  readonly expires?: Duration
  /** What its handler gets as `ctx.metadata`. */
  readonly metadata?: Readonly<Record<string, Json>>
}

export interface AskOptions extends Pick<SayMailOptions, 'priority' | 'conversation' | 'metadata'> {
  /** Until the answer, all attempts and waits included. Default limits.askTimeout (10 minutes). */
  readonly timeout?: Duration
}

export interface ConsultOptions extends AskOptions {
  /** What the specialist should know beside the question, as JSON. */
  readonly context?: Json
}

/** All agents, those of a role, or those with all of these skills. */
export type Audience = 'all' | { readonly role?: string; readonly skills?: readonly string[] }

export interface Specialism {
  readonly role?: string
  readonly skill?: string
  readonly skills?: readonly string[]
}

export interface Sent {
  /** Of the task that the message is: see `runtime.task(id)`. */
  readonly id: string
}

export interface SentToMany {
  readonly id: string
  /** Ids of the agents that get it, fixed when it is said. */
  readonly recipients: readonly string[]
}

export interface HandOffOptions {
  /** What the next one should know: 1 to 2,000 characters. */
  readonly note?: string
}

/** A hand-off that brought the task here. */
export interface HandOff {
  /** Address of the agent that had it. */
  readonly from: string
  readonly note: string | null
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface MailCalls extends SayCalls {
  /** The message that this task is; undefined where it is none. */
  readonly mail: ReceivedMail | undefined
  /** By which hand-offs this task came here, the first before all others. */
  readonly handedOver: readonly HandOff[]
}

/**
 * Whatever is said is said once, over all attempts of the task: a later attempt that says the same says nothing, and asked the same it
 * gets the answer that is there. All of it may be taken out of the ctx.
 *
 * All reject with StatorError: STALE_ATTEMPT (the attempt is over), INPUT_INVALID, ADDRESS_INVALID, NOT_JSON, MESSAGE_TOO_LARGE, HUB_BUSY,
 * CLOSED, JOURNAL_FAILED, and where a guard against storms or a full mailbox stands in the way, with its code.
 */
export interface SayCalls {
  /**
   * Says something to an agent. Settles when it is durable; it waits in the mailbox for as long as the agent is busy or away.
   * @throws StatorError (rejects) AGENT_UNKNOWN, TASK_UNHANDLED: the agent is here, and has no code for it
   */
  readonly tell: <I, O, Given, Made>(
    to: Recipient,
    task: TaskDefinition<I, O, Given, Made>,
    input: Given,
    options?: SayMailOptions,
  ) => Promise<Sent>
  /**
   * Asks an agent, and waits for what its handler returns. Meanwhile the time that this attempt has stands still. What failed, or was not
   * answered, is asked anew by the next attempt.
   * @throws StatorError (rejects) ASK_TIMEOUT: the question is called off, and a late answer refused; ASK_FAILED, with the failure as cause;
   * ASK_CYCLE: who is asked waits for this very answer; AGENT_UNKNOWN, TASK_UNHANDLED
   */
  readonly ask: <I, O, Given, Made>(
    to: Recipient,
    task: TaskDefinition<I, O, Given, Made>,
    input: Given,
    options?: AskOptions,
  ) => Promise<O>
  /**
   * Says something to all of an audience that can do such a task, but to oneself. Who is away gets it on return; whether it can do that,
   * is seen then. Nobody there is no error.
   */
  readonly broadcast: <I, O, Given, Made>(
    to: Audience,
    task: TaskDefinition<I, O, Given, Made>,
    input: Given,
    options?: SayMailOptions,
  ) => Promise<SentToMany>
  /**
   * Says something to all that subscribed to the topic, for such a task: `build.done` reaches `build.*`, `build.**` and `**`. Not to
   * oneself. Nobody there is no error.
   */
  readonly publish: <I, O, Given, Made>(
    topic: string,
    task: TaskDefinition<I, O, Given, Made>,
    input: Given,
    options?: SayMailOptions,
  ) => Promise<SentToMany>
  /**
   * Asks whoever of a role, or with some skills, is available first, but not oneself. What whoever asks is at goes along, as `ctx.mail.asker`.
   * Errors as for `ask`, and
   * @throws StatorError (rejects) CONSULT_UNAVAILABLE, at once, with who would fit and in which state they are: none is there
   */
  readonly consult: <I, O, Given, Made>(
    whom: Specialism,
    task: TaskDefinition<I, O, Given, Made>,
    input: Given,
    options?: ConsultOptions,
  ) => Promise<O>
  /**
   * Gives this very task to another agent, or to anybody else of a role, with the results of its `do` and with `note`. This attempt is
   * over and counts as none: the promise never resolves, and rejects with STALE_ATTEMPT once the hand-off is durable.
   * Where it is refused the attempt goes on.
   * @throws StatorError (rejects) AGENT_UNKNOWN, TASK_UNHANDLED, HANDED_TOO_OFTEN: more than limits.handOffs; MAILBOX_FULL: a message, for
   * which the other has no room
   */
  readonly handOff: (to: Recipient | { readonly role: string }, options?: HandOffOptions) => Promise<never>
}
