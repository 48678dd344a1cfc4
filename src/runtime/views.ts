/** Views: what of a runtime its users reach by name, each in its own file. Named here, and nothing else. */
import type { ActorsView } from './actors-view.ts'
import type { AgentsView } from './agents-view.ts'
import type { ContextView } from './context/context-view.ts'
import type { ConversationsView } from './conversation/conversations-view.ts'
import type { BudgetsView } from './budget/budgets-view.ts'
import type { EffectsView } from './effects-view.ts'
import type { GatesView } from './gates-view.ts'
import type { LedgerView } from './ledger/ledger-view.ts'
import type { MailView } from './mail/mail-view.ts'
import type { ProjectsView } from './project/projects-view.ts'
import type { LocksView } from './lock/locks-view.ts'
import type { RunsView } from './runs-view.ts'
import type { TasksView } from './tasks-view.ts'

export type AllViews = { readonly [Name in keyof Views]: Views[Name] }

export abstract class Views {
  readonly agents: AgentsView
  readonly actors: ActorsView
  readonly tasks: TasksView
  readonly effects: EffectsView
  readonly context: ContextView['of']
  readonly gates: GatesView
  readonly budgets: BudgetsView
  readonly ledger: LedgerView
  readonly mail: MailView
  readonly locks: LocksView
  readonly conversations: ConversationsView
  readonly runs: RunsView
  readonly projects: ProjectsView
  /** The handle of a project, from any process life. @throws StatorError ADDRESS_INVALID */
  readonly project: ProjectsView['of']

  constructor(views: AllViews) {
    this.agents = views.agents
    this.actors = views.actors
    this.tasks = views.tasks
    this.effects = views.effects
    this.context = views.context
    this.gates = views.gates
    this.budgets = views.budgets
    this.ledger = views.ledger
    this.mail = views.mail
    this.locks = views.locks
    this.conversations = views.conversations
    this.runs = views.runs
    this.projects = views.projects
    this.project = views.project
  }
}
