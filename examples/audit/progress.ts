// How a running audit shows itself: a live board in a terminal, plain lines anywhere else.
// Never in here: anything that reaches the report. What is shown depends on speed; what is reported must not.
import { createLogUpdate } from 'log-update'
import pico from 'picocolors'
import { roles, roleTitles } from './roles.ts'
import type { Role } from './roles.ts'

export interface RoleProgress {
  total: number
  done: number
  failed: number
}

export interface Progress {
  done: number
  running: number
  failed: number
  perRole: Readonly<Partial<Record<Role, RoleProgress>>>
  /** Ids of tasks at work now. */
  current: readonly string[]
}

/** Shows progress. `start` once, `update` as often as anything changes, `stop` once; nothing after `stop`. */
export interface Presenter {
  start(total: number): void
  update(progress: Progress): void
  /** Leaves the last state on the screen. */
  stop(): void
}

/** The part of a stream that a presenter needs. */
export type Output = Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean; columns?: number }

const percent = (done: number, total: number): number =>
  total === 0 ? 100 : Math.floor((100 * done) / total)

const bar = (done: number, total: number, width: number): string => {
  const full = total === 0 ? 0 : Math.round((width * done) / total)
  return '━'.repeat(full) + pico.dim('─'.repeat(width - full))
}

const clip = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`

/** The board as text: one line for all, one for each specialist, one for what is at work. */
export const board = (
  total: number,
  { done, running, failed, perRole, current }: Progress,
  columns: number,
): string => {
  const state = `${done} of ${total} tasks, ${running} running${failed > 0 ? `, ${failed} failed` : ''}`
  const lines = [
    `${pico.bold('Audit')} ${bar(done, total, 30)} ${String(percent(done, total)).padStart(3)} %  ${state}`,
  ]
  for (const role of roles) {
    const { total: all, done: finished, failed: bad } = perRole[role] ?? { total: 0, done: 0, failed: 0 }
    const mark = bad > 0 ? pico.red('✗') : all > 0 && finished === all ? pico.green('✓') : ' '
    const count =
      all === 0 ? pico.dim('waiting') : `${finished}/${all}${bad > 0 ? pico.red(` ${bad} failed`) : ''}`
    lines.push(`${mark} ${roleTitles[role].padEnd(13)} ${bar(finished, all, 20)} ${count}`)
  }
  lines.push(pico.dim(clip(current.join('  '), columns - 1)))
  return lines.join('\n')
}

const interval = 80

/** A board that is drawn over itself, at most every 80 ms. */
export const terminalPresenter = (
  stream: NodeJS.WriteStream,
  now: () => number = () => performance.now(),
): Presenter => {
  const log = createLogUpdate(stream)
  let total = 0
  let drawn = -Infinity
  let last: Progress | undefined
  const draw = (): void => {
    drawn = now()
    if (last !== undefined) log(board(total, last, stream.columns))
  }
  return {
    start: count => {
      total = count
    },
    update: progress => {
      last = progress
      if (now() - drawn >= interval || progress.done === total) draw()
    },
    stop: () => {
      draw()
      log.done()
    },
  }
}

/** One line at the start, at every tenth of the way, for each specialist that is done, for failures, at the end. */
export const plainPresenter = (stream: Output): Presenter => {
  const line = (text: string): void => void stream.write(`${text}\n`)
  const finished = new Set<Role>()
  let total = 0
  let tenth = 0
  let failures = 0
  let last: Progress | undefined
  return {
    start: count => {
      total = count
      line(`audit: ${count} tasks`)
    },
    update: progress => {
      last = progress
      const { done, failed, perRole } = progress
      if (failed > failures) line(`audit: ${failed} failed`)
      failures = Math.max(failures, failed)
      for (const role of roles) {
        const counts = perRole[role]
        if (finished.has(role) || counts === undefined || counts.total === 0 || counts.done < counts.total)
          continue
        finished.add(role)
        line(`audit: ${roleTitles[role]} done, ${counts.total} ${counts.total === 1 ? 'task' : 'tasks'}`)
      }
      const now = Math.floor(percent(done, total) / 10)
      if (now <= tenth) return
      tenth = now
      line(`audit: ${percent(done, total)} %, ${done} of ${total} tasks`)
    },
    stop: () => {
      if (last !== undefined && last.done < total) line(`audit: stopped at ${last.done} of ${total} tasks`)
    },
  }
}

/** The presenter that suits the stream; some terminals that nobody looks at say that they are 0 columns wide. */
export const presenterFor = (stream: NodeJS.WriteStream): Presenter =>
  stream.isTTY && stream.columns > 0 ? terminalPresenter(stream) : plainPresenter(stream)
