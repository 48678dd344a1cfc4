/**
 * Occasions: what a schedule makes of the times that it is told of, by its policies, calculated once more: which are run, at once or after
 * what runs, which are left out, and when it is over. Kept from records; of the schedule's machine nothing may be used here.
 */
import type { Address } from '../../messages/address.ts'
import type { Command } from '../../messages/command.ts'
import type { ScheduleSpec } from '../../messages/schedule.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

/** No more times than this wait for others to end. */
const MOST = 1_000

interface Diary {
  spec: ScheduleSpec
  /** Of those that have come: how many were begun, and which wait. */
  started: number
  waiting: number[]
  readonly running: Set<Address>
  next: number | null
}

interface Told {
  readonly due: readonly number[]
  readonly upTo: number
  readonly next: number | null
}

const diaries = new WeakMap<Shadow, Map<Address, Diary>>()

export function occasionFaults({ signal, actor, isNew, commands }: Move, shadow: Shadow): string | undefined {
  const { to, data, refused, toState, fromState } = signal
  if (actor?.sort !== 'schedule' || refused !== null) return undefined
  const known = diaries.get(shadow) ?? new Map<Address, Diary>()
  diaries.set(shadow, known)
  if (isNew) {
    const spec = data as unknown as ScheduleSpec
    known.set(to, { spec, started: 0, waiting: [], running: new Set(), next: null })
  }
  const diary = known.get(to)
  if (diary === undefined) return undefined
  const expected = sendsOf(diary, signal)
  const told = commands.flatMap(command => (command.type === 'send' ? [textOf(command)] : []))
  if (told.join() !== expected.join())
    return `says ${told.join(', ') || 'nothing'} instead of ${expected.join(', ') || 'nothing'}`
  const goes = stateAfter(diary, signal, fromState)
  return goes === toState ? undefined : `goes to ${String(toState)} instead of ${String(goes)}`
}

const textOf = ({ to, event }: Extract<Command, { type: 'send' }>): string => `${event} to ${to}`

/** What it must say, as it stands afterwards. */
function sendsOf(diary: Diary, { type, to, from, at, seq, data }: Signal): string[] {
  const { running } = diary
  switch (type) {
    case 'schedule.update':
      diary.spec = data as unknown as ScheduleSpec
      return []
    case 'schedule.fail':
    case 'schedule.pause':
      diary.waiting = []
      return []
    case 'schedule.trigger':
      return begin(diary, `task/${to.slice('schedule/'.length)}@${stamp(at)}.trigger-${seq}`)
    case 'schedule.fire':
      return comes(diary, to, data as unknown as Told)
    case 'step.done':
      running.delete(from)
      return running.size === 0 ? run(diary, to, diary.waiting.splice(0, 1)) : []
    default:
      return []
  }
}

function comes(diary: Diary, to: Address, { due, upTo, next }: Told): string[] {
  const { spec, running, waiting, started } = diary
  diary.next = next
  const latest = due.at(-1)
  if (latest === undefined) return []
  const isLate = upTo > latest + spec.grace
  const wanted = spec.missed === 'all' ? due : isLate && spec.missed === 'skip' ? [] : [latest]
  const left = Math.max(0, (spec.times ?? Number.POSITIVE_INFINITY) - started - waiting.length)
  const chosen = wanted.slice(0, left)
  if (chosen.length === 0) return []
  if (spec.overlap === 'allow') return run(diary, to, chosen)
  if (spec.overlap === 'cancel') {
    const stopped = [...running].map(task => `task.cancel to ${task}`)
    return [...stopped, ...run(diary, to, chosen.slice(-1))]
  }
  const isFree = running.size === 0 && waiting.length === 0
  const isRow = spec.missed === 'all' && (isLate || wanted.length > 1)
  const isKept = isFree || isRow || (spec.overlap === 'buffer' && waiting.length === 0)
  if (!isKept) return []
  const later = isFree ? chosen.slice(1) : chosen
  diary.waiting = [...waiting, ...later].slice(-MOST)
  return isFree ? run(diary, to, chosen.slice(0, 1)) : []
}

function run(diary: Diary, to: Address, times: readonly number[]): string[] {
  diary.started += times.length
  return times.flatMap(time => begin(diary, `task/${to.slice('schedule/'.length)}@${stamp(time)}`))
}

function begin({ running }: Diary, task: Address): string[] {
  running.add(task)
  return [`task.create to ${task}`]
}

const stamp = (time: number): string => new Date(time).toISOString()

/** Where it goes on. */
function stateAfter(diary: Diary, { type }: Signal, from: string | null): string | null {
  const { spec, started, waiting, running, next } = diary
  const isIdle = running.size === 0 && waiting.length === 0
  switch (type) {
    case 'schedule.fire': {
      const isLast = next === null || started + waiting.length >= (spec.times ?? Number.POSITIVE_INFINITY)
      return isLast ? (isIdle ? 'completed' : 'finishing') : 'waiting'
    }
    case 'step.done':
      return from === 'finishing' && isIdle ? 'completed' : from
    case 'schedule.pause':
    case 'schedule.fail':
      return 'paused'
    case 'schedule.remove':
      return 'removed'
    case 'schedule.update':
      return from === 'paused' ? from : 'due'
    case 'schedule.trigger':
      return from
    default:
      return 'due'
  }
}
