/**
 * Lines: all that wait for agents, and which line goes next. It keeps the lines from which somebody may start in heaps, so that a
 * choice costs the same with one agent and with 10,000. Who runs, and what that uses up, is the dispatcher's.
 */
import { PRIORITIES, type Priority } from '../messages/message.ts'
import type { Desk } from './desk.ts'
import { IndexedHeap } from './indexed-heap.ts'
import { goesFirst, Line, type Named, type Place, type Track } from './line.ts'
import type { Quota } from './quota.ts'
import type { Crew, Job, Slot } from './slots.ts'

/**
 * Of each 16 tasks that an agent is given, these go to who has waited longest in that priority, if it may do one of them: so the
 * oldest of each priority starts, at the latest, with the 16th task that an agent starts which fits it.
 */
const TURNS = new Map<number, Priority>([
  [3, 'high'],
  [7, 'normal'],
  [11, 'high'],
  [15, 'low'],
])
const ROUND = 16
/** In a queue whose order is the critical path, each further task on that path counts as so many signals of waiting. */
const PATH_WEIGHT = 10_000

export class Lines {
  readonly #suspects: Quota
  readonly #open: readonly IndexedHeap<Line>[] = PRIORITIES.map(
    () => new IndexedHeap<Line>((a, b) => goesFirst(a.head(), b.head())),
  )

  constructor(suspects: Quota) {
    this.#suspects = suspects
  }

  /** A task comes into its line, where those of its crew, queue and priority wait; `own` are its key's and lane's quotas. */
  enter(job: Job, crew: Crew, names: Named, own: readonly Quota[]): void {
    const line = this.#lineOf(crew, job)
    this.place(
      job,
      line.track(names, own, track => this.#settle(track)),
    )
  }

  /** Gives a task its place on a track: at its end, or further on if so many wait for it. */
  place(job: Job, track: Track): void {
    const due = job.desk.isFifo ? job.seq : job.seq - PATH_WEIGHT * job.path
    job.place = { task: job.task, due, order: job.seq, track, gone: false }
    track.push(job.place)
    this.#settle(track)
  }

  /** A task waits no longer, or not there. */
  leave(job: Job): void {
    if (job.place === null) return
    const { track } = job.place
    track.remove(job.place)
    job.place = null
    this.#settle(track)
  }

  /** The line of the highest priority that somebody may start from, and in it that of who goes first. */
  best(): Line | undefined {
    for (const heap of this.#open) {
      const line = heap.peek()
      if (line !== undefined) return line
    }
    return undefined
  }

  /** The line from which an agent takes, where `best` is the best: that one, unless it is the turn of a lower priority. */
  turn(slot: Slot, best: Line): Line {
    const due = TURNS.get(slot.starts % ROUND)
    if (due === undefined || PRIORITIES.indexOf(due) <= PRIORITIES.indexOf(best.priority)) return best
    let oldest: Line | undefined
    for (const crew of slot.crews)
      for (const lines of crew.lines.values())
        for (const line of lines)
          if (line?.priority === due && line.heapIndex >= 0)
            if (oldest === undefined || goesFirst(line.head(), oldest.head())) oldest = line
    return oldest ?? best
  }

  /** A crew has room now, or has none any more. */
  turned(crew: Crew): void {
    for (const lines of crew.lines.values())
      for (const line of lines) if (line !== undefined) this.#refresh(line)
  }

  /** All that wait in a queue. */
  *waiting(crews: Iterable<Crew>, desk: Desk): Generator<Place> {
    for (const crew of crews)
      for (const line of crew.lines.get(desk) ?? []) if (line !== undefined) yield* line.waiting()
  }

  #lineOf(crew: Crew, { desk, priority, suspect }: Job): Line {
    let lines = crew.lines.get(desk)
    if (lines === undefined) crew.lines.set(desk, (lines = []))
    const index = 2 * PRIORITIES.indexOf(priority) + (suspect ? 1 : 0)
    const known = lines[index]
    if (known !== undefined) return known
    const line = new Line(crew, desk, priority, suspect)
    const watch = (): void => this.#refresh(line)
    desk.quota.watchers.add(watch)
    if (suspect) this.#suspects.watchers.add(watch)
    lines[index] = line
    return line
  }

  #settle(track: Track): void {
    track.line.settle(track)
    this.#refresh(track.line)
  }

  /** Brings a line to where it belongs. */
  #refresh(line: Line): void {
    const { crew, desk, suspect, priority } = line
    const heap = this.#open[PRIORITIES.indexOf(priority)] as IndexedHeap<Line>
    const isOpen =
      crew.free.size > 0 && desk.quota.open && (!suspect || this.#suspects.open) && line.head() !== undefined
    if (isOpen === line.heapIndex >= 0) {
      if (isOpen) heap.put(line)
      return
    }
    crew.openLines += isOpen ? 1 : -1
    if (isOpen) heap.put(line)
    else heap.remove(line)
  }
}

/** Does somebody wait whom an agent could start with now? Then who comes goes behind. */
export function isContended(slot: Slot): boolean {
  for (const crew of slot.crews) if (crew.openLines > 0) return true
  return false
}

/** Sorts places as they would go. */
export function inOrder(a: Place, b: Place): number {
  const byPriority = PRIORITIES.indexOf(a.track.line.priority) - PRIORITIES.indexOf(b.track.line.priority)
  return byPriority === 0 ? a.due - b.due || a.order - b.order : byPriority
}
