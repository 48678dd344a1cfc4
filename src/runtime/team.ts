/**
 * Team: what agents do together, joined: messages, locks, shared context, questions to humans, budgets. Each part is a noun with a folder
 * of its own; this file only makes them, and gives each attempt its place among them.
 */
import type { Logger, Workplace } from '../actors/task-context.ts'
import type { AnyContext } from '../actors/shared-context.ts'
import type { StatorError } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { AgentsView } from './agents-view.ts'
import { Accounts } from './budget/accounts.ts'
import type { Bursar } from './budget/bursar.ts'
import { admission, budgetCalls } from './budget/calls.ts'
import { Watches } from './budget/watches.ts'
import type { Found } from './attempt.ts'
import type { Clock } from './clock.ts'
import { ContextView } from './context/context-view.ts'
import { ContextKeeper } from './context/keeper.ts'
import type { Decider } from './decider.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Door } from './door.ts'
import { gateCalls } from './gate/escalation.ts'
import { Orphans } from './gate/orphans.ts'
import type { Effect } from './effect.ts'
import type { GatesView } from './gates-view.ts'
import type { HandleHost } from './handles.ts'
import type { NewId } from './ids.ts'
import type { Journal } from './journal.ts'
import type { Kernel } from './kernel.ts'
import type { Lifetime } from './lifetime.ts'
import type { Limits } from './limits.ts'
import { locksOf } from './lock/attempt-locks.ts'
import { LockDesk } from './lock/lock-desk.ts'
import type { LockKeeper } from './lock/lock-keeper.ts'
import { LocksView } from './lock/locks-view.ts'
import { mailCalls } from './mail/calls.ts'
import { MailView } from './mail/mail-view.ts'
import { PostOffice } from './mail/post-office.ts'
import { Questions } from './mail/questions.ts'
import { ConversationsView } from './conversation/conversations-view.ts'
import { DeadLetters } from './mailbox/dead-letters.ts'
import type { Postmaster } from './mailbox/postmaster.ts'
import type { Population } from './population.ts'
import type { Bookkeeper } from './project/bookkeeper.ts'
import type { Random } from './random.ts'
import type { Census } from './report/census.ts'
import type { Registry } from './registry.ts'
import { announce } from './ledger/doubts.ts'
import type { Doubt, Seat } from './seat.ts'
import type { SignalStream } from './signal-stream.ts'
import { Supervisor } from './supervision/supervisor.ts'
import type { Submissions } from './submissions.ts'

/** What there is before the hub: of this its deciders are made. */
export interface TeamDecidersParts {
  readonly population: Population
  readonly journal: Journal
  readonly dispatcher: Dispatcher
  readonly limits: Limits
  readonly lockKeeper: LockKeeper
  readonly bursar: Bursar
  readonly census: Census
  readonly bookkeeper: Bookkeeper
  readonly postmaster: Postmaster
  readonly random: Random
  /** They are there once all parts are. */
  readonly agents: () => AgentsView
}

export interface TeamParts extends Omit<TeamDecidersParts, 'agents' | 'random' | 'census' | 'bookkeeper'> {
  readonly contexts: readonly AnyContext[]
  readonly door: Door
  readonly handles: HandleHost
  readonly kernel: Kernel
  readonly registry: Registry
  readonly stream: SignalStream
  readonly submissions: Submissions
  readonly gates: GatesView
  readonly agents: AgentsView
  readonly clock: Clock
  readonly ids: NewId
  /** One that does not throw. */
  readonly log: Logger
  readonly lifetime: Lifetime
  /** Sends a message about an attempt; resolves when it is durable. */
  readonly report: (effect: Effect, type: string, data: Record<string, Json>) => Promise<void>
  /** A value from outside as the journal holds it. */
  readonly admit: (value: unknown) => Json
}

export interface Team {
  readonly context: ContextView['of']
  readonly mail: MailView
  readonly locks: LocksView
  readonly conversations: ConversationsView
  /** What a handler can say to others, for one attempt of its. */
  workplace(seat: Seat): Workplace
  /** What an earlier attempt may have done already. */
  doubts(seat: Seat, doubt: Doubt): Promise<Found | undefined>
  /** What must be durable before its handler begins. */
  before(seat: Seat, giveUp: (error: StatorError) => void): Promise<void> | undefined
}

/** They are asked in this order, after those who know of dependencies and before the dispatcher. */
export function teamDeciders(parts: TeamDecidersParts): readonly Decider[] {
  const { population, journal, limits, bursar, postmaster, agents } = parts
  const code = {
    warmAgain: (agent: Address) => agents().warmAgain(agent),
    forget: (agent: Address) => agents().forget(agent),
  }
  return [
    bursar,
    new Questions(parts),
    new ContextKeeper(population, limits),
    new Orphans(population, journal),
    new Supervisor({ ...parts, code }),
    postmaster,
    parts.lockKeeper,
    parts.census,
    // Last, so that it tells once what a turn came to.
    parts.bookkeeper,
  ]
}

export function teamOf(parts: TeamParts): Team {
  const office = new PostOffice(parts)
  const context = new ContextView(parts)
  const accounts = new Accounts(parts)
  const watches = new Watches(parts.bursar)
  const charge = (seat: Seat, messages: number, key: string): Promise<void> =>
    accounts.charge(seat, { messages }, key)
  const desk = new LockDesk(parts)
  return {
    context: context.of,
    locks: new LocksView({ ...parts, desk, keeper: parts.lockKeeper }),
    mail: new MailView({
      ...parts,
      office,
      isClient: address => parts.registry.isClient(address),
      deadLetters: new DeadLetters({ ...parts, letters: parts.postmaster.letters }),
    }),
    conversations: new ConversationsView(parts),
    workplace: seat => {
      const lock = locksOf(seat, desk, parts.limits)
      return {
        ...mailCalls({ ...parts, office, charge }, seat),
        context: context.at(seat, lock),
        ...gateCalls(parts, seat),
        ...budgetCalls(accounts, seat),
        lock,
      }
    },
    doubts: (seat, doubt) => announce(parts, seat, doubt),
    before: (seat, giveUp) => admission({ ...parts, accounts, watches }, seat, giveUp),
  }
}
