/**
 * Schedules: what the calendar told them against a calculation of its own for intervals, and what they made of it: every time is
 * accounted for, and one that is run is one task. Kept from records; the calendar's own arithmetic and croner may not be used here.
 */
import type { ScheduleContext } from '../../machines/schedule.ts'
import type { Address } from '../../messages/address.ts'
import type { ScheduleSpec } from '../../messages/schedule.ts'
import type { Move, Shade } from './shade.ts'
import type { Shadow } from './shadow.ts'

interface Told {
  readonly upTo: number
  readonly due: readonly number[]
  readonly passed: number
  readonly next: number | null
}

/** One schedule, by what it was told. */
interface Plan {
  spec: ScheduleSpec
  anchor: number
  from: number
  /** Times of which it was told, and which of them it has begun. */
  readonly times: Set<number>
  readonly begun: Set<number>
  /** How many times it was told of in all, and how many it accounts for. */
  accounted: number
}

const plans = new WeakMap<Shadow, Map<Address, Plan>>()

export function scheduleFaults(move: Move, shadow: Shadow): string | undefined {
  const { signal, actor, isNew } = move
  if (actor?.sort !== 'schedule' || signal.refused !== null) return undefined
  const known = plans.get(shadow) ?? new Map<Address, Plan>()
  plans.set(shadow, known)
  const plan = isNew ? begin(move) : known.get(signal.to)
  // It began before anybody looked on.
  if (plan === undefined) return undefined
  known.set(signal.to, plan)
  const { at, type } = signal
  if (type === 'schedule.update') update(plan, signal.data as unknown as ScheduleSpec, at)
  if (type === 'schedule.resume') plan.from = at
  const wrong = type === 'schedule.fire' ? fireFault(plan, move, actor, shadow) : undefined
  return wrong ?? beginFault(plan, move)
}

function begin({ signal: { data, at } }: Move): Plan {
  const spec = data as unknown as ScheduleSpec
  return { spec, anchor: at, from: at, times: new Set(), begun: new Set(), accounted: 0 }
}

function update(plan: Plan, spec: ScheduleSpec, at: number): void {
  if (spec.definition !== plan.spec.definition) Object.assign(plan, { anchor: at, from: at })
  plan.spec = spec
}

function fireFault(plan: Plan, { signal, commands }: Move, actor: Shade, shadow: Shadow): string | undefined {
  const told = signal.data as unknown as Told
  const { due, upTo, passed, next } = told
  if (upTo > signal.at) return 'told of times that have not come'
  const should = plan.spec.every === undefined ? undefined : intervals(plan, upTo, plan.spec.every)
  if (should !== undefined) {
    const late = should.due.slice(-shadow.limits.catchUp)
    if (due.join() !== late.join()) return `told of ${due.join()} instead of ${late.join()}`
    if (passed !== should.due.length - late.length) return `told that ${passed} lie before`
    if (next !== should.next) return `told that ${String(next)} comes next, and not ${String(should.next)}`
  }
  let before = plan.from
  for (const time of due) {
    if (time <= before || time > upTo) return `told of ${time}, which is not its turn`
    before = time
    plan.times.add(time)
  }
  if (next !== null && next <= upTo) return `told that ${next} is to come, which is past`
  plan.from = upTo
  const timer = commands.find(command => command.type === 'timer.set')
  if (signal.toState === 'waiting' && timer?.delay !== Math.max(0, (next ?? 0) - signal.at))
    return `waits ${String(timer?.delay)} ms for ${String(next)}`
  return accountFault(plan, told, actor)
}

/** Each is run, waits, was skipped or missed; but for those beyond the last run that it has. */
function accountFault(plan: Plan, { due, passed }: Told, actor: Shade): string | undefined {
  const { started, skipped, missed, backlog } = actor.standing.context as ScheduleContext
  const now = started + skipped + missed + backlog.length
  const expected = plan.accounted + due.length + passed
  plan.accounted = now
  if (now === expected || (plan.spec.times !== undefined && now < expected)) return undefined
  return `accounts for ${now} times of ${expected}`
}

/** What it begins are times that it was told of, each once. */
function beginFault({ times, begun }: Plan, { signal, commands }: Move): string | undefined {
  for (const command of commands) {
    if (command.type !== 'send' || command.event !== 'task.create') continue
    const text = command.to.slice(command.to.lastIndexOf('@') + 1)
    if (text.includes('trigger')) {
      if (signal.type !== 'schedule.trigger') return `${command.to} is begun, and nobody asked for it`
      continue
    }
    const time = Date.parse(text)
    if (!times.has(time)) return `${command.to} is begun, and its time has not come`
    if (begun.has(time)) return `${command.to} is begun once more`
    begun.add(time)
  }
  return undefined
}

/** One step after the other. */
function intervals(
  { spec, anchor, from }: Plan,
  upTo: number,
  every: number,
): { readonly due: readonly number[]; readonly next: number | null } {
  const until = spec.until ?? Number.POSITIVE_INFINITY
  const due: number[] = []
  let time = spec.startAt ?? anchor
  for (; time <= upTo; time += every) if (time > from && time <= until) due.push(time)
  return { due, next: time > until ? null : time }
}

/** A schedule that waits for somebody who will not come. */
export function lostSchedule(shadow: Shadow): string | undefined {
  const { actors, books, debts } = shadow
  for (const { address, sort, state, standing } of actors.values()) {
    if (sort !== 'schedule' || shadow.isHeld(address)) continue
    if (state === 'due') return `${address} waits for its times, and nobody will tell it`
    const { running, backlog } = standing.context as ScheduleContext
    if (running.length === 0 && (backlog.length > 0 || state === 'finishing'))
      return `${address} waits for tasks to end, and there are none`
    const isOwed = (task: Address): boolean =>
      [...debts.rows.values()].some(({ to, from }) => to === task || from === task)
    const lost = running.find(task => !books.works.has(task) && !isOwed(task))
    if (lost !== undefined) return `${address} waits for ${lost}, which will not tell it`
  }
  return undefined
}
