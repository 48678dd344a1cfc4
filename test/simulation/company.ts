/**
 * Company: the sorts of work in a campaign and the agents that do it, with their policies. Definitions and draws only: nothing
 * is started here.
 */
import { agent, type AgentDefinition } from '../../src/actors/agent.ts'
import { task, type TaskDefinition, type TaskOptions } from '../../src/actors/task.ts'
import type { Life } from '../../src/testing/host/life.ts'
import type { Dice } from '../../src/testing/host/random.ts'
import { from, several, some } from './draw.ts'
import { handlerOf, result, work, type Result, type Work } from './work.ts'

export type Job = TaskDefinition<
  Work,
  Result,
  { way: string; ms: number; n: number; before?: Result[] | undefined }
>

const job = (name: string, options: Omit<TaskOptions<typeof work, typeof result>, 'input' | 'output'>): Job =>
  task(name, { input: work, output: result, ...options })

const soon = { initialInterval: 20, maxInterval: 60 } as const

/** Made once: a definition costs more than a run of it. */
export const JOBS: readonly Job[] = [
  job('plain', {}),
  job('steady', { retry: { maxAttempts: 3, jitter: 'none', ...soon } }),
  job('eager', { retry: { maxAttempts: 2, jitter: 'full', ...soon } }),
  job('patient', {
    timeout: { heartbeat: 30 },
    retry: { maxAttempts: 4, jitter: 'equal', backoff: 3, ...soon },
  }),
  job('brief', { timeout: 60, retry: { maxAttempts: 2, jitter: 'none', ...soon } }),
  job('felt', {
    timeout: { heartbeat: 15, startToClose: 150 },
    retry: { maxAttempts: 2, jitter: 'none', ...soon },
  }),
  job('hasty', {
    timeout: { queueToStart: 12, overall: 90 },
    retry: { maxAttempts: 4, jitter: 'full', ...soon },
  }),
  job('picky', {
    timeout: { overall: 300 },
    retry: { maxAttempts: 3, ...soon, nonRetryable: ['STEP_REPEATED', 'HANDLER_FAILED'] },
  }),
  job('held', { onInterrupted: 'hold', timeout: { overall: '1m' } }),
  job('once', { onInterrupted: 'fail' }),
  job('forged', { role: 'smith', retry: { maxAttempts: 2, ...soon } }),
]

/** Work whose results are kept, for others that ask for the same. Each process life knows one version of it. */
const KEPT = ['1', '2'].map(version => job('kept', { version, cache: { ttl: 60 } }))
export const keptIn = ({ number }: Pick<Life, 'number'>): Job => KEPT[number % 3 === 2 ? 1 : 0] as Job

export const ROLES = ['smith', 'clerk'] as const

export interface Member {
  readonly id: string
  readonly role: (typeof ROLES)[number] | undefined
  readonly capacity: number
  readonly skills: readonly string[]
  readonly jobs: readonly Job[]
  /** Milliseconds until it is warm; it fails to become warm in every life whose number this divides. */
  readonly warmUp: { readonly ms: number; readonly failsEvery: number } | undefined
}

/** The first is a smith who can do everything, so that there is somebody for all that may be asked. */
export function drawCompany(dice: Dice): Member[] {
  const drawMember = (id: string, index: number): Member => ({
    id,
    role: index === 0 ? 'smith' : index === 1 ? 'clerk' : undefined,
    capacity: from(dice, 1, 3),
    skills: some(dice, ['hammer', 'pen', 'ear'], 0.3),
    jobs: index < 2 ? JOBS : some(dice, JOBS, 0.6),
    warmUp: dice.chance(0.2) ? { ms: dice.below(30), failsEvery: from(dice, 1, 4) } : undefined,
  })
  return several(from(dice, 1, 4), index => drawMember(['ann', 'bob', 'cid', 'dot'][index] ?? '', index))
}

/** One of them, with code that runs in this life. */
export function employ({ id, role, capacity, skills, jobs, warmUp }: Member, life: Life): AgentDefinition {
  const run = handlerOf(life)
  const warm = async ({ ms, failsEvery }: NonNullable<Member['warmUp']>): Promise<void> => {
    await life.wait(ms)
    if (life.number % failsEvery === 0) throw new Error('it stays cold')
  }
  const hired = agent(id, {
    capacity,
    skills,
    ...(role === undefined ? {} : { role }),
    ...(warmUp === undefined ? {} : { warmUp: () => warm(warmUp) }),
  })
  return [...jobs, keptIn(life)].reduce((one, each) => one.handle(each, run), hired)
}
