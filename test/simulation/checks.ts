/**
 * Checks: what is true of a campaign that has come to its end, whatever happened on the way and whenever: each outcome is one that
 * the work could have, sums are right, and nobody is left. The promises of the runtime itself are the invariants'.
 */
import type { Address } from '../../src/messages/address.ts'
import type { TaskOutcome } from '../../src/runtime/outcome.ts'
import type { Life } from '../../src/testing/host/life.ts'
import type { Outcome } from './clients.ts'
import type { KnownStep, Planned } from './plans.ts'
import { WAYS } from './work.ts'
import type { Order } from './world.ts'

/** Whatever the work is: a cancel, crashes, an operator, and what takes too long. */
const ANY_TIME = [
  'INTERRUPTED',
  'TASK_TIMEOUT',
  'HEARTBEAT_TIMEOUT',
  'QUEUE_TIMEOUT',
  'TASK_EXPIRED',
  'CANCELLED',
  'TASK_FAILED',
]

/** What is wrong with an outcome; null where nothing is. */
export function wrongWith(order: Order, outcome: Outcome): string | null {
  if (order.kind !== 'task') return wrongRun(order.planned, outcome as Extract<Outcome, { steps: unknown }>)
  const { way, n } = order.given
  return wrongTask({ ...WAYS[way], sum: n, after: [] }, outcome as TaskOutcome)
}

function wrongTask(
  { completes, code, sum }: KnownStep,
  { status, output, error }: TaskOutcome,
): string | null {
  if (error?.code === 'GONE') return null
  if (status === 'completed') {
    if (!completes) return `completed, and should fail with ${code}`
    const given = (output as { n: number }).n
    return given === sum ? null : `gave ${given} instead of ${sum}`
  }
  if (status === 'cancelled' || status === 'blocked') return null
  return error?.code === code || ANY_TIME.includes(error?.code ?? '') ? null : `failed with ${error?.code}`
}

function wrongRun(
  { steps, onFailure }: Planned,
  outcome: Extract<Outcome, { steps: unknown }>,
): string | null {
  if (outcome.error?.code === 'GONE') return null
  const statusOf = (name: string): string =>
    outcome.outputs[name] === undefined ? (outcome.steps[name]?.status ?? 'absent') : 'completed'
  let all = true
  for (const [name, known] of steps) {
    const status = statusOf(name)
    all &&= status === 'completed'
    const missing = known.after.find(other => statusOf(other) !== 'completed')
    if (status === 'absent') return `${name} is in no state`
    if (missing !== undefined && !['blocked', 'pending'].includes(status))
      return `${name} is ${status}, and ${missing}, before it, ${statusOf(missing)}`
    if (status === 'blocked' && missing === undefined)
      return `${name} is blocked, and nothing stands in its way`
    const isCalledOff = outcome.status === 'cancelled' || outcome.status === 'terminated'
    if (status === 'pending' && !isCalledOff && onFailure !== 'cancel') return `${name} never ran`
    if (status !== 'completed' && status !== 'failed') continue
    const output = outcome.outputs[name] ?? null
    const wrong = wrongTask(known, { status, output, ...ofError(outcome.steps[name]?.error) })
    if (wrong !== null) return `${name} ${wrong}`
  }
  // It may have been ended right after its last step, before it heard of that.
  return all === (outcome.status === 'completed') || outcome.status === 'terminated'
    ? null
    : `a run that ${outcome.status}, all steps completed: ${all}`
}

const ofError = (error: TaskOutcome['error']): Pick<TaskOutcome, 'error'> =>
  error === undefined ? {} : { error }

/** Nobody waits and nobody runs; agents say of themselves what the history says of them. */
export function leftBehind(life: Life, forgetful: boolean): string | null {
  const { runtime } = life
  const { waitingTasks, runningTasks, inbox, held } = runtime.status()
  const left = { waitingTasks, runningTasks, inbox, held }
  if (Object.values(left).some(count => count > 0)) return `left behind: ${JSON.stringify(left)}`
  if (forgetful) return null
  const counted = statistics(life)
  for (const { address, done, failed, busyMs, running } of runtime.agents.list()) {
    const said = JSON.stringify({ done, failed, busyMs, running })
    const should = JSON.stringify({ ...(counted.get(address) ?? NOTHING), running: 0 })
    // One that was stopped, and came back in a later life, has begun anew.
    const isOther = runtime.history({ actor: address, types: ['agent.stopped'] }).length > 0
    if (said !== should && !isOther) return `${address} says ${said}, and did ${should}`
  }
  return null
}

const NOTHING = { done: 0, failed: 0, busyMs: 0 }

function statistics(life: Life): Map<Address, typeof NOTHING> {
  const total = new Map<Address, typeof NOTHING>()
  const started = new Map<Address, number>()
  for (const signal of life.runtime.history({ limit: 1_000_000 })) {
    // Who is unregistered and comes again begins anew.
    if (signal.name === 'agent.stopped') total.delete(signal.to)
    if (signal.name === 'task.started') started.set(signal.to, signal.at)
    const ended = signal.type === 'task.done' ? 'done' : signal.type === 'task.failed' ? 'failed' : undefined
    if (ended === undefined || signal.refused !== null) continue
    const own = total.get(signal.from) ?? { ...NOTHING }
    own[ended]++
    own.busyMs += signal.at - (started.get(signal.to) ?? 0)
    total.set(signal.from, own)
  }
  return total
}
