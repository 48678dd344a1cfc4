/** Hindrances: what keeps a task from being started by an agent now, reason by reason. It looks; it changes nothing. */
import type { AgentContext } from '../machines/agent.ts'
import type { TaskContext } from '../machines/task.ts'
import type { Cell } from './cell.ts'
import type { Quota } from './quota.ts'

export interface Hindrance {
  readonly reason:
    | 'agent'
    | 'role'
    | 'skill'
    | 'assigned'
    | 'unhandled'
    | 'capacity'
    | 'state'
    | 'dependency'
    | 'time'
    | 'pause'
    | 'rate'
    | 'concurrency'
    | 'interrupted'
    | 'held'
  /** In words. */
  readonly message: string
  /** When it is over by itself, in milliseconds since the epoch, where that is known. */
  readonly until?: number
}

export interface Considered {
  readonly task: Cell
  readonly agent: Cell
  readonly handles: boolean
  /** The run that it is a part of, where that is paused. */
  readonly paused: string | undefined
  /** Running tasks of the agent. */
  readonly running: number
  /** What a start would need, by what it is of. */
  readonly quotas: readonly (readonly [string, Quota])[]
  readonly at: number
}

/** None: it may start. */
export function hindrances(considered: Considered): Hindrance[] {
  return [...ofTask(considered), ...ofAgent(considered), ...ofQuotas(considered)]
}

function* ofTask({ task, paused }: Considered): Generator<Hindrance> {
  const { waitsFor } = task.snapshot.context as TaskContext
  if (task.held !== null) yield { reason: 'held', message: `${task.address} is held: ${task.held.reason}` }
  if (task.state === 'pending') yield { reason: 'dependency', message: `it waits for ${waitsFor.join(', ')}` }
  else if (task.state === 'scheduled' || task.state === 'retrying')
    yield { reason: 'time', message: `it is ${task.state}`, ...untilOf(task) }
  else if (task.state !== 'queued') yield { reason: 'state', message: `it is ${task.state}` }
  if (paused !== undefined) yield { reason: 'pause', message: `its run ${paused} is paused` }
}

function untilOf({ timers }: Cell): { until?: number } {
  const own = [...(timers?.values() ?? [])].find(({ id }) => id.startsWith('xstate.after.'))
  return own === undefined ? {} : { until: own.due }
}

function* ofAgent({ task, agent, handles, running }: Considered): Generator<Hindrance> {
  const { spec } = task.snapshot.context as TaskContext
  const { role, skills, capacity, restartAt } = agent.snapshot.context as AgentContext
  const until = agent.state === 'restarting' && restartAt !== undefined ? { until: restartAt } : {}
  if (agent.state !== 'ready' && agent.state !== 'busy')
    yield { reason: 'agent', message: `${agent.address} is ${agent.state}`, ...until }
  if (spec?.agent !== undefined && spec.agent !== agent.address)
    yield { reason: 'assigned', message: `only ${spec.agent} may do it` }
  if (spec?.except === agent.address)
    yield { reason: 'assigned', message: `anybody may do it but ${agent.address}` }
  if (spec?.role !== undefined && spec.role !== role)
    yield {
      reason: 'role',
      message: `it needs the role ${spec.role}; ${agent.address} has ${role ?? 'none'}`,
    }
  const missing = (spec?.skills ?? []).filter(skill => !skills.includes(skill))
  if (missing.length > 0) yield { reason: 'skill', message: `${agent.address} lacks ${missing.join(', ')}` }
  if (!handles)
    yield {
      reason: 'unhandled',
      message: `${agent.address} has no code for ${spec?.task ?? 'it'} in this process`,
    }
  if (running >= capacity)
    yield { reason: 'capacity', message: `${agent.address} runs ${running} of ${capacity}` }
}

function* ofQuotas({ quotas, at }: Considered): Generator<Hindrance> {
  for (const [name, quota] of quotas) {
    if (quota.paused) yield { reason: 'pause', message: `${name} is paused` }
    if (quota.running >= quota.limit)
      yield {
        reason: name === SUSPECTS ? 'interrupted' : 'concurrency',
        message: `${name}: ${quota.running} of ${quota.limit} run`,
      }
    const { opensAt } = quota
    if (opensAt > at)
      yield { reason: 'rate', message: `${name} has no start left until then`, until: opensAt }
  }
}

/** What those share that were interrupted twice. */
export const SUSPECTS = 'tasks interrupted twice, which run one at a time'
