/**
 * Report: the whole hub at a glance, as plain JSON: cheap enough to poll. It reads projections only: no journal, no task; what it costs
 * grows with agents, queues and projects.
 */
import { agentPool, type AgentInfo, type AgentPool } from '../agent-info.ts'
import type { Clock } from '../clock.ts'
import type { Dispatcher } from '../dispatcher.ts'
import type { RuntimeStatus } from '../options.ts'
import type { ProjectSummary } from '../project/projects-view.ts'
import type { Census } from './census.ts'

/** How many are in each state. */
export type ByState = Readonly<Record<string, number>>

export interface Report extends Omit<RuntimeStatus, 'origin' | 'waitingTasks' | 'runningTasks'> {
  /** Milliseconds since the epoch, and since this runtime was made. */
  readonly at: number
  readonly uptime: number
  readonly agents: {
    readonly total: number
    readonly byState: ByState
    /** Those without a role are in none. */
    readonly byRole: Readonly<Record<string, AgentPool>>
  }
  /** Those that live. */
  readonly tasks: ByState
  readonly runs: ByState
  /** Of each queue that has or had tasks since the start, how many are in which state; mailboxes of agents are queues. */
  readonly queues: Readonly<Record<string, ByState>>
  readonly gates: ByState
  readonly locks: ByState
  readonly budgets: ByState
  readonly conversations: ByState
  readonly groups: ByState
  readonly schedules: ByState
  readonly projects: readonly ProjectSummary[]
}

export interface ReportParts {
  readonly census: Census
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly agents: () => readonly AgentInfo[]
  readonly projects: () => readonly ProjectSummary[]
}

export class Reporter {
  readonly #parts: ReportParts
  readonly #since: number

  constructor(parts: ReportParts) {
    this.#parts = parts
    this.#since = parts.clock.now()
  }

  report({ hub, position, actors, abandoned, inbox, held }: RuntimeStatus): Report {
    const { census, dispatcher, clock, projects } = this.#parts
    const agents = this.#parts.agents()
    const at = clock.now()
    const roles = [...new Set(agents.flatMap(({ role }) => role ?? []))].toSorted()
    const queues = [...dispatcher.jobs.desks()].map(({ name, counts }) => [name, present(counts)] as const)
    return {
      at,
      uptime: at - this.#since,
      hub,
      position,
      actors,
      abandoned,
      inbox,
      held,
      agents: {
        total: agents.length,
        byState: present(countBy(agents.map(({ state }) => state))),
        byRole: Object.fromEntries(
          roles.map(role => [
            role,
            agentPool(
              role,
              agents.filter(agent => agent.role === role),
            ),
          ]),
        ),
      },
      tasks: present(sumOf(queues.map(([, counts]) => counts))),
      runs: census.of('workflow'),
      queues: Object.fromEntries(queues),
      gates: census.of('gate'),
      locks: census.of('lock'),
      budgets: census.of('budget'),
      conversations: census.of('conversation'),
      groups: census.of('group'),
      schedules: census.of('schedule'),
      projects: projects(),
    }
  }
}

function countBy(states: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1)
  return counts
}

function sumOf(all: readonly ByState[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const one of all)
    for (const [state, count] of Object.entries(one)) counts.set(state, (counts.get(state) ?? 0) + count)
  return counts
}

/** Only those states in which there is somebody. */
const present = (counts: ReadonlyMap<string, number>): ByState =>
  Object.fromEntries([...counts].filter(([, count]) => count > 0))
