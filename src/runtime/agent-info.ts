/** What users see of an agent, and how agents are asked for. It reads one agent; which there are is said by others. */
import { z } from 'zod'
import { parse } from '../actors/schema.ts'
import type { Failure } from '../errors.ts'
import type { AgentContext, Pause, Quarantine } from '../machines/agent.ts'
import { idOf, type Address } from '../messages/address.ts'
import type { Cell } from './cell.ts'

export interface AgentInfo {
  readonly id: string
  readonly address: Address
  readonly state: string
  readonly role: string | null
  readonly skills: readonly string[]
  readonly capacity: number
  readonly running: number
  /** Attempts that succeeded and that failed, and their running time in milliseconds, as last told to the agent. */
  readonly done: number
  readonly failed: number
  readonly busyMs: number
  /** Why it is broken, restarting or given up; else null. */
  readonly error: Failure | null
  /** Who paused it, and why; an operator is null. */
  readonly pauses: readonly Pause[]
  /** Of one that is supervised: failures and restarts that count at present, and when its next restart is due. */
  readonly faults: number
  readonly restarts: number
  /** Milliseconds since the epoch; null where none is to come. */
  readonly restartAt: number | null
  /** Since when, why, and at which gate a human is asked. */
  readonly quarantine: Quarantine | null
}

/** How many agents of a role there are, each counted in one of these. */
export interface AgentPool {
  readonly role: string
  readonly total: number
  /** They take work, and have room for it. */
  readonly available: number
  readonly busy: number
  readonly idle: number
  readonly paused: number
  readonly offline: number
  /** In error, restarting or quarantined. */
  readonly broken: number
}

export interface AgentFilter {
  readonly role?: string
  /** It has this one; it has all of these. */
  readonly skill?: string
  readonly skills?: readonly string[]
  readonly state?: string
  /** It takes work, and has room for it. */
  readonly available?: boolean
  /** It has code for this task in this process. */
  readonly handles?: string
}

const filterShape = z.strictObject({
  role: z.string().optional(),
  skill: z.string().optional(),
  skills: z.array(z.string()).optional(),
  state: z.string().optional(),
  available: z.boolean().optional(),
  handles: z.string().optional(),
})

/** Those that still count at that time. */
const counting = (times: readonly number[] = [], within: number | undefined, at: number): number =>
  within === undefined ? 0 : times.filter(time => time > at - within).length

export function agentInfo({ address, state, snapshot }: Cell, running: number, at: number): AgentInfo {
  const context = snapshot.context as AgentContext
  const { role, skills, capacity, done, failed, busyMs, error, supervision } = context
  return {
    id: idOf(address),
    address,
    state,
    role,
    skills,
    capacity,
    running,
    done,
    failed,
    busyMs,
    error,
    pauses: context.pauses ?? [],
    faults: counting(context.faults, supervision?.failures.within, at),
    restarts: counting(context.restarts, supervision?.intensity.within, at),
    restartAt: state === 'restarting' ? (context.restartAt ?? null) : null,
    quarantine: context.quarantine ?? null,
  }
}

const isAvailable = ({ state, running, capacity }: AgentInfo): boolean =>
  state === 'ready' && running < capacity

/** @throws StatorError INPUT_INVALID */
export function agentFits(
  given: AgentFilter,
  handles: (id: string, task: string) => boolean,
): (info: AgentInfo) => boolean {
  const {
    role,
    skill,
    skills = [],
    state,
    available,
    handles: task,
  } = parse(filterShape, given, 'INPUT_INVALID', 'filter')
  const needed = skill === undefined ? skills : [...skills, skill]
  return info =>
    (role === undefined || info.role === role) &&
    (state === undefined || info.state === state) &&
    needed.every(one => info.skills.includes(one)) &&
    (available === undefined || available === isAvailable(info)) &&
    (task === undefined || handles(info.id, task))
}

const WHERE: Readonly<Record<string, keyof Omit<AgentPool, 'role' | 'total'>>> = {
  idle: 'idle',
  paused: 'paused',
  offline: 'offline',
  error: 'broken',
  restarting: 'broken',
  quarantined: 'broken',
}

export function agentPool(role: string, infos: readonly AgentInfo[]): AgentPool {
  const counts = { available: 0, busy: 0, idle: 0, paused: 0, offline: 0, broken: 0 }
  // Who is about to be told that it is full has no room any more.
  for (const info of infos) counts[isAvailable(info) ? 'available' : (WHERE[info.state] ?? 'busy')]++
  return { role, total: infos.length, ...counts }
}
